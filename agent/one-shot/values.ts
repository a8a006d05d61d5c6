/**
 * The values of `probe`'s flags, one reader each: text in, value or complaint out. A complaint names the flag, what was
 * given, and what would do.
 */

import { reservedOptionCodes } from '../../shared/core/dhcp4/build.ts';
import { parseIpv4 } from '../../shared/core/net/ipv4.ts';
import type { MacBase } from '../core/identity.ts';

/** When to stop early because of drops (-D). */
export type Abort =
  | { readonly kind: 'count'; readonly drops: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** Takes a complaint. */
export type Wrong = (text: string) => undefined;

/** An option given by the operator, as it goes on the wire. */
export interface RawOption {
  readonly kind: 'opaque';
  readonly code: number;
  readonly octets: Uint8Array;
}

/** The bounds of a number; `above` excludes itself. */
export interface NumberFields {
  readonly flag: string;
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/** Complains of what can be no one server's address or name. Names are looked up later, and then read here again. */
export function readServer(text: string, wrong: Wrong): undefined {
  const ask = 'give the IPv4 address or the name of one server';
  if (text === '') return wrong(`the server is empty: ${ask}`);
  if (text === 'all') return wrong('server "all": a relay asks one server; give its address');
  if (/^[^:]+:\d+$/.test(text)) return wrong(`server ${text}: the server's UDP port is set by -N; ${ask} alone`);
  if (/^\[?[0-9a-f.]*:[0-9a-f:.]*\]?(%.*)?$/i.test(text))
    return wrong(`server ${text} is an IPv6 address: only DHCPv4 is probed; ${ask}`);
  const address = parseIpv4(text);
  // A name's last label is never a number; 10.71.0 would be read as 10.71.0.0 by the resolver.
  if (address === undefined)
    return /^[\d.]+$/.test(text) ? wrong(`server ${text} is no IPv4 address: ${ask}`) : undefined;
  if (address >>> 24 === 0 || address >>> 28 >= 14)
    return wrong(`server ${text} is no host's address (0.x, multicast, reserved or broadcast): ${ask}`);
}

/** Reads a decimal number within bounds. */
export function readNumber(text: string | undefined, fields: NumberFields, wrong: Wrong): number | undefined {
  if (text === undefined) return undefined;
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const {
    flag,
    least = Number.NEGATIVE_INFINITY,
    above = Number.NEGATIVE_INFINITY,
    most = Number.POSITIVE_INFINITY,
  } = fields;
  const isWhole = fields.whole !== true || Number.isSafeInteger(value);
  if (isWhole && value >= least && value > above && value <= most) return value;
  const kind = fields.whole === true ? 'a whole number' : 'a number';
  const low = above === Number.NEGATIVE_INFINITY ? `from ${least}` : `above ${above}`;
  return wrong(`${flag} ${text}: must be ${kind} ${low}${most === Number.POSITIVE_INFINITY ? '' : ` to ${most}`}`);
}

/** Reads -D: `10` drops, or `5%` of what has ended. */
export function readAbort(text: string | undefined, wrong: Wrong): Abort | undefined {
  if (text === undefined) return undefined;
  const [, digits = '', percent] = /^(\d+)(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === '' || value === 0 || (percent === '%' && value >= 100))
    return wrong(`-D ${text}: must be a number of drops (10) or a share below 100 % (5%)`);
  return percent === '%' ? { kind: 'percent', percent: value } : { kind: 'count', drops: value };
}

/** Reads -b: `mac=02:00:5e:10:00:01`, the first identity's MAC. The last one given holds, as in perfdhcp. */
export function macOf(bases: readonly string[], wrong: Wrong): MacBase | undefined {
  let base: MacBase | undefined;
  for (const text of bases) {
    const octets = /^(?:mac|ether)=((?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2})$/i.exec(text)?.[1]?.split(':');
    if (octets === undefined) {
      wrong(`-b ${text}: only mac=XX:XX:XX:XX:XX:XX names DHCPv4 clients (a DUID is DHCPv6's)`);
      continue;
    }
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = octets.map((octet) => Number.parseInt(octet, 16));
    if ((a & 1) === 1) wrong(`-b ${text}: that is a multicast address, which no client has`);
    base = [a, b, c, d, e, f];
  }
  return base;
}

/** Reads -o: `60,646f7261`. */
export function readOption(text: string, wrong: Wrong): RawOption | undefined {
  const [, digits = '', hex = ''] = /^(\d{1,3}),((?:[0-9a-f]{2})*)$/i.exec(text) ?? [];
  const code = Number(digits);
  if (digits === '' || code < 1 || code > 254)
    return wrong(`-o ${text}: must be CODE,HEX with a code from 1 to 254 and two digits an octet (60,646f7261)`);
  if (reservedOptionCodes.includes(code))
    return wrong(`-o ${text}: option ${code} is the exchange's own (50, 52, 53, 54 and 61 are)`);
  return { kind: 'opaque', code, octets: new Uint8Array(Buffer.from(hex, 'hex')) };
}
