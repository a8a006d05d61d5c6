// IPv4 + UDP datagrams: what a raw socket with IP_HDRINCL sends, and what a raw UDP socket delivers.
//
// The kernel routes and fills in the link layer, nothing more, so both headers are ours to write (RFC 791, RFC 768).
// On receive the kernel hands over the whole IP packet, options included. Judging the UDP checksum was refused:
// offload leaves it unfinished on packets from local and virtual peers, and a good OFFER would count as a drop.

import { type Ipv4, ipv4 } from '../../../shared/core/net/ipv4.ts';
import { putU16, putU32, u8, u16, u32 } from '../../../shared/core/net/octets.ts';
import { addWords, checksumOf } from './checksum.ts';

/** The protocol number of UDP in an IP header. */
export const udpProtocol = 17;
/** The largest payload of one IPv4 UDP datagram: 65,535 octets less both headers. */
export const maxUdpPayload = 65_507;

const ipHeaderOctets = 20;
const udpHeaderOctets = 8;
const moreFragments = 0x2000;
const fragmentOffset = 0x1fff;

/** What `datagram` writes into the two headers, and what it carries. */
export interface DatagramFields {
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
  /** Hops allowed, 1..255. */
  readonly ttl: number;
  /** IP identification, 0..65535; with 0 Linux fills in one of its own. */
  readonly identification: number;
  /** At most `maxUdpPayload` octets. */
  readonly payload: Uint8Array;
}

/** A received IPv4 packet, read; `other` is sound but not a whole UDP datagram, and never for a prober. */
export type DecodedDatagram =
  | {
      readonly kind: 'udp';
      readonly source: Ipv4;
      readonly destination: Ipv4;
      readonly sourcePort: number;
      readonly destinationPort: number;
      /** A view into the packet: whoever keeps octets of it copies them before the buffer is used again. */
      readonly payload: Uint8Array;
    }
  | {
      readonly kind: 'other';
      readonly reason: 'not-ipv4' | 'not-udp' | 'fragment';
    }
  | {
      readonly kind: 'malformed';
      readonly reason: 'ip-header' | 'truncated' | 'udp-length';
    };

/** The packet, ready for a raw socket with IP_HDRINCL, both checksums filled in. Throws RangeError on a payload too long. */
export function datagram(fields: DatagramFields): Uint8Array {
  const udpLength = udpHeaderOctets + fields.payload.length;
  if (fields.payload.length > maxUdpPayload) throw new RangeError(`payload of ${fields.payload.length} octets`);
  const packet = new Uint8Array(ipHeaderOctets + udpLength);
  packet[0] = 0x45;
  putU16(packet, 2, packet.length);
  putU16(packet, 4, fields.identification);
  packet[8] = fields.ttl;
  packet[9] = udpProtocol;
  putU32(packet, 12, fields.source);
  putU32(packet, 16, fields.destination);
  putU16(packet, 10, checksumOf(addWords(0, packet, 0, ipHeaderOctets)));
  putU16(packet, 20, fields.sourcePort);
  putU16(packet, 22, fields.destinationPort);
  putU16(packet, 24, udpLength);
  packet.set(fields.payload, ipHeaderOctets + udpHeaderOctets);
  putU16(packet, 26, udpChecksum(packet, udpLength));
  return packet;
}

/** Reads one IPv4 packet as a raw UDP socket delivers it, from its IP header on. Never throws. */
export function decodeDatagram(packet: Uint8Array): DecodedDatagram {
  const ip = readIpHeader(packet);
  if (ip.kind !== 'ip') return ip;
  if (ip.protocol !== udpProtocol) return { kind: 'other', reason: 'not-udp' };
  // The kernel joins fragments before a raw socket sees them, so one here comes from a capture or a broken path.
  if (ip.fragment !== 0) return { kind: 'other', reason: 'fragment' };
  if (ip.totalOctets > packet.length) return { kind: 'malformed', reason: 'truncated' };
  const udp = ip.headerOctets;
  const length = u16(packet, udp + 4);
  if (length < udpHeaderOctets || udp + length > ip.totalOctets) return { kind: 'malformed', reason: 'udp-length' };
  return {
    kind: 'udp',
    source: ip.source,
    destination: ip.destination,
    sourcePort: u16(packet, udp),
    destinationPort: u16(packet, udp + 2),
    payload: packet.subarray(udp + udpHeaderOctets, udp + length),
  };
}

/** An IP header as read, with `fragment` non-zero for any part of a larger packet. */
export interface IpHeader {
  readonly kind: 'ip';
  readonly headerOctets: number;
  /** Header and payload as the header states them; may be more than was delivered (ICMP quotes are cut). */
  readonly totalOctets: number;
  readonly protocol: number;
  readonly fragment: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
}

/** Reads the IPv4 header at `at`, its options skipped. The packet's own checksum is the kernel's business. */
export function readIpHeader(
  packet: Uint8Array,
  at = 0,
):
  | IpHeader
  | { readonly kind: 'other'; readonly reason: 'not-ipv4' }
  | { readonly kind: 'malformed'; readonly reason: 'ip-header' } {
  if (packet.length < at + ipHeaderOctets) return { kind: 'malformed', reason: 'ip-header' };
  if (u8(packet, at) >> 4 !== 4) return { kind: 'other', reason: 'not-ipv4' };
  const headerOctets = (u8(packet, at) & 0x0f) * 4;
  const totalOctets = u16(packet, at + 2);
  if (headerOctets < ipHeaderOctets || at + headerOctets > packet.length || totalOctets < headerOctets)
    return { kind: 'malformed', reason: 'ip-header' };
  return {
    kind: 'ip',
    headerOctets,
    totalOctets,
    protocol: u8(packet, at + 9),
    fragment: u16(packet, at + 6) & (moreFragments | fragmentOffset),
    source: ipv4(u32(packet, at + 12)),
    destination: ipv4(u32(packet, at + 16)),
  };
}

function udpChecksum(packet: Uint8Array, udpLength: number): number {
  // The pseudo-header of RFC 768: both addresses, the protocol and the UDP length, summed without being sent.
  const pseudo = addWords(udpProtocol + udpLength, packet, 12, 20);
  const checksum = checksumOf(addWords(pseudo, packet, ipHeaderOctets, packet.length));
  // Zero on the wire means "none was made"; a sum that comes out as zero is sent as its other form, all ones.
  return checksum === 0 ? 0xffff : checksum;
}
