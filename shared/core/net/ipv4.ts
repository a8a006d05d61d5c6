// IPv4 addresses and prefixes as numbers: what giaddr, yiaddr, server identifiers and source lists are made of.
//
// An address is an unsigned 32-bit number with a brand, so that comparing two is `===`, one works as a Map key, and a
// lease time cannot be passed for one. Dotted text was refused as the inner form: "10.0.0.1" and "10.0.0.01" are two
// strings, and which address the second means depends on who reads it (here: none, it is not accepted).

declare const ipv4Brand: unique symbol;

/** An IPv4 address as an unsigned 32-bit number in host order: 10.0.0.1 is 0x0a000001. */
export type Ipv4 = number & { readonly [ipv4Brand]: true };

/** A network: `network` has no bit set beyond the first `length` (0..32) ones. */
export interface Prefix {
  readonly network: Ipv4;
  readonly length: number;
}

/** 0.0.0.0, which DHCP uses for "no address" in every field of its header. */
export const noAddress = 0 as Ipv4;

/** The address whose 32 bits are those of `value`. */
export function ipv4(value: number): Ipv4 {
  return (value >>> 0) as Ipv4;
}

/** Reads dotted decimal, four parts of 0..255 without leading zeros; undefined for anything else. */
export function parseIpv4(text: string): Ipv4 | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    // No leading zero: some resolvers read 010 as octal 8, and a monitor must not guess which server was meant.
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return ipv4(value);
}

/** Dotted decimal. */
export function formatIpv4(address: Ipv4): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Reads `10.0.0.0/24`, or a bare address as its /32; undefined when host bits are set or the text is anything else. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = '', length = '32', rest] = text.split('/', 3);
  const network = parseIpv4(address);
  if (network === undefined || rest !== undefined || !/^(?:0|[1-9]\d?)$/.test(length)) return undefined;
  const bits = Number(length);
  if (bits > 32 || (network & prefixMask(bits)) >>> 0 !== network) return undefined;
  return { network, length: bits };
}

/** `10.0.0.0/24`, also for a /32. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatIpv4(prefix.network)}/${prefix.length}`;
}

/** True when the address lies in the prefix. */
export function prefixContains(prefix: Prefix, address: Ipv4): boolean {
  return (address & prefixMask(prefix.length)) >>> 0 === prefix.network;
}

/** The mask with the first `length` (0..32) bits set. */
export function prefixMask(length: number): Ipv4 {
  // Shifting a 32-bit number by 32 shifts by 0, so the empty mask is a case of its own.
  return ipv4(length === 0 ? 0 : -1 << (32 - length));
}
