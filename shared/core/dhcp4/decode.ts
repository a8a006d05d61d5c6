// Octets to a message. What a prober cannot do without makes the message malformed when it is missing: a whole header,
// the magic cookie, options that can be told apart, and one message type. Everything else stays in the message.
//
// RFC 2131 for the layout, RFC 3396 for long options and the order options, file, sname, RFC 2132 9.3 for overload.
// Each octet is visited a bounded number of times, whatever it says. Stopping at the first bad option was refused: see
// option.ts. A missing end option is tolerated, as servers do; what follows one is not read.

import { ipv4 } from '../net/ipv4.ts';
import { joinOctets, u8, u16, u32 } from '../net/octets.ts';
import { endCode, magicCookie, OptionCode, padCode } from './codes.ts';
import { chaddrOctets, cookieOctets, fileOctets, headerOctets, snameOctets } from './limits.ts';
import type { Message } from './message.ts';
import type { Option } from './option.ts';
import { isJoined, readOption } from './option-codec.ts';

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
    options: joinParts(parts.parts),
  };
  return { kind: 'message', message };
}

/** One option as it stands on the wire, perhaps only a part of a long one; `offset` is that of its code. */
interface Part {
  readonly code: number;
  readonly offset: number;
  readonly octets: Uint8Array;
}

type Parts = { readonly kind: 'parts'; readonly parts: readonly Part[]; readonly overload: number };
type Malformed = Extract<DecodeResult, { kind: 'malformed' }>;

function malformed(reason: MalformedReason, offset: number): Malformed {
  return { kind: 'malformed', reason, offset };
}

function readAllParts(octets: Uint8Array): Parts | Malformed {
  const parts: Part[] = [];
  let cut = readParts(octets, field.options, octets.length, parts);
  const overload = overloadOf(parts);
  // File before sname: RFC 3396 section 5 gives the order in which the parts of a long option are joined.
  if ((overload & 1) !== 0) cut ??= readParts(octets, field.file, field.file + fileOctets, parts);
  if ((overload & 2) !== 0) cut ??= readParts(octets, field.sname, field.sname + snameOctets, parts);
  return cut === undefined ? { kind: 'parts', parts, overload } : malformed('option-truncated', cut);
}

/** Appends the options in octets[from, to); returns the offset of one that runs past the end, if any. */
function readParts(octets: Uint8Array, from: number, to: number, parts: Part[]): number | undefined {
  let at = from;
  while (at < to) {
    const code = u8(octets, at);
    if (code === endCode) return undefined;
    if (code === padCode) {
      at += 1;
      continue;
    }
    const end = at + 2 + u8(octets, at + 1);
    if (at + 2 > to || end > to) return at;
    parts.push({ code, offset: at, octets: octets.slice(at + 2, end) });
    at = end;
  }
  return undefined;
}

/** The fields that the options field declares to hold options: bit 1 file, bit 2 sname. The first well-formed one counts. */
function overloadOf(parts: readonly Part[]): number {
  for (const { code, octets } of parts) {
    if (code !== OptionCode.overload) continue;
    const option = readOption(code, octets);
    if (option.kind === 'overload') return option.fields;
  }
  return 0;
}

function messageTypeProblem(parts: readonly Part[]): Malformed | undefined {
  const [first, second] = parts.filter(({ code }) => code === OptionCode.messageType);
  if (first === undefined) return malformed('message-type-missing', field.options);
  if (second !== undefined) return malformed('message-type-repeated', second.offset);
  const option = readOption(first.code, first.octets);
  return option.kind === 'message-type' ? undefined : malformed('message-type-malformed', first.offset);
}

/** Joins the parts of long options, each at the place of its first part, and reads them. */
function joinParts(parts: readonly Part[]): Option[] {
  const groups: { readonly code: number; readonly octets: Uint8Array[] }[] = [];
  const byCode = new Map<number, Uint8Array[]>();
  for (const { code, octets } of parts) {
    const known = isJoined(code) ? byCode.get(code) : undefined;
    if (known !== undefined) {
      known.push(octets);
      continue;
    }
    const group = { code, octets: [octets] };
    groups.push(group);
    byCode.set(code, group.octets);
  }
  return groups.map(({ code, octets }) =>
    readOption(code, octets.length === 1 ? (octets[0] ?? empty) : joinOctets(octets)),
  );
}

const empty = new Uint8Array(0);

function untilPadding(octets: Uint8Array, from: number, length: number): Uint8Array {
  let end = from + length;
  while (end > from && u8(octets, end - 1) === 0) end -= 1;
  return octets.slice(from, end);
}
