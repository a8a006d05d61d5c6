/** Sightings: who answered and with what, told once, at a change, and every ten minutes; whatever comes in, never a throw. */
import fc from 'fast-check';
import t from 'tap';
import { SERVERS_SEEN_MAX } from '../../../agent/core/probe-limits.ts';
import { type Heard, type SightingBook, sight } from '../../../agent/core/sighting.ts';
import type { PathRef } from '../../../shared/core/batch.ts';
import { discover } from '../../../shared/core/dhcp4/build.ts';
import { MessageType, OptionCode } from '../../../shared/core/dhcp4/codes.ts';
import { encode } from '../../../shared/core/dhcp4/encode.ts';
import type { Message } from '../../../shared/core/dhcp4/message.ts';
import type { Option } from '../../../shared/core/dhcp4/option.ts';
import { ipv4 } from '../../../shared/core/net/ipv4.ts';
import { at, OFFERED, OTHER, REF, SERVER } from '../probe-fixture.ts';

const address = (code: 1 | 54, value: number): Option => ({ kind: 'address', code, address: ipv4(value) });
const text = (words: string): Option => ({ kind: 'text', code: OptionCode.domainName, text: words });

function answer(options: readonly Option[], fields: Partial<Message> = {}): Uint8Array {
  const chaddr = new Uint8Array(6);
  const query = discover({ xid: 7, chaddr, clientId: Uint8Array.of(1, 2, 3), giaddr: ipv4(0x0a4d000a) });
  const type: Option = { kind: 'message-type', code: OptionCode.messageType, messageType: MessageType.OFFER };
  return encode({ ...query, op: 2, yiaddr: OFFERED, ...fields, options: [type, address(54, SERVER), ...options] });
}

const FULL: readonly Option[] = [
  address(1, 0xffff0000),
  { kind: 'seconds', code: OptionCode.leaseTime, seconds: 600 },
  { kind: 'address-list', code: OptionCode.router, addresses: Array.from({ length: 12 }, (_, last) => ipv4(last)) },
  { kind: 'address-list', code: OptionCode.domainNameServer, addresses: [ipv4(0x0ac80035)] },
  text('corsham.example\u001b[2J'),
];

const heard = (payload: Uint8Array, fields: Partial<Heard> = {}): Heard => ({
  type: 'OFFER',
  source: SERVER,
  server: SERVER,
  expected: true,
  mac: null,
  payload,
  ...fields,
});

const SUBNET = ipv4(OFFERED + 0x100);

const book = (): SightingBook => new WeakMap();

t.test('all that an answer says is told, as far as it is bounded and printable', async (t) => {
  const told = sight(book(), REF, heard(answer(FULL, { siaddr: OTHER }), { mac: '02:00:5e:00:00:01' }), at(0));
  t.same(told?.routers.slice(0, 2), ['0.0.0.0', '0.0.0.1']);
  t.equal(told?.routers.length, 8);
  t.match(told, {
    stage: 'offer',
    source: '10.77.1.2',
    serverIdentifier: '10.77.1.2',
    expected: true,
    mac: '02:00:5e:00:00:01',
    address: '10.77.128.1',
    subnetMask: '255.255.0.0',
    leaseSeconds: 600,
    nameServers: ['10.200.0.53'],
    domain: 'corsham.example[2J',
    nextServer: '10.77.9.9',
  });
  const bare = sight(book(), REF, heard(answer([])), at(0));
  t.match(bare, { subnetMask: null, leaseSeconds: null, routers: [], nameServers: [], domain: null, nextServer: null });
});

t.test('told once, again at a change, and again after ten minutes', async (t) => {
  const seen = book();
  const tell = (ms: number, options: readonly Option[], fields: Partial<Heard> = {}) =>
    sight(seen, REF, heard(answer(options), fields), at(ms));
  t.ok(tell(0, []));
  t.notOk(tell(20_000, []), 'nothing new');
  t.notOk(
    sight(seen, REF, heard(answer([], { yiaddr: ipv4(OFFERED + 7) })), at(30_000)),
    'another address of the same server',
  );
  t.ok(sight(seen, REF, heard(answer([], { yiaddr: SUBNET })), at(31_000)), 'an address in another subnet');
  t.notOk(tell(32_000, [text('new')]), 'told a second ago');
  t.equal(tell(45_000, [text('new')])?.domain, 'new');
  t.notOk(tell(640_000, [text('new')]));
  t.ok(tell(650_000, [text('new')]), 'ten minutes after it was told');
  t.ok(tell(650_001, [text('new')], { type: 'ACK' }), 'the ACK is a word of its own');
  t.ok(tell(650_002, [], { source: OTHER, expected: false }), 'and so is another server');
  t.ok(sight(seen, { ...REF }, heard(answer([])), at(650_003)), 'or another path');
});

t.test(
  'one server in the place of another, and back, is told each time; many that answer a broadcast are not',
  async (t) => {
    const other = { source: OTHER, server: OTHER };
    const story = (path: PathRef) => {
      const seen = book();
      const tell = (ms: number, fields: Partial<Heard>) => sight(seen, path, heard(answer([]), fields), at(ms));
      const turns = [
        [0, {}],
        [20_000, other],
        [20_100, other],
        [40_000, {}],
        [40_100, {}],
        [41_000, other],
      ] as const;
      const told = turns.map(([ms, fields]) => tell(ms, fields) !== undefined);
      tell(42_000, { source: ipv4(OTHER + 1), expected: false });
      return [...told, tell(60_000, {}) !== undefined];
    };
    t.same(story(REF), [true, true, false, true, false, true, true]);
    t.same(story({ ...REF, interface: 'eth0' }), [true, true, false, false, false, false, false]);
  },
);

t.test('a NAK and what cannot be read are not told', async (t) => {
  t.notOk(sight(book(), REF, heard(answer([]), { type: 'NAK' }), at(0)));
  t.notOk(sight(book(), REF, heard(new Uint8Array(10)), at(0)));
});

t.test('a flood of made-up servers is not remembered, nor told, and ends with itself', async (t) => {
  const seen = book();
  const told = Array.from({ length: 200 }, (_, each) =>
    sight(seen, REF, heard(answer([]), { source: ipv4(OTHER + each) }), at(each)),
  );
  t.equal(told.filter((each) => each !== undefined).length, SERVERS_SEEN_MAX);
  t.ok(sight(seen, REF, heard(answer([]), { source: ipv4(1) }), at(700_000)), 'later there is room again');
});

t.test('property: mutated answers never throw', async () => {
  const whole = answer(FULL);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))), fc.nat(whole.length), (changes, end) => {
      const payload = whole.slice(0, end);
      for (const [place, octet] of changes) if (place < payload.length) payload[place] = octet;
      sight(book(), REF, heard(payload), at(0));
    }),
  );
});
