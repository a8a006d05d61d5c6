/** Dotted addresses against prefixes ("10.80.1.0/24"), as the configuration and sightings have them. */

import { addressToNumber, numberToAddress } from '../../../shared/core/address-number.ts';

/** @param prefix "10.80.1.0/24", or an address alone */
export function isWithin(address: string, prefix: string): boolean {
  const [network = '', length] = prefix.split('/');
  if (length === undefined) return address === network;
  const size = 2 ** (32 - Number(length));
  return Math.floor(addressToNumber(address) / size) === Math.floor(addressToNumber(network) / size);
}

/** "10.80.2.0/24" of an address and its mask; without a mask the address alone. */
export function subnetOf(address: string, mask: string | null): string {
  if (mask === null) return address;
  const size = 2 ** 32 - addressToNumber(mask);
  const bits = 32 - Math.log2(size);
  if (!Number.isInteger(bits)) return address;
  const base = addressToNumber(address) - (addressToNumber(address) % size);
  return `${numberToAddress(base)}/${bits}`;
}
