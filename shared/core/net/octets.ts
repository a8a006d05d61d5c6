// Big-endian reads and writes on plain octet arrays, for the codecs of dhcp4/ and of the agent's headers.
//
// Reads index the array instead of making a DataView: an octet past the end reads as 0 instead of throwing, so a
// decoder that forgets a length test is wrong but never crashes on hostile input, and a test can count every octet
// visited. A DataView was tried on paper and refused for exactly these two reasons; at probe rates its speed is moot.

/** The octet at `at`, or 0 past the end. */
export function u8(octets: Uint8Array, at: number): number {
  return octets[at] ?? 0;
}

/** Two octets at `at` in network order, 0..65535. */
export function u16(octets: Uint8Array, at: number): number {
  return (u8(octets, at) << 8) | u8(octets, at + 1);
}

/** Four octets at `at` in network order, 0..2^32-1. */
export function u32(octets: Uint8Array, at: number): number {
  // The unsigned shift: a plain `|` would give half of all xids and addresses a minus sign.
  return ((u16(octets, at) << 16) | u16(octets, at + 2)) >>> 0;
}

/** Writes the low 16 bits of `value` at `at` in network order. */
export function putU16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8;
  octets[at + 1] = value;
}

/** Writes `value` (0..2^32-1) at `at` in network order. */
export function putU32(octets: Uint8Array, at: number, value: number): void {
  putU16(octets, at, value >>> 16);
  putU16(octets, at + 2, value);
}

/** A 32-bit number as four octets in network order. */
export function octetsOfU32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** All parts one after the other in a new, exactly sized array; linear in the total length. */
export function joinOctets(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** True when both arrays hold the same octets. */
export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
