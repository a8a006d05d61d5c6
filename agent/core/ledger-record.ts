/**
 * The ledger's file, line by line: who may be given what is written before the REQUEST leaves, how it ended afterwards. Text,
 * so that a person can read what the agent was given and when it gave it back. Each line ends in a checksum over itself: a
 * torn or damaged one is left out, and nothing that was not written by us makes a RELEASE.
 *
 *     dorawatch-leases 1 OWNER                                  owner: which directory this is, against copies of it
 *     place NUMBER {"group":…}                                  where leases come from
 *     asked NUMBER PLACE CHADDR ADDRESS SERVER AT SECONDS       AT in Unix seconds, SECONDS as the server said
 *     ended NUMBER AT released|refused|expired
 *
 * Rejected: the batch log; its flushed write would stand between an OFFER and its REQUEST.
 */

import { formatIpv4, parseIpv4 } from '../../shared/core/net/ipv4.ts';
import type { EpochMicros, UnixMicros } from '../../shared/core/units.ts';
import type { HeldLease, LeasePlace } from './lease-ledger.ts';

/** Why a lease is held no more. `refused`: it was never given. */
export type LeaseEnd = 'released' | 'refused' | 'expired';

/** A lease as the file has it: `untilUs` is missing, for it depends on the reader's clock. */
export type WrittenLease = Omit<HeldLease, 'number' | 'state' | 'untilUs' | 'beforeUs'> & {
  /** Unix seconds of the writer's clock, and how long it lasts from there. */
  readonly at: number;
  readonly seconds: number;
};

/** What a file says. */
export interface LedgerReading {
  /** Undefined when the first line is damaged. */
  readonly owner: string | undefined;
  /** Asked for or given, and not ended. */
  readonly leases: readonly WrittenLease[];
  readonly damagedLines: number;
}

export const headerLine = (owner: string): string => sealed(`dorawatch-leases 1 ${owner}`);

export function placeLine(number: number, place: LeasePlace): string {
  return sealed(`place ${number} ${JSON.stringify({ ...place, packet: hexOf(place.packet) })}`);
}

export function askedLine(lease: HeldLease, place: number, at: number, seconds: number): string {
  const addresses = `${formatIpv4(lease.address)} ${formatIpv4(lease.server)}`;
  return sealed(`asked ${lease.number} ${place} ${hexOf(lease.chaddr)} ${addresses} ${at} ${seconds}`);
}

export const endedLine = ({ number }: Pick<HeldLease, 'number'>, at: number, end: LeaseEnd): string =>
  sealed(`ended ${number} ${at} ${end}`);

/** Reads a file. Never throws; what is no line of ours is counted. */
export function readLedger(text: string): LedgerReading {
  const lines = text.split('\n');
  // What follows the last line feed was being written when the end came.
  lines.pop();
  const places = new Map<number, LeasePlace>();
  const leases = new Map<number, WrittenLease>();
  let owner: string | undefined;
  let damagedLines = 0;
  for (const line of lines) {
    const words = unsealed(line)?.split(' ') ?? [];
    if (words[0] === 'dorawatch-leases' && words[1] === '1') owner ??= words[2];
    else if (!readLine(words, places, leases)) damagedLines += 1;
  }
  return { owner, leases: [...leases.values()], damagedLines };
}

/**
 * Until when a lease is held by the reader's clock. A wall clock that went back makes no lease longer than it was given for.
 * @param anchor the reader's wall clock at its epoch's moment 0
 */
export function heldUntil(
  { at, seconds }: Pick<WrittenLease, 'at' | 'seconds'>,
  anchor: UnixMicros,
  now: EpochMicros,
): EpochMicros {
  const nowSeconds = (anchor + now) / 1e6;
  const left = Math.min(seconds, at + seconds - nowSeconds);
  return (now + Math.round(left * 1e6)) as EpochMicros;
}

function readLine(
  words: readonly string[],
  places: Map<number, LeasePlace>,
  leases: Map<number, WrittenLease>,
): boolean {
  const number = Number(words[1]);
  switch (words[0]) {
    case 'place': {
      const place = readPlace(words.slice(2).join(' '));
      if (place === undefined) return false;
      places.set(number, place);
      return true;
    }
    case 'asked': {
      const lease = readAsked(words, places);
      if (lease === undefined) return false;
      leases.set(number, lease);
      return true;
    }
    case 'ended':
      leases.delete(number);
      return true;
    default:
      return false;
  }
}

function readPlace(json: string): LeasePlace | undefined {
  try {
    // The checksum says that it is ours, as we wrote it.
    const place = JSON.parse(json) as Omit<LeasePlace, 'packet'> & { readonly packet: string };
    return { ...place, packet: octetsOf(place.packet) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readAsked(words: readonly string[], places: ReadonlyMap<number, LeasePlace>): WrittenLease | undefined {
  const [, , placeNumber, chaddr = '', addressText = '', serverText = '', at, seconds] = words;
  const [place, address, server] = [places.get(Number(placeNumber)), parseIpv4(addressText), parseIpv4(serverText)];
  if (place === undefined || address === undefined || server === undefined) return undefined;
  return { place, chaddr: octetsOf(chaddr), address, server, at: Number(at), seconds: Number(seconds) };
}

const hexOf = (octets: Uint8Array): string => {
  let text = '';
  for (const octet of octets) text += octet < 16 ? `0${octet.toString(16)}` : octet.toString(16);
  return text;
};

const octetsOf = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length >>> 1 }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));

const sealed = (text: string): string => `${text} ${sumOf(text)}\n`;

function unsealed(line: string): string | undefined {
  const end = line.lastIndexOf(' ');
  const text = line.slice(0, Math.max(0, end));
  return end > 0 && line.slice(end + 1) === sumOf(text) ? text : undefined;
}

/** FNV-1a over UTF-16 units, 32 bits. */
function sumOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
