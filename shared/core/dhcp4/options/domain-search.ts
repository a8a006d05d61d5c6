// Option 119, the domains to search, in DNS wire form with compression inside the option. RFC 3397, RFC 1035 4.1.4.
//
// Compression is the one place in DHCP where a few octets can ask for much work, so pointers only lead backwards, hops
// and names are bounded, and what breaks a bound is malformed. The wire octets are kept beside the names, since there is
// more than one way to compress; writing the names back uncompressed was refused: a capture would not round-trip.

import { joinOctets, u8 } from '../../net/octets.ts';
import { domainNameOctetsMax, domainPointersMax, domainsMax } from '../limits.ts';
import type { OptionFault } from '../option-fault.ts';
import { octetsOfText, textOf } from './text.ts';

/** A search list; made by `readDomainSearch` or `domainSearch`, so that names and octets agree. */
export interface DomainSearchOption {
  readonly kind: 'domain-search';
  readonly code: 119;
  /** Names without a last dot, in search order, at least one. */
  readonly names: readonly string[];
  /** The wire form of exactly these names. */
  readonly octets: Uint8Array;
}

/** Reads one name or more. */
export function readDomainSearch(octets: Uint8Array): DomainSearchOption | OptionFault {
  const names: string[] = [];
  let at = 0;
  while (at < octets.length) {
    const name = readName(octets, at);
    if (typeof name === 'string') return name;
    names.push(name.labels.join('.'));
    if (names.length > domainsMax) return 'length';
    at = name.end;
  }
  return names.length === 0 ? 'length' : { kind: 'domain-search', code: 119, names, octets };
}

/** The option for these names, uncompressed. Labels must be of 1..63 octets; throws RangeError otherwise. */
export function domainSearch(names: readonly string[]): DomainSearchOption {
  const octets = joinOctets(names.map(nameOctets));
  const option = readDomainSearch(octets);
  if (typeof option === 'string') throw new RangeError(`domain search list: ${option}`);
  return option;
}

/** `end` is where the next name starts: after the terminating zero, or after the first pointer. */
function readName(octets: Uint8Array, start: number): { labels: string[]; end: number } | OptionFault {
  const labels: string[] = [];
  let [at, floor, wireOctets, pointers] = [start, start, 1, 0];
  let end: number | undefined;
  while (at < octets.length) {
    const length = u8(octets, at);
    if (length === 0) return labels.length === 0 ? 'value' : { labels, end: end ?? at + 1 };
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | u8(octets, at + 1);
      pointers += 1;
      // Strictly before everything read so far: a loop is then impossible, and each hop makes the rest shorter.
      if (at + 2 > octets.length || target >= floor || pointers > domainPointersMax) return 'value';
      end ??= at + 2;
      floor = target;
      at = target;
      continue;
    }
    wireOctets += 1 + length;
    if (length > 63 || wireOctets > domainNameOctetsMax) return 'value';
    if (at + 1 + length > octets.length) return 'length';
    const label = textOf(octets.slice(at + 1, at + 1 + length));
    // A dot or a control character inside a label would make two different lists print alike.
    if (!/^[!-~]+$/.test(label) || label.includes('.')) return 'value';
    labels.push(label);
    at += 1 + length;
  }
  return 'length';
}

function nameOctets(name: string): Uint8Array {
  const labels = name.split('.').map((label) => {
    if (label.length === 0 || label.length > 63) throw new RangeError(`label "${label}" of "${name}"`);
    return Uint8Array.of(label.length, ...octetsOfText(label));
  });
  return joinOctets([...labels, Uint8Array.of(0)]);
}
