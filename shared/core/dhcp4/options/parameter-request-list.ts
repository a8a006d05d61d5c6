// Option 55, the codes that a client wants back, in its order of preference. RFC 2132 section 9.8.
//
// The order is kept and repeats are kept: some servers fingerprint clients by this list, and a probe that is listed in
// a fingerprint table must look the same each time. A Set was refused for that reason.

import type { OptionFault } from '../option-fault.ts';

/** What a client asks for. */
export interface ParameterRequestListOption {
  readonly kind: 'parameter-request-list';
  readonly code: 55;
  /** Option codes 0..255, at least one. */
  readonly codes: readonly number[];
}

/** Reads one code or more. */
export function readParameterRequestList(octets: Uint8Array): ParameterRequestListOption | OptionFault {
  return octets.length === 0 ? 'length' : { kind: 'parameter-request-list', code: 55, codes: Array.from(octets) };
}
