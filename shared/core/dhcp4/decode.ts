// Octets to a message. What a prober cannot do without makes the message malformed when it is missing: a whole header,
// the magic cookie, options that can be told apart, and one message type. Everything else stays in the message.
//
// RFC 2131 for the layout, RFC 3396 for long options and the order options, file, sname, RFC 2132 9.3 for overload.
// Each octet is visited a bounded number of times, whatever it says. Stopping at the first bad option was refused: see
// option.ts. A missing end option is tolerated, as servers do; what follows one is not read.

import { ipv4 } from '../net/ipv4.ts';
import { u8, u16, u32 } from '../net/octets.ts';
import { magicCookie, OptionCode } from './codes.ts';
import { chaddrOctets, cookieOctets, fileOctets, headerOctets, snameOctets } from './limits.ts';
import type { Message } from './message.ts';
import { readOption } from './option-codec.ts';
import { type OptionPart, overloadOf, readArea, wholeOptions } from './option-parts.ts';

/** Why octets are no DHCPv4 message. */
export type MalformedReason =
  | 'too-short'
  | 'op'
  | 'hlen'
  | 'magic-cookie'
  | 'option-truncated'
  | 'message-type-missing'
  | 'message-type-malformed'
  | 'message-type-repeated';

/** A message, or the reason why there is none and the octet at which it shows. */
export type DecodeResult =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'malformed'; readonly reason: MalformedReason; readonly offset: number };

const field = { chaddr: 28, sname: 44, file: 108, cookie: headerOctets, options: headerOctets + cookieOctets } as const;

/** Reads one UDP payload. Never throws, copies what it keeps, linear in the length. */
export function decode(octets: Uint8Array): DecodeResult {
  if (octets.length < field.options) return malformed('too-short', octets.length);
  const op = u8(octets, 0);
  if (op !== 1 && op !== 2) return malformed('op', 0);
  const hlen = u8(octets, 2);
  if (hlen > chaddrOctets) return malformed('hlen', 2);
  if (u32(octets, field.cookie) !== magicCookie) return malformed('magic-cookie', field.cookie);
  const parts = readAllParts(octets);
  if (parts.kind === 'malformed') return parts;
  const problem = messageTypeProblem(parts.parts);
  if (problem !== undefined) return problem;
  const message: Message = {
    op,
    htype: u8(octets, 1),
    hlen,
    hops: u8(octets, 3),
    xid: u32(octets, 4),
    secs: u16(octets, 8),
    flags: u16(octets, 10),
    ciaddr: ipv4(u32(octets, 12)),
    yiaddr: ipv4(u32(octets, 16)),
    siaddr: ipv4(u32(octets, 20)),
    giaddr: ipv4(u32(octets, 24)),
    chaddr: octets.slice(field.chaddr, field.chaddr + hlen),
    sname: (parts.overload & 2) === 0 ? untilPadding(octets, field.sname, snameOctets) : new Uint8Array(0),
    file: (parts.overload & 1) === 0 ? untilPadding(octets, field.file, fileOctets) : new Uint8Array(0),
    options: wholeOptions(parts.parts).map((option) => readOption(option.code, option.octets)),
  };
  return { kind: 'message', message };
}

type Parts = { readonly kind: 'parts'; readonly parts: readonly OptionPart[]; readonly overload: number };
type Malformed = Extract<DecodeResult, { kind: 'malformed' }>;

function malformed(reason: MalformedReason, offset: number): Malformed {
  return { kind: 'malformed', reason, offset };
}

function readAllParts(octets: Uint8Array): Parts | Malformed {
  const own = readArea(octets, field.options, octets.length);
  const overload = overloadOf(own.parts);
  const areas = [own];
  // File before sname: RFC 3396 section 5 gives the order in which the parts of a long option are joined.
  if ((overload & 1) !== 0) areas.push(readArea(octets, field.file, field.file + fileOctets));
  if ((overload & 2) !== 0) areas.push(readArea(octets, field.sname, field.sname + snameOctets));
  const cut = areas.find(({ cutAt }) => cutAt !== undefined)?.cutAt;
  return cut === undefined
    ? { kind: 'parts', parts: areas.flatMap(({ parts }) => parts), overload }
    : malformed('option-truncated', cut);
}

function messageTypeProblem(parts: readonly OptionPart[]): Malformed | undefined {
  const [first, second] = parts.filter(({ code }) => code === OptionCode.messageType);
  if (first === undefined) return malformed('message-type-missing', field.options);
  if (second !== undefined) return malformed('message-type-repeated', second.offset);
  const option = readOption(first.code, first.octets);
  return option.kind === 'message-type' ? undefined : malformed('message-type-malformed', first.offset);
}

function untilPadding(octets: Uint8Array, from: number, length: number): Uint8Array {
  let end = from + length;
  while (end > from && u8(octets, end - 1) === 0) end -= 1;
  return octets.slice(from, end);
}
