// ICMP errors about our own probes, as a raw ICMP socket delivers them (RFC 792, RFC 1812 section 5.2.7).
//
// An error quotes the packet it is about: its IP header, at least 8 octets more, often the whole of it. That is enough
// to find the exchange: destination and ports always, the xid when the quote reaches it. Reading errors from the
// sending socket's error queue was refused: raw-socket offers no recvmsg, and other sockets' errors would be missed.

import type { Ipv4 } from '../../../shared/core/net/ipv4.ts';
import { u8, u16, u32 } from '../../../shared/core/net/octets.ts';
import { readIpHeader, udpProtocol } from './datagram.ts';

/**
 * What cannot be reached: `port` (the host lives, nobody listens), `protocol`, `host`, `network`, `prohibited` (a filter
 * said so, codes 9 10 13), `time-exceeded` (a routing loop or too small a ttl), `other` (the remaining codes).
 */
export type IcmpUnreachable = 'port' | 'protocol' | 'host' | 'network' | 'prohibited' | 'time-exceeded' | 'other';

/** The head of our own datagram, as the error quotes it. */
export interface QuotedDatagram {
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** As much of the UDP payload as was quoted, a copy; often empty. */
  readonly payload: Uint8Array;
  /** The BOOTP xid (payload offset 4), undefined when the quote ends before it. */
  readonly xid: number | undefined;
}

/** A packet from a raw ICMP socket, read; `other` is sound ICMP that is no error about a UDP datagram. */
export type DecodedIcmp =
  | {
      readonly kind: 'error';
      readonly unreachable: IcmpUnreachable;
      readonly type: number;
      readonly code: number;
      /** The router or host that sent the error. */
      readonly from: Ipv4;
      readonly quoted: QuotedDatagram;
    }
  | {
      readonly kind: 'other';
      readonly reason: 'not-ipv4' | 'not-icmp' | 'fragment' | 'not-error' | 'not-udp';
    }
  | {
      readonly kind: 'malformed';
      readonly reason: 'ip-header' | 'truncated' | 'quote';
    };

const icmpProtocol = 1;
const icmpHeaderOctets = 8;
const destinationUnreachable = 3;
const timeExceeded = 11;
const fragmentOffset = 0x1fff;

/** Reads one IPv4 packet as a raw ICMP socket delivers it, from its IP header on. Never throws. */
export function decodeIcmpError(packet: Uint8Array): DecodedIcmp {
  const ip = readIpHeader(packet);
  if (ip.kind !== 'ip') return ip;
  if (ip.protocol !== icmpProtocol) return { kind: 'other', reason: 'not-icmp' };
  if (ip.fragment !== 0) return { kind: 'other', reason: 'fragment' };
  if (ip.totalOctets > packet.length) return { kind: 'malformed', reason: 'truncated' };
  const icmp = ip.headerOctets;
  if (ip.totalOctets < icmp + icmpHeaderOctets) return { kind: 'malformed', reason: 'truncated' };
  const type = u8(packet, icmp);
  const code = u8(packet, icmp + 1);
  if (type !== destinationUnreachable && type !== timeExceeded) return { kind: 'other', reason: 'not-error' };
  const quoted = readQuote(packet.slice(icmp + icmpHeaderOctets, quoteEnd(packet, icmp, ip.totalOctets)));
  if ('kind' in quoted) return quoted;
  return {
    kind: 'error',
    unreachable: unreachableOf(type, code),
    type,
    code,
    from: ip.source,
    quoted,
  };
}

function quoteEnd(packet: Uint8Array, icmp: number, end: number): number {
  // RFC 4884: a non-zero octet 5 counts the quote in 32-bit words, and extensions, which are not our packet, follow it.
  const words = u8(packet, icmp + 5);
  return words === 0 ? end : Math.min(end, icmp + icmpHeaderOctets + words * 4);
}

function readQuote(quote: Uint8Array): QuotedDatagram | Exclude<DecodedIcmp, { kind: 'error' }> {
  const ip = readIpHeader(quote);
  if (ip.kind !== 'ip') return { kind: 'malformed', reason: 'quote' };
  if (ip.protocol !== udpProtocol) return { kind: 'other', reason: 'not-udp' };
  // Only the first fragment holds the UDP header; in a later one the same octets are payload.
  if ((ip.fragment & fragmentOffset) !== 0) return { kind: 'other', reason: 'fragment' };
  const udp = ip.headerOctets;
  if (quote.length < udp + 8) return { kind: 'malformed', reason: 'quote' };
  const payload = quote.slice(udp + 8, ip.totalOctets);
  return {
    source: ip.source,
    destination: ip.destination,
    sourcePort: u16(quote, udp),
    destinationPort: u16(quote, udp + 2),
    payload,
    xid: payload.length >= 8 ? u32(payload, 4) : undefined,
  };
}

function unreachableOf(type: number, code: number): IcmpUnreachable {
  if (type === timeExceeded) return 'time-exceeded';
  switch (code) {
    case 0:
    case 6:
    case 11:
      return 'network';
    case 1:
    case 7:
    case 8:
    case 12:
      return 'host';
    case 2:
      return 'protocol';
    case 3:
      return 'port';
    case 9:
    case 10:
    case 13:
      return 'prohibited';
    default:
      return 'other';
  }
}
