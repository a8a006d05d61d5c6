/** Dotted addresses against prefixes ("10.80.1.0/24"), as the configuration and sightings have them. */

const numberOf = (address: string): number => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

/** @param prefix "10.80.1.0/24", or an address alone */
export function isWithin(address: string, prefix: string): boolean {
  const [network = '', length] = prefix.split('/');
  if (length === undefined) return address === network;
  const size = 2 ** (32 - Number(length));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(network) / size);
}

/** "10.80.2.0/24" of an address and its mask; without a mask the address alone. */
export function subnetOf(address: string, mask: string | null): string {
  if (mask === null) return address;
  const size = 2 ** 32 - numberOf(mask);
  const bits = 32 - Math.log2(size);
  if (!Number.isInteger(bits)) return address;
  const base = numberOf(address) - (numberOf(address) % size);
  const dotted = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.');
  return `${dotted}/${bits}`;
}
