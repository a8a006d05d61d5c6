/** The quick reader: it agrees with the whole decoder wherever it speaks, and it speaks wherever servers are ordinary. */
import fc from 'fast-check';
import t from 'tap';
import { type AnswerMarks, readAnswerMarks } from '../../../../shared/core/dhcp4/answer-marks.ts';
import { decode } from '../../../../shared/core/dhcp4/decode.ts';
import {
  addressOption,
  clientIdentifier,
  leaseSeconds,
  messageType,
  serverIdentifier,
} from '../../../../shared/core/dhcp4/message.ts';
import { hostileOctets, naiveMessage } from '../../../oracle/arbitrary.ts';
import { naiveEncode, octetsOf } from '../../../oracle/dhcp4.ts';
import { dhcpVectors } from '../../../vectors/vectors.ts';

/** The same fields by the whole decoder; undefined for what is no message. */
function decoded(octets: Uint8Array): AnswerMarks | undefined {
  const result = decode(octets);
  if (result.kind === 'malformed') return undefined;
  const { xid, yiaddr, chaddr } = result.message;
  const type = messageType(result.message);
  return {
    xid,
    yiaddr,
    chaddr,
    type,
    server: serverIdentifier(result.message),
    leaseSeconds: leaseSeconds(result.message),
    subnetSelection: addressOption(result.message, 118),
    clientId: clientIdentifier(result.message),
  };
}

/** True when the quick reader has nothing to say, or says the same. */
function agrees(octets: Uint8Array): boolean {
  const marks = readAnswerMarks(octets);
  return marks === undefined || JSON.stringify(marks) === JSON.stringify(decoded(octets));
}

const asAnswer = (octets: Uint8Array): Uint8Array => Uint8Array.from(octets, (octet, at) => (at === 0 ? 2 : octet));

/** A sound answer with these options, in hex. */
function withOptions(hex: string): Uint8Array {
  const octets = new Uint8Array(240 + hex.length / 2);
  octets.set([2, 1, 6, 0, 1, 2, 3, 4]);
  octets.set(octetsOf('63825363'), 236);
  octets.set(octetsOf(hex), 240);
  return octets;
}

t.test('reads every captured answer that has its options in one place, as the decoder does', async (t) => {
  const answers = dhcpVectors().filter(({ packet }) => packet[0] === 2);
  for (const { name, packet } of answers) t.ok(agrees(packet), name);
  const quick = answers.filter(({ packet }) => readAnswerMarks(packet) !== undefined);
  t.ok(quick.length > answers.length / 2, `${quick.length} of ${answers.length}`);
});

t.test('agrees with the decoder on any message and on hostile options', async () => {
  fc.assert(fc.property(naiveMessage, (message) => agrees(asAnswer(naiveEncode(message)))));
  fc.assert(
    fc.property(hostileOctets, (octets) => agrees(octets) && agrees(asAnswer(octets))),
    { numRuns: 2_000 },
  );
});

t.test('agrees with the decoder on captures cut at every length and with any octet changed', async (t) => {
  for (const { name, packet } of dhcpVectors())
    for (let length = 0; length <= packet.length; length += 1)
      if (!agrees(packet.slice(0, length))) t.fail(`${name} cut to ${length}`);
  const answers = dhcpVectors().filter(({ packet }) => packet[0] === 2);
  const changed = fc.tuple(fc.constantFrom(...answers), fc.nat(), fc.nat(255)).map(([{ packet }, at, octet]) => {
    const copy = packet.slice();
    copy[at % copy.length] = octet;
    return copy;
  });
  fc.assert(fc.property(changed, agrees), { numRuns: 2_000 });
});

t.test('leaves to the decoder what is not ordinary', async (t) => {
  const server = '36040a000001';
  t.match(readAnswerMarks(withOptions(`350102${server}ff`)), { type: 2, server: 0x0a000001, xid: 0x01020304 });
  for (const [what, hex] of Object.entries({
    overload: `350102${server}340101ff`,
    'two message types': `350102350105${server}ff`,
    'two server identifiers': `350102${server}${server}ff`,
    'a client-id in two parts': `3501023d0301aabb3d02ccddff`,
    'a short server identifier': '35010236030a0000ff',
    'two lease times': `3501023304000000013304000000023604${'0a000001'}ff`,
    'two subnet selections': `35010276040a50010076040a500200${server}ff`,
    'a long lease time': '350102330500000000013604' + '0a000001ff',
    'a short client-id': '3501023d0101ff',
    'a long message type': '35020202ff',
    'an unknown message type': '3501c8ff',
    'no message type': `${server}ff`,
    'an option past the end': '3501020c09',
  }))
    t.equal(readAnswerMarks(withOptions(hex)), undefined, what);
});

t.test('its arrays are copies', async (t) => {
  const octets = withOptions('3501023d0701aabbccddeeffff');
  const marks = readAnswerMarks(octets);
  octets.fill(0);
  t.same(marks?.clientId, octetsOf('01aabbccddeeff'));
});
