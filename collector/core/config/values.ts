/**
 * The grammars of single values in the configuration: names, rates, durations, addresses, prefixes, URLs. Each takes the
 * text as written and returns the value, or a sentence that says what was expected.
 *
 * Rejected: bare numbers for rates and durations. `drop_time: 3` is three of what?
 */
import { addressToNumber, numberToAddress } from '../../../shared/core/address-number.ts';
import { NAME_MAX_LENGTH, RATE_MAX_PER_SECOND, RATE_MIN_PER_SECOND } from './limits.ts';

/** A parsed value, or what is wrong with it. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

const good = <Value>(value: Value): Parsed<Value> => ({ ok: true, value });
const bad = (problem: string): Parsed<never> => ({ ok: false, problem });

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A name of a group, server or site. */
export function parseName(text: string): Parsed<string> {
  if (text.length > NAME_MAX_LENGTH) return bad(`"${text.slice(0, 20)}…" is longer than ${NAME_MAX_LENGTH} characters`);
  return NAME.test(text) ? good(text) : bad(`"${text}" is not a name; letters, digits, ".", "_" and "-", no spaces`);
}

const RATE = /^(\d+(?:\.\d+)?)\s*\/\s*(s|sec|min|h)$/;
const SECONDS_PER: Readonly<Record<string, number>> = { s: 1, sec: 1, min: 60, h: 3600 };

/** "10/s", "600/min", "36000/h" → exchanges a second. */
export function parseRate(text: string): Parsed<number> {
  const match = RATE.exec(text.trim());
  const [count, unit] = [match?.[1], match?.[2]];
  if (count !== undefined && unit !== undefined) return good(Number(count) / (SECONDS_PER[unit] ?? 1));
  if (/^\d+(\.\d+)?$/.test(text)) return bad(`"${text}" has no unit; write ${text}/s or ${text}/min`);
  return bad(`"${text}" is not a rate; expected something like 10/s or 600/min`);
}

/** A rate that a production server can bear. */
export function parseBoundedRate(text: string): Parsed<number> {
  const rate = parseRate(text);
  if (!rate.ok) return rate;
  if (rate.value > RATE_MAX_PER_SECOND) {
    return { ok: false, problem: `${text} is more than a monitor may ask of a server (${RATE_MAX_PER_SECOND}/s)` };
  }
  return rate.value < RATE_MIN_PER_SECOND ? { ok: false, problem: `${text} is too slow; at least 0.1/min` } : rate;
}

const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)$/;
const MS_PER: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** "3s", "500ms", "1min" (or "1m"), "12h", "14d" → milliseconds. */
export function parseDuration(text: string): Parsed<number> {
  const match = DURATION.exec(text.trim());
  const [count, unit] = [match?.[1], match?.[2]];
  if (count !== undefined && unit !== undefined) return good(Number(count) * (MS_PER[unit] ?? 1));
  if (/^\d+(\.\d+)?$/.test(text)) return bad(`"${text}" has no unit; write ${text}s or ${text}ms`);
  return bad(`"${text}" is not a duration; expected something like 3s or 500ms`);
}

/** Four octets, or null when the text is no dotted IPv4 address (no leading zeros: they read as octal elsewhere). */
function octets(text: string): readonly number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null;
  const numbers = parts.map(Number);
  return numbers.every((octet) => octet <= 255) ? numbers : null;
}

/** A dotted IPv4 address that a host can have. */
export function parseAddress(text: string): Parsed<string> {
  const parts = octets(text);
  if (parts === null) return bad(`"${text}" is not an IPv4 address; expected something like 10.77.1.2`);
  const first = parts[0] ?? 0;
  if (first === 0 || first >= 224) return bad(`${text} cannot be a host's address (0.x, multicast or reserved)`);
  return good(text);
}

/** An address, or a prefix such as 10.0.3.0/24. */
export function parseSource(text: string): Parsed<string> {
  const slash = text.indexOf('/');
  if (slash < 0) return parseAddress(text);
  const length = text.slice(slash + 1);
  if (octets(text.slice(0, slash)) === null || !/^\d{1,2}$/.test(length) || Number(length) > 32) {
    return bad(`"${text}" is neither an address nor a prefix; expected something like 10.0.3.4 or 10.0.3.0/24`);
  }
  return good(text);
}

/** Any text but an empty one, such as a password. */
export function parseText(text: string): Parsed<string> {
  return text === '' ? bad('is empty') : good(text);
}

/** An http or https URL, as InfluxDB 1.x listens on. */
export function parseUrl(text: string): Parsed<string> {
  const valid = /^https?:\/\/[^\s/]+(\/\S*)?$/.test(text);
  return valid ? good(text) : bad(`"${text}" is not a URL; expected something like http://127.0.0.1:8086`);
}

/**
 * The same without a name or a password in it: the configuration lies in the log, which is copied. The message does not repeat it.
 * @param instead where a password goes
 */
export function parseOpenUrl(instead: string): (text: string) => Parsed<string> {
  return (text) => {
    if (!/^\w+:\/\/[^/]*@/.test(text)) return parseUrl(text);
    return bad(`has a name or a password in it, and lies in the log; write ${instead}`);
  };
}

/** "a", "a or b", "a, b or c". */
export function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/** One of a closed set of words. */
export function parseWord<Word extends string>(text: string, words: readonly Word[]): Parsed<Word> {
  const found = words.find((word) => word === text);
  return found === undefined ? bad(`"${text}" is not known; expected ${oneOf(words)}`) : good(found);
}

/** Link selection (RFC 3527) carries an address in the subnet, without a prefix length. */
export function parseNetwork(text: string): Parsed<string> {
  const slash = text.indexOf('/');
  if (slash < 0) return parseAddress(text);
  return bad(`"${text}" has a prefix length; write the network address alone, ${text.slice(0, slash)}`);
}

/** A subnet, "10.80.1.0/24", without bits set beyond its length. */
export function parsePrefix(text: string): Parsed<string> {
  const [address = '', length = ''] = text.split('/');
  const parts = octets(address);
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : Number.NaN;
  if (parts === null || !(bits >= 8 && bits <= 32))
    return bad(`"${text}" is not a subnet; expected something like 10.80.1.0/24`);
  const value = addressToNumber(address);
  const size = 2 ** (32 - bits);
  if (value % size === 0) return good(text);
  const base = value - (value % size);
  return bad(`"${text}" has bits set beyond its length; the subnet is ${numberToAddress(base)}/${bits}`);
}

/** A network interface's name, as Linux has them (15 octets at most). */
export function parseInterface(text: string): Parsed<string> {
  return /^[^\s/]{1,15}$/.test(text)
    ? good(text)
    : bad(`"${text}" is not the name of a network interface, such as eth0.20`);
}

/** "10%", as a part of one. */
export function parseShare(text: string): Parsed<number> {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  return match === null ? bad(`"${text}" is not a share; expected something like 10%`) : good(Number(match[1]) / 100);
}

/** One to three octets that make a MAC locally administered and unicast (IEEE 802 clause 8). */
export function parseMacPrefix(text: string): Parsed<string> {
  if (/^[0-9a-f][26ae](:[0-9a-f]{2}){0,2}$/i.test(text)) return good(text.toLowerCase());
  return bad(`"${text}" is not the start of a locally administered MAC; expected something like 02:00:5e`);
}

/** Yes or no, as YAML has it. */
export function parseFlag(text: string): Parsed<boolean> {
  const word = parseWord(text, ['true', 'false']);
  return word.ok ? good(word.value === 'true') : word;
}

/** A whole number within bounds, both included. */
export function whole(min: number, max: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return { ok: true, value };
    return { ok: false, problem: `"${text}" is out of bounds; expected a whole number from ${min} to ${max}` };
  };
}
