// Option 61, who the client says it is. RFC 2132 section 9.14, RFC 4361, echoed by servers since RFC 6842.
//
// It is compared as a whole, type octet included: that is what servers key leases on, and what Kea's load-balancing
// hash reads. Splitting type from content was refused: `type 0` content is free-form and both halves are never needed.

import type { OptionFault } from '../option-fault.ts';

/** The key that servers keep leases under. */
export interface ClientIdentifierOption {
  readonly kind: 'client-identifier';
  readonly code: 61;
  /** Type octet (1 for an Ethernet address, 255 for IAID + DUID) and content, at least two octets. */
  readonly identifier: Uint8Array;
}

/** Reads two octets or more. */
export function readClientIdentifier(octets: Uint8Array): ClientIdentifierOption | OptionFault {
  return octets.length < 2 ? 'length' : { kind: 'client-identifier', code: 61, identifier: octets };
}
