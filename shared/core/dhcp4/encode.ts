// A message to octets: the inverse of decode.ts, and stricter: it writes only what decode reads back as the same value.
//
// Options keep their order; several with a code that may be long are joined and split again (RFC 3396), each part full
// but the last. Where options go is decided here alone: the options field, and with a size limit also file and sname,
// announced by an option 52 of our own. Obeying an option 52 in the message was refused: two layouts could disagree.

import { joinOctets, octetsOfU32, putU16, putU32 } from '../net/octets.ts';
import { endCode, magicCookie, OptionCode, padCode } from './codes.ts';
import { type Content, layOut } from './layout.ts';
import { chaddrOctets, cookieOctets, fileOctets, headerOctets, messageOctetsMin, snameOctets } from './limits.ts';
import type { Message } from './message.ts';
import type { Option } from './option.ts';
import { isJoined, optionOctets, readOption } from './option-codec.ts';

/** How to write a message. */
export interface EncodeOptions {
  /** Longest result, at least 300; options that do not fit go to file and sname if those are empty. Unlimited by default. */
  readonly maxOctets?: number;
}

/**
 * The UDP payload, at least 300 octets, exactly sized. Any message that `decode` or build.ts made can be written; throws
 * RangeError on one that breaks what message.ts promises (a chaddr that is not hlen octets, an option 0) or `maxOctets`.
 */
export function encode(message: Message, { maxOctets = Number.POSITIVE_INFINITY }: EncodeOptions = {}): Uint8Array {
  requireWritable(message);
  const areas = layOut(contents(message.options), {
    options: maxOctets - headerOctets - cookieOctets,
    file: message.file.length === 0 ? fileOctets : 0,
    sname: message.sname.length === 0 ? snameOctets : 0,
  });
  const length = Math.max(messageOctetsMin, headerOctets + cookieOctets + areas.options.length);
  if (length > maxOctets) throw new RangeError(`message of ${length} octets, limit ${maxOctets}`);
  const octets = new Uint8Array(length);
  putHeader(octets, message);
  if (areas.sname.length > 0) octets.set(areas.sname, 44);
  if (areas.file.length > 0) octets.set(areas.file, 108);
  octets.set(octetsOfU32(magicCookie), headerOctets);
  octets.set(areas.options, headerOctets + cookieOctets);
  return octets;
}

function requireWritable(message: Message): void {
  if (message.chaddr.length !== message.hlen || message.hlen > chaddrOctets)
    throw new RangeError(`hlen ${message.hlen} for a chaddr of ${message.chaddr.length} octets`);
  if (message.sname.length > snameOctets) throw new RangeError(`sname of ${message.sname.length} octets`);
  if (message.file.length > fileOctets) throw new RangeError(`file of ${message.file.length} octets`);
}

function putHeader(octets: Uint8Array, message: Message): void {
  octets.set([message.op, message.htype, message.hlen, message.hops]);
  putU32(octets, 4, message.xid);
  putU16(octets, 8, message.secs);
  putU16(octets, 10, message.flags);
  putU32(octets, 12, message.ciaddr);
  putU32(octets, 16, message.yiaddr);
  putU32(octets, 20, message.siaddr);
  putU32(octets, 24, message.giaddr);
  octets.set(message.chaddr, 28);
  octets.set(message.sname, 44);
  octets.set(message.file, 108);
}

/** What to write, in order, parts of one long option joined at the place of the first. */
function contents(options: readonly Option[]): Content[] {
  const found: { code: number; parts: Uint8Array[] }[] = [];
  const byCode = new Map<number, Uint8Array[]>();
  for (const option of options) {
    const octets = optionOctets(option);
    if (option.code <= padCode || option.code >= endCode) throw new RangeError(`option code ${option.code}`);
    if (announcesOverload(option.code, octets)) continue;
    const known = isJoined(option.code) ? byCode.get(option.code) : undefined;
    if (known !== undefined) {
      known.push(octets);
      continue;
    }
    const parts = [octets];
    found.push({ code: option.code, parts });
    byCode.set(option.code, parts);
  }
  return found.map(({ code, parts }) => ({ code, octets: joinOctets(parts), isSplittable: isJoined(code) }));
}

function announcesOverload(code: number, octets: Uint8Array): boolean {
  // By content, not by kind: a raw `52,01` from a person would make a reader take file for options all the same.
  return code === OptionCode.overload && readOption(code, octets).kind === 'overload';
}
