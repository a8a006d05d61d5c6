import t from 'tap';
import { discover, type Probe, releaseFromAck, requestFromOffer } from '../../../../shared/core/dhcp4/build.ts';
import { decode } from '../../../../shared/core/dhcp4/decode.ts';
import { encode } from '../../../../shared/core/dhcp4/encode.ts';
import type { Message } from '../../../../shared/core/dhcp4/message.ts';
import type { Option } from '../../../../shared/core/dhcp4/option.ts';
import { ipv4 } from '../../../../shared/core/net/ipv4.ts';
import { octetsOf } from '../../../oracle/dhcp4.ts';
import { dhcpVectors } from '../../../vectors/vectors.ts';

const probe: Probe = {
  chaddr: octetsOf('020000000001'),
  clientId: octetsOf('01020000000001'),
  giaddr: ipv4(0x0a4d0001),
};
const codes = (message: Message) => message.options.map(({ code }) => code);
const find = (message: Message, code: number) => message.options.find((option) => option.code === code);

function captured(file: string, type: string): Message {
  const vector = dhcpVectors().find(({ name }) => name.startsWith(`${file}: ${type}`));
  const result = decode(vector?.packet ?? new Uint8Array(0));
  if (result.kind !== 'message') throw new Error(`${file} ${type}: ${result.reason}`);
  return result.message;
}

function built(result: ReturnType<typeof requestFromOffer>): Message {
  if (result.kind !== 'message') throw new Error(result.reason);
  return result.message;
}

t.test("a DISCOVER is perfdhcp's, octet for octet, but for who sends it", async (t) => {
  const theirs = captured('kea-perfdhcp.hex', 'DISCOVER');
  const identifier = find(theirs, 61);
  const ours = discover({
    xid: theirs.xid,
    chaddr: theirs.chaddr,
    clientId: identifier?.kind === 'client-identifier' ? identifier.identifier : new Uint8Array(0),
    giaddr: theirs.giaddr,
  });
  t.strictSame(encode(ours).slice(0, 240), encode(theirs).slice(0, 240), 'header');
  for (const option of theirs.options) t.strictSame(find(ours, option.code), option);
  t.equal(ours.options.length, theirs.options.length);
});

t.test('a DISCOVER plays the relay, asks for nothing, and has option 82 last', async (t) => {
  const extraOptions: Option[] = [
    { kind: 'relay-agent', code: 82, subOptions: [{ kind: 'identifier', code: 1, identifier: Uint8Array.of(65) }] },
    { kind: 'text', code: 60, text: 'dora' },
    { kind: 'opaque', code: 55, octets: Uint8Array.of(119) },
    { kind: 'opaque', code: 50, octets: Uint8Array.of(10, 0, 0, 9) },
  ];
  const message = discover({
    ...probe,
    xid: 0xfedcba98,
    linkSelection: ipv4(0x0a000000),
    relayPort: true,
    extraOptions,
  });
  t.match(message, {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 1,
    xid: 0xfedcba98,
    secs: 0,
    flags: 0,
    ciaddr: 0,
    yiaddr: 0,
    giaddr: 0x0a4d0001,
  });
  const back = decode(encode(message));
  if (back.kind !== 'message') throw new Error(back.reason);
  t.same(codes(back.message), [53, 55, 61, 60, 82], "no 50 of the operator's");
  t.match(find(back.message, 55), { codes: [1, 28, 2, 3, 15, 6, 12, 119] });
  t.match(find(back.message, 82), {
    subOptions: [{ code: 5, address: 0x0a000000 }, { kind: 'relay-port' }, { code: 1, identifier: Uint8Array.of(65) }],
  });
  t.match(discover({ ...probe, xid: 1, secs: 12, broadcast: true, parameterRequestList: [1] }), {
    secs: 12,
    flags: 0x8000,
  });
});

t.test('a REQUEST accepts the OFFER of whichever server spoke', async (t) => {
  for (const file of ['kea-perfdhcp.hex', 'dnsmasq-perfdhcp.hex', 'dhcpd-udhcpc.hex']) {
    const offer = captured(file, 'OFFER');
    const message = built(requestFromOffer(offer, { ...probe, linkSelection: ipv4(5) }));
    t.match(message, { xid: offer.xid, ciaddr: 0, hops: 1, secs: 0, giaddr: probe.giaddr }, file);
    t.match(find(message, 50), { address: offer.yiaddr });
    t.strictSame(find(message, 54), find(offer, 54));
    t.same(codes(message), [53, 54, 50, 55, 61, 82]);
  }
});

t.test('a RELEASE has the address in ciaddr and no option 50 or 55', async (t) => {
  const ack = captured('kea-perfdhcp.hex', 'ACK');
  const extraOptions: Option[] = [{ kind: 'text', code: 60, text: 'dora' }];
  const message = built(releaseFromAck(ack, { ...probe, extraOptions, broadcast: true, linkSelection: ipv4(5) }));
  t.match(message, { xid: ack.xid, ciaddr: ack.yiaddr, yiaddr: 0, giaddr: probe.giaddr, flags: 0 });
  t.same(codes(message), [53, 54, 61, 82]);
  t.match(find(message, 53), { messageType: 7 });
});

t.test('a client asks for broadcasts, is no relay, and leaves option 82 to one', async (t) => {
  const [offer, ack] = [captured('kea-perfdhcp.hex', 'OFFER'), captured('kea-perfdhcp.hex', 'ACK')];
  const tags = { circuitId: octetsOf('6c616e'), vendorClass: octetsOf('70') };
  const client: Probe = { ...probe, giaddr: ipv4(0), broadcast: true, relayPort: true, linkSelection: ipv4(5), tags };
  const [first, second] = [discover({ ...client, xid: 1 }), built(requestFromOffer(offer, client))];
  for (const message of [first, second]) t.match(message, { hops: 0, giaddr: 0, flags: 0x8000, ciaddr: 0 });
  t.same(codes(first), [53, 55, 61, 60]);
  t.same(codes(second), [53, 54, 50, 55, 61, 60]);
  t.match(built(releaseFromAck(ack, client)), { hops: 0, giaddr: 0, ciaddr: ack.yiaddr });
  t.same(codes(built(releaseFromAck(ack, client))), [53, 54, 61, 60]);
});

t.test('an OFFER or ACK without server identifier or address is a named failure', async (t) => {
  const offer = captured('kea-perfdhcp.hex', 'OFFER');
  const without54 = { ...offer, options: offer.options.filter(({ code }) => code !== 54) };
  const broken54: Message = {
    ...offer,
    options: [{ kind: 'malformed', code: 54, fault: 'length', octets: Uint8Array.of(1) }],
  };
  for (const answer of [without54, broken54]) {
    t.same(requestFromOffer(answer, probe), { kind: 'incomplete', reason: 'no-server-identifier' });
    t.same(releaseFromAck(answer, probe), { kind: 'incomplete', reason: 'no-server-identifier' });
  }
  const nothing = { ...offer, yiaddr: ipv4(0) };
  t.same(requestFromOffer(nothing, probe), { kind: 'incomplete', reason: 'no-address' });
  t.same(releaseFromAck(nothing, probe), { kind: 'incomplete', reason: 'no-address' });
  const first = built(requestFromOffer(without54, { ...probe, serverIdentifier: ipv4(7) }));
  t.match(find(first, 54), { address: 7 }, "the first OFFER's identifier may stand in");
});
