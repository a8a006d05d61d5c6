/**
 * IPv4 addresses as numbers (on the wire, 4 bytes instead of up to 15; where prefixes are reckoned with) and as dotted text everywhere else.
 * No address at all is 0 and "0.0.0.0". Rejected: keeping the text; a server's and a relay's address are in every batch.
 */

/** Dotted text → number; '' → 0. @throws RangeError when it is neither (our own mistake: batches are made by us) */
export function addressToNumber(address: string): number {
  if (address === '') return 0;
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some((octet) => !Number.isInteger(octet) || octet < 0 || octet > 255)) {
    throw new RangeError(`not an IPv4 address: ${address}`);
  }
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}

/** Number (any unsigned 32 bits) → dotted text. */
export function numberToAddress(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}
