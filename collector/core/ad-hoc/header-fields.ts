/**
 * The fixed part of a DHCP message, field by field as RFC 2131 section 2 draws it, read as far as there are octets: a message that
 * ends in the middle of it still shows what it began with.
 */
import { chaddrOctets, fileOctets, snameOctets } from '../../../shared/core/dhcp4/limits.ts';
import { broadcastFlag } from '../../../shared/core/dhcp4/message.ts';
import { formatIpv4, ipv4 } from '../../../shared/core/net/ipv4.ts';
import { u8, u16, u32 } from '../../../shared/core/net/octets.ts';
import { hexOf, quotedText } from './octet-text.ts';

/** A field; keys as in JSON. */
export interface FieldView {
  /** As RFC 2131 spells it. */
  readonly name: string;
  readonly offset: number;
  readonly text: string;
  /** A number, or text; null: the message ends before it. */
  readonly value: string | number | null;
}

type Read = Pick<FieldView, 'text' | 'value'>;

interface Field {
  readonly name: string;
  readonly octets: number;
  /** `at`: where it stands. */
  read(octets: Uint8Array, at: number, overload: number): Read;
}

const number = (value: number, words = ''): Read => ({
  value,
  text: words === '' ? String(value) : `${value} ${words}`,
});
const plain = (text: string): Read => ({ value: text, text });
const address = (name: string): Field => ({
  name,
  octets: 4,
  read: (octets, at) => plain(formatIpv4(ipv4(u32(octets, at)))),
});

const FIELDS: readonly Field[] = [
  { name: 'op', octets: 1, read: (octets, at) => number(u8(octets, at), OPS[u8(octets, at)] ?? 'unknown') },
  { name: 'htype', octets: 1, read: (octets, at) => number(u8(octets, at), u8(octets, at) === 1 ? 'Ethernet' : '') },
  { name: 'hlen', octets: 1, read: (octets, at) => number(u8(octets, at)) },
  { name: 'hops', octets: 1, read: (octets, at) => number(u8(octets, at)) },
  { name: 'xid', octets: 4, read: (octets, at) => plain(`0x${hexOf(octets.subarray(at, at + 4), '')}`) },
  { name: 'secs', octets: 2, read: (octets, at) => number(u16(octets, at)) },
  { name: 'flags', octets: 2, read: readFlags },
  address('ciaddr'),
  address('yiaddr'),
  address('siaddr'),
  address('giaddr'),
  { name: 'chaddr', octets: chaddrOctets, read: readChaddr },
  {
    name: 'sname',
    octets: snameOctets,
    read: (octets, at, overload) => readName(octets.subarray(at, at + snameOctets), (overload & 2) !== 0),
  },
  {
    name: 'file',
    octets: fileOctets,
    read: (octets, at, overload) => readName(octets.subarray(at, at + fileOctets), (overload & 1) !== 0),
  },
  { name: 'cookie', octets: 4, read: (octets, at) => plain(`0x${hexOf(octets.subarray(at, at + 4), '')}`) },
];

const OPS: Readonly<Record<number, string>> = { 1: 'request', 2: 'reply' };

/** @param overload what option 52 says: bit 1 file, bit 2 sname hold options */
export function headerFields(octets: Uint8Array, overload: number): readonly FieldView[] {
  const views: FieldView[] = [];
  let offset = 0;
  for (const field of FIELDS) {
    const end = offset + field.octets;
    const isWhole = end <= octets.length;
    const read = isWhole
      ? field.read(octets, offset, overload)
      : { value: null, text: missingText(octets.subarray(offset)) };
    views.push({ name: field.name, offset, ...read });
    offset = end;
  }
  return views;
}

const missingText = (left: Uint8Array): string =>
  left.length === 0 ? 'missing: the message has ended' : `cut short: ${hexOf(left)}`;

function readFlags(octets: Uint8Array, at: number): Read {
  const flags = u16(octets, at);
  const hex = `0x${flags.toString(16).padStart(4, '0')}`;
  return { value: flags, text: (flags & broadcastFlag) === 0 ? hex : `${hex} broadcast` };
}

function readChaddr(octets: Uint8Array, at: number): Read {
  const hlen = Math.min(u8(octets, 2), chaddrOctets);
  const own = hexOf(octets.subarray(at, at + hlen), ':');
  const padding = octets.subarray(at + hlen, at + chaddrOctets);
  const isPadded = padding.every((octet) => octet === 0);
  return { value: own, text: isPadded ? own : `${own} (and then ${hexOf(padding)})` };
}

function readName(octets: Uint8Array, holdsOptions: boolean): Read {
  if (holdsOptions) return { value: null, text: '(holds options)' };
  const length = octets.findLastIndex((octet) => octet !== 0) + 1;
  const own = octets.subarray(0, length);
  return { value: String.fromCharCode(...own), text: length === 0 ? '-' : quotedText(own) };
}
