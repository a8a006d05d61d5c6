// Options that hold one IPv4 address (1 28 50 54 118) or a list of them (3 6). RFC 2132, RFC 3011.
//
// A mask is an address here: both are four octets, and a non-contiguous mask is the server's mistake to show, not ours
// to repair. A list must not be empty and a length that is no multiple of four is a fault, not a shorter list.

import type { Ipv4 } from '../../net/ipv4.ts';
import { ipv4 } from '../../net/ipv4.ts';
import { joinOctets, octetsOfU32, u32 } from '../../net/octets.ts';
import type { OptionFault } from '../option-fault.ts';

/** Codes 1 subnet mask, 28 broadcast, 50 requested address, 54 server identifier, 118 subnet selection. */
export type AddressCode = 1 | 28 | 50 | 54 | 118;

/** One address: a mask, a broadcast address, a requested address, a server identifier or a subnet selection. */
export interface AddressOption {
  readonly kind: 'address';
  readonly code: AddressCode;
  readonly address: Ipv4;
}

/** Codes 3 routers and 6 name servers, in the server's order of preference, at least one. */
export interface AddressListOption {
  readonly kind: 'address-list';
  readonly code: 3 | 6;
  readonly addresses: readonly Ipv4[];
}

/** Reads exactly four octets. */
export function readAddress(code: AddressCode, octets: Uint8Array): AddressOption | OptionFault {
  return octets.length === 4 ? { kind: 'address', code, address: ipv4(u32(octets, 0)) } : 'length';
}

/** Reads one or more addresses of four octets each. */
export function readAddressList(code: 3 | 6, octets: Uint8Array): AddressListOption | OptionFault {
  if (octets.length === 0 || octets.length % 4 !== 0) return 'length';
  const addresses: Ipv4[] = [];
  for (let at = 0; at < octets.length; at += 4) addresses.push(ipv4(u32(octets, at)));
  return { kind: 'address-list', code, addresses };
}

/** The octets of an address list. */
export function writeAddressList(option: AddressListOption): Uint8Array {
  return joinOctets(option.addresses.map(octetsOfU32));
}
