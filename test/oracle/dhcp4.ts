// A second, naive DHCPv4 codec: the oracle that the fast one is compared with.
//
// It is written from the RFCs for the eye, not for speed, and shares no line with shared/core/dhcp4: strings of hex, copies at
// every step, recursion, options as [code, hex] pairs without types. Where both agree on random input, either both are
// right or two people misread the same sentence; the captured vectors are for that case.

/** A message as the oracle sees it: numbers, and hex for everything of variable length. */
export interface NaiveMessage {
  readonly op: number;
  readonly htype: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  /** Hex of hlen octets. */
  readonly chaddr: string;
  /** Hex, trailing zero octets removed; empty when it held options. */
  readonly sname: string;
  readonly file: string;
  /** Long options joined, in the order in which their first part appears. */
  readonly options: readonly (readonly [code: number, hex: string])[];
}

// RFC 2132, 2563, 3011: options whose content has exactly one length, hence never in parts.
const neverInParts = [1, 28, 50, 51, 52, 53, 54, 57, 58, 59, 116, 118];
const messageTypes = 18;

/** The message, or a word about why there is none. */
export function naiveDecode(bytes: Uint8Array): NaiveMessage | string {
  const hex = hexOf(bytes);
  if (bytes.length < 240) return 'short';
  const at = (offset: number, length: number) => hex.slice(offset * 2, (offset + length) * 2);
  const num = (offset: number, length: number) => Number.parseInt(at(offset, length), 16);
  if (![1, 2].includes(num(0, 1))) return 'op';
  if (num(2, 1) > 16) return 'hlen';
  if (at(236, 4) !== '63825363') return 'cookie';
  const fromOptions = tlvs(hex.slice(480));
  if (fromOptions === 'cut') return 'cut';
  const overload = Number.parseInt(
    fromOptions.find(([code, value]) => code === 52 && /^0[123]$/.test(value))?.[1] ?? '0',
    16,
  );
  const fromFile = overload === 1 || overload === 3 ? tlvs(at(108, 128)) : [];
  const fromSname = overload === 2 || overload === 3 ? tlvs(at(44, 64)) : [];
  if (fromFile === 'cut' || fromSname === 'cut') return 'cut';
  const all = [...fromOptions, ...fromFile, ...fromSname];
  const types = all.filter(([code]) => code === 53);
  const type = types[0]?.[1] ?? '';
  if (types.length !== 1 || type.length !== 2) return 'type';
  if (Number.parseInt(type, 16) < 1 || Number.parseInt(type, 16) > messageTypes) return 'type';
  return {
    op: num(0, 1),
    htype: num(1, 1),
    hops: num(3, 1),
    xid: num(4, 4),
    secs: num(8, 2),
    flags: num(10, 2),
    ciaddr: dotted(at(12, 4)),
    yiaddr: dotted(at(16, 4)),
    siaddr: dotted(at(20, 4)),
    giaddr: dotted(at(24, 4)),
    chaddr: at(28, num(2, 1)),
    sname: overload >= 2 ? '' : withoutPadding(at(44, 64)),
    file: overload === 1 || overload === 3 ? '' : withoutPadding(at(108, 128)),
    options: joined(all),
  };
}

/** The same message as octets, options all in the options field. */
export function naiveEncode(message: NaiveMessage): Uint8Array {
  const fixed = [
    hexNumber(message.op, 1),
    hexNumber(message.htype, 1),
    hexNumber(message.chaddr.length / 2, 1),
    hexNumber(message.hops, 1),
    hexNumber(message.xid, 4),
    hexNumber(message.secs, 2),
    hexNumber(message.flags, 2),
    ...[message.ciaddr, message.yiaddr, message.siaddr, message.giaddr].map(undotted),
    message.chaddr.padEnd(32, '0'),
    message.sname.padEnd(128, '0'),
    message.file.padEnd(256, '0'),
    '63825363',
  ];
  // An overload that a message arrived with is not repeated: everything is in the options field now.
  const kept = joined(message.options).filter(([code, value]) => !(code === 52 && /^0[123]$/.test(value)));
  const options = kept.map(([code, value]) => written(code, value));
  const hex = `${[...fixed, ...options].join('')}ff`;
  return octetsOf(hex.padEnd(600, '0'));
}

function tlvs(hex: string): [number, string][] | 'cut' {
  const found: [number, string][] = [];
  let rest = hex;
  while (rest !== '' && !rest.startsWith('ff')) {
    if (rest.startsWith('00')) {
      rest = rest.slice(2);
      continue;
    }
    if (rest.length < 4) return 'cut';
    const code = Number.parseInt(rest.slice(0, 2), 16);
    const length = Number.parseInt(rest.slice(2, 4), 16);
    if (rest.length < 4 + length * 2) return 'cut';
    found.push([code, rest.slice(4, 4 + length * 2)]);
    rest = rest.slice(4 + length * 2);
  }
  return found;
}

function joined(options: readonly (readonly [number, string])[]): [number, string][] {
  const result: [number, string][] = [];
  for (const [code, value] of options) {
    const earlier = result.find(([other]) => other === code && !neverInParts.includes(code));
    if (earlier) earlier[1] += value;
    else result.push([code, value]);
  }
  return result;
}

function written(code: number, value: string): string {
  const first = value.slice(0, 510);
  const part = hexNumber(code, 1) + hexNumber(first.length / 2, 1) + first;
  return value.length > 510 ? part + written(code, value.slice(510)) : part;
}

function withoutPadding(hex: string): string {
  return hex.endsWith('00') && hex.length % 2 === 0 ? withoutPadding(hex.slice(0, -2)) : hex;
}

function dotted(hex: string): string {
  return [0, 2, 4, 6].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
}

function undotted(address: string): string {
  return address
    .split('.')
    .map((part) => hexNumber(Number(part), 1))
    .join('');
}

function hexNumber(value: number, octets: number): string {
  return value.toString(16).padStart(octets * 2, '0');
}

/** Hex of some octets. */
export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => hexNumber(byte, 1)).join('');
}

/** Octets of some hex, spaces and line ends ignored. */
export function octetsOf(hex: string): Uint8Array {
  const digits = hex.replace(/\s/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16),
  );
}
