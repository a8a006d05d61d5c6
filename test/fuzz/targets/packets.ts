/**
 * IPv4, UDP and ICMP as raw sockets deliver them, the kernel's word taken for nothing: headers that lie about their length, options,
 * fragments, quotes within errors. A naive reader beside says what a datagram is.
 */
import { datagram, decodeDatagram } from '../../../agent/core/net/datagram.ts';
import { decodeIcmpError } from '../../../agent/core/net/icmp.ts';
import { readIcmp, readReply } from '../../../agent/core/probe-reading.ts';
import { vectors } from '../../vectors/vectors.ts';
import { aliasIn, firstOf, octets, sameOctets, type Target, unless } from '../target.ts';

const packets = vectors().map(({ packet }) => packet);
const isProtocol = (protocol: number) => (packet: Uint8Array) => packet[9] === protocol;

const tokens = [
  octets(0x45, 0),
  octets(0x4f, 0),
  octets(0x46, 0),
  octets(0x44, 0),
  octets(0x20, 0),
  octets(0, 1, 0x40, 17),
  // Record route, a list of options without end, a length of nothing.
  octets(7, 39, 4),
  octets(1, 1, 1, 0),
  octets(0x83, 0),
  octets(0, 67, 0, 68),
  octets(0, 67, 0, 67),
  octets(3, 3, 0, 0, 0, 0, 0, 0),
  octets(3, 4, 0, 0, 0, 8, 0, 0),
];

/** The total length is what was delivered: a kernel gives nothing else, and lies are wanted in the other half. */
function mend(packet: Uint8Array): void {
  if (packet.length < 20) return;
  packet[2] = (packet.length >> 8) & 255;
  packet[3] = packet.length & 255;
  if ((packet[0] ?? 0) >> 4 !== 4) packet[0] = 0x45;
}

const shared = { tokens, octetsMax: 2_048, mend, work: { base: 150, perOctet: 2 } };

/** RFC 791 and 768 by the eye: where the UDP payload begins and ends, or null. */
function naivePayload(packet: Uint8Array): readonly [number, number] | null {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  if (packet.length < 20 || view.getUint8(0) >= 0x50 || view.getUint8(0) < 0x45) return null;
  const header = (view.getUint8(0) % 16) * 4;
  const total = view.getUint16(2);
  if (total > packet.length || header + 8 > total || view.getUint8(9) !== 17 || view.getUint16(6) % 0x4000 !== 0)
    return null;
  const length = view.getUint16(header + 4);
  return length < 8 || header + length > total ? null : [header + 8, header + length];
}

export const udp: Target = {
  ...shared,
  name: 'udp',
  short: 30_000,
  seeds: packets.filter(isProtocol(17)),
  judge: (input) => {
    const read = decodeDatagram(input);
    const payload = naivePayload(input);
    if (read.kind !== 'udp')
      return unless(payload === null, `${read.kind}: ${read.reason}, and the naive reader reads it`);
    if (payload === null) return 'read, and the naive reader refuses it';
    const again = decodeDatagram(datagram({ ...read, ttl: 64, identification: 0 }));
    return firstOf(
      () => unless(sameOctets(read.payload, input.subarray(...payload)), 'another payload'),
      () =>
        unless(
          again.kind === 'udp' &&
            again.source === read.source &&
            again.destinationPort === read.destinationPort &&
            sameOctets(again.payload, read.payload),
          'written and read differs',
        ),
    );
  },
};

export const icmp: Target = {
  ...shared,
  name: 'icmp',
  short: 30_000,
  seeds: packets.filter(isProtocol(1)),
  judge: (input) => {
    const read = decodeIcmpError(input);
    if (read.kind !== 'error') return null;
    const { quoted } = read;
    return firstOf(
      () => aliasIn(read, input),
      () => unless(quoted.payload.length <= input.length - 56, 'more was quoted than was there'),
      () => unless((quoted.xid === undefined) === quoted.payload.length < 8, 'an xid out of nothing'),
    );
  },
};

const PORTS = { localPort: 67, serverPort: 67, hasSourcePorts: true };

/** What the prober makes of a packet, from the IP header to the marks of an answer. */
export const reply: Target = {
  ...shared,
  name: 'reply',
  short: 30_000,
  seeds: packets,
  judge: (input) => {
    const read = readReply(input, PORTS);
    readIcmp(input, PORTS);
    if (read === undefined) return null;
    const { payload, ...rest } = read;
    return firstOf(
      () => aliasIn(rest, input),
      () => unless(payload.length <= input.length - 28, 'a payload longer than its packet'),
      () => unless(read.kind === 'malformed' || (input[0] ?? 0) >> 4 === 4, 'an answer without an IPv4 header'),
    );
  },
};
