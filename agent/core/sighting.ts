/**
 * Who answered, and with what: read out of whole messages, but only now and then. The first answer of a server on a path is
 * told at once, another when what it gives has changed, and each again after ten minutes, so that any part of a log says it.
 *
 * Answers are decoded only when their fingerprint is another than the last one's: at full rate that would cost a third of every
 * exchange. Looking only every so often was refused: a change would be placed where it was seen, seconds after it happened.
 */
import type { PathRef, Sighting } from '../../shared/core/batch.ts';
import { answerFingerprint } from '../../shared/core/dhcp4/answer-fingerprint.ts';
import { OptionCode } from '../../shared/core/dhcp4/codes.ts';
import { decode } from '../../shared/core/dhcp4/decode.ts';
import { addressOption, leaseSeconds, type Message, serverIdentifier } from '../../shared/core/dhcp4/message.ts';
import { MAX_ADDRESSES_PER_SIGHTING } from '../../shared/core/limits.ts';
import { formatIpv4, type Ipv4, noAddress, parseIpv4, prefixMask } from '../../shared/core/net/ipv4.ts';
import type { MonotonicNs } from '../../shared/core/units.ts';
import type { Answer } from './exchange.ts';
import { DOMAIN_CHARS_MAX, SERVERS_SEEN_MAX, SIGHTING_AGAIN_NS, SIGHTING_PAUSE_NS } from './probe-limits.ts';

/** Somebody's answer to an exchange of ours, as it came in. */
export interface Heard {
  readonly type: Answer['type'];
  readonly source: Ipv4;
  /** Option 54. */
  readonly server: Ipv4 | undefined;
  /** False: not from an address that was asked. */
  readonly expected: boolean;
  /** Link-layer sender, "02:00:5e:00:00:01"; null where the socket does not show it. */
  readonly mac: string | null;
  /** The whole message, a view that the next packet overwrites. */
  readonly payload: Uint8Array;
}

/** What an answer says of its server: a sighting without its place and time. */
export type Offered = Omit<Sighting, 'path' | 'sentUs'>;

interface Known {
  heardNs: MonotonicNs;
  toldNs: MonotonicNs;
  terms: string;
  /** Of the last answer that was found to say `terms`. */
  fingerprint: number;
  /** Another has answered for the same server since, which was told. */
  isAway: boolean;
}

/** What has been told of whom, by path and then by server; changed by `sight` alone. A path that is no more takes its part along. */
export type SightingBook = WeakMap<PathRef, Map<string, Known>>;

/** What is to be told of this answer, if anything is. A NAK gives nothing and is never told, nor is what cannot be decoded. */
export function sight(book: SightingBook, path: PathRef, heard: Heard, now: MonotonicNs): Offered | undefined {
  if (heard.type === 'NAK') return undefined;
  const seen = book.get(path) ?? new Map<string, Known>();
  book.set(path, seen);
  const name = `${heard.type} ${heard.expected} ${heard.source} ${heard.server ?? ''} ${heard.mac ?? ''}`;
  const known = seen.get(name);
  const fingerprint = answerFingerprint(heard.payload);
  if (known === undefined) {
    if (!hasRoom(seen, now)) return undefined;
  } else {
    known.heardNs = now;
    if (now - known.toldNs < SIGHTING_PAUSE_NS) return undefined;
    if (known.fingerprint === fingerprint && !known.isAway && now - known.toldNs < SIGHTING_AGAIN_NS) return undefined;
  }
  const offered = readOffered(heard);
  if (offered === undefined) return undefined;
  const terms = termsOf(offered);
  if (known?.terms === terms && !known.isAway && now - known.toldNs < SIGHTING_AGAIN_NS) {
    known.fingerprint = fingerprint;
    return undefined;
  }
  // A relay's path leads to one server: who answers now has taken the place of who did. A broadcast may be answered by many.
  if (path.interface === null && heard.expected) leave(seen, `${heard.type} true `);
  seen.set(name, { heardNs: now, toldNs: now, terms, fingerprint, isAway: false });
  return offered;
}

function leave(seen: Map<string, Known>, start: string): void {
  for (const [name, known] of seen) if (name.startsWith(start)) known.isAway = true;
}

/** All that people would call a change: of the address, its subnet alone. */
function termsOf(offered: Offered): string {
  const mask = parseIpv4(offered.subnetMask ?? '') ?? prefixMask(24);
  const subnet = ((parseIpv4(offered.address) ?? noAddress) & mask) >>> 0;
  return JSON.stringify({ ...offered, address: subnet });
}

/** Those not heard of for long make room; a flood of made-up servers finds none. */
function hasRoom(seen: Map<string, Known>, now: MonotonicNs): boolean {
  if (seen.size < SERVERS_SEEN_MAX) return true;
  for (const [name, { heardNs }] of seen) if (now - heardNs >= SIGHTING_AGAIN_NS) seen.delete(name);
  return seen.size < SERVERS_SEEN_MAX;
}

function readOffered({ payload, type, source, expected, mac }: Heard): Offered | undefined {
  const decoded = decode(payload);
  if (decoded.kind === 'malformed') return undefined;
  const { message } = decoded;
  return {
    stage: type === 'ACK' ? 'ack' : 'offer',
    source: formatIpv4(source),
    serverIdentifier: textOf(serverIdentifier(message)),
    expected,
    mac,
    address: formatIpv4(message.yiaddr),
    subnetMask: textOf(addressOption(message, OptionCode.subnetMask)),
    leaseSeconds: leaseSeconds(message) ?? null,
    routers: listOf(message, OptionCode.router),
    nameServers: listOf(message, OptionCode.domainNameServer),
    domain: domainOf(message),
    nextServer: textOf(message.siaddr),
  };
}

function textOf(address: Ipv4 | undefined): string | null {
  return address === undefined || address === noAddress ? null : formatIpv4(address);
}

function listOf({ options }: Message, code: 3 | 6): readonly string[] {
  const found = options.find((option) => option.kind === 'address-list' && option.code === code);
  return found?.kind === 'address-list' ? found.addresses.slice(0, MAX_ADDRESSES_PER_SIGHTING).map(formatIpv4) : [];
}

/** Printable ASCII only: whoever answers decides what stands here, and people read it in a terminal. */
function domainOf({ options }: Message): string | null {
  const found = options.find((option) => option.kind === 'text' && option.code === OptionCode.domainName);
  if (found?.kind !== 'text') return null;
  return found.text.replace(/[^\x21-\x7e]/g, '').slice(0, DOMAIN_CHARS_MAX) || null;
}
