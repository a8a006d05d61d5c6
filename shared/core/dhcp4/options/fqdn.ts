// Option 81, a client's full name and who shall update DNS for it. RFC 4702.
//
// A probe never sends it (names make servers write DNS), but meets it in captures and foreign answers. The name stays
// octets: its form (DNS labels or the deprecated ASCII) depends on a flag, may be partial, and decides nothing here.

import { joinOctets, u8 } from '../../net/octets.ts';
import type { OptionFault } from '../option-fault.ts';

/** A client name and the rules for its DNS records. */
export interface FqdnOption {
  readonly kind: 'fqdn';
  readonly code: 81;
  /** Bits N E O S from 8 down to 1; E says that the name is in DNS wire form. */
  readonly flags: number;
  readonly rcode1: number;
  readonly rcode2: number;
  readonly name: Uint8Array;
}

/** Reads three fixed octets and a name that may be empty. */
export function readFqdn(octets: Uint8Array): FqdnOption | OptionFault {
  if (octets.length < 3) return 'length';
  const [flags, rcode1, rcode2] = [u8(octets, 0), u8(octets, 1), u8(octets, 2)];
  return { kind: 'fqdn', code: 81, flags, rcode1, rcode2, name: octets.slice(3) };
}

/** The octets of the option. */
export function writeFqdn(option: FqdnOption): Uint8Array {
  return joinOctets([Uint8Array.of(option.flags, option.rcode1, option.rcode2), option.name]);
}
