// Option 82, what a relay adds and the server echoes. RFC 3046 and the RFCs named at each sub-option code.
//
// A probe plays the relay, so it writes this option: link selection (5) chooses the subnet that it asks for, relay port
// (19) tells where to answer. Sub-options of wrong length are kept as octets; one that runs past the end makes the whole
// option malformed, since where the next one starts is then unknown. Repeats are kept: RFC 3046 forbids none.

import type { Ipv4 } from '../../net/ipv4.ts';
import { ipv4 } from '../../net/ipv4.ts';
import { octetsOfU32, u8, u32 } from '../../net/octets.ts';
import { RelaySubOptionCode as Sub } from '../codes.ts';
import type { OptionFault } from '../option-fault.ts';

/** One sub-option; `opaque` also holds known codes whose length is wrong. */
export type RelaySubOption =
  | { readonly kind: 'identifier'; readonly code: 1 | 2 | 12; readonly identifier: Uint8Array }
  | { readonly kind: 'address'; readonly code: 5 | 11; readonly address: Ipv4 }
  | { readonly kind: 'relay-port'; readonly code: 19 }
  | { readonly kind: 'opaque'; readonly code: number; readonly octets: Uint8Array };

/** All that a relay said about a client. */
export interface RelayAgentOption {
  readonly kind: 'relay-agent';
  readonly code: 82;
  /** In wire order, at least one. */
  readonly subOptions: readonly RelaySubOption[];
}

/** Reads sub-options that end exactly with the option. */
export function readRelayAgent(octets: Uint8Array): RelayAgentOption | OptionFault {
  const subOptions: RelaySubOption[] = [];
  let at = 0;
  while (at < octets.length) {
    const end = at + 2 + u8(octets, at + 1);
    if (at + 2 > octets.length || end > octets.length) return 'length';
    subOptions.push(readSubOption(u8(octets, at), octets.slice(at + 2, end)));
    at = end;
  }
  return subOptions.length === 0 ? 'length' : { kind: 'relay-agent', code: 82, subOptions };
}

/** The octets of all sub-options; throws RangeError on one above 255 octets. */
export function writeRelayAgent(option: RelayAgentOption): Uint8Array {
  return Uint8Array.from(
    option.subOptions.flatMap((sub) => {
      const octets = subOptionOctets(sub);
      if (octets.length > 255) throw new RangeError(`relay sub-option ${sub.code} of ${octets.length} octets`);
      return [sub.code, octets.length, ...octets];
    }),
  );
}

function readSubOption(code: number, octets: Uint8Array): RelaySubOption {
  switch (code) {
    case Sub.circuitId:
    case Sub.remoteId:
    case Sub.relayId:
      if (octets.length > 0) return { kind: 'identifier', code, identifier: octets };
      break;
    case Sub.linkSelection:
    case Sub.serverIdOverride:
      if (octets.length === 4) return { kind: 'address', code, address: ipv4(u32(octets, 0)) };
      break;
    case Sub.relayPort:
      if (octets.length === 0) return { kind: 'relay-port', code };
      break;
  }
  return { kind: 'opaque', code, octets };
}

function subOptionOctets(sub: RelaySubOption): Uint8Array {
  switch (sub.kind) {
    case 'identifier':
      return sub.identifier;
    case 'address':
      return octetsOfU32(sub.address);
    case 'relay-port':
      return new Uint8Array(0);
    case 'opaque':
      return sub.octets;
  }
}
