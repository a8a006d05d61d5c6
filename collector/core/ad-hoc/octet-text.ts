/**
 * Octets as people read them: hex, text with what is not text escaped, addresses of hardware, and a dump. Every octet shows, and
 * nothing in them can move a terminal's cursor.
 */

/** "02 8f c1", or with another separator; empty for none. */
export const hexOf = (octets: Uint8Array, separator = ' '): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(separator);

const isPrintable = (octet: number): boolean => octet >= 0x20 && octet < 0x7f;

/** In double quotes: what is no printable ASCII as \xNN. */
export function quotedText(octets: Uint8Array): string {
  const letters = Array.from(octets, (octet) => {
    const letter = String.fromCharCode(octet);
    if (letter === '"' || letter === '\\') return `\\${letter}`;
    return isPrintable(octet) ? letter : `\\x${octet.toString(16).padStart(2, '0')}`;
  });
  return `"${letters.join('')}"`;
}

/** Hex, and the text that it may be meant for. */
export function opaqueText(octets: Uint8Array): string {
  if (octets.length === 0) return '(empty)';
  const isText = octets.length > 1 && octets.every(isPrintable);
  return isText ? `${hexOf(octets)} (${quotedText(octets)})` : hexOf(octets);
}

const PER_LINE = 16;

/** Lines of offset, sixteen octets and what they are as ASCII. */
export function hexDump(octets: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += PER_LINE) {
    const line = octets.subarray(at, at + PER_LINE);
    const [left, right] = [hexOf(line.subarray(0, 8)), hexOf(line.subarray(8))];
    const ascii = Array.from(line, (octet) => (isPrintable(octet) ? String.fromCharCode(octet) : '.')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${left.padEnd(23)}  ${right.padEnd(23)}  |${ascii}|`);
  }
  return lines;
}
