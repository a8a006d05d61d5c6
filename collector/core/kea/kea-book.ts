/**
 * What each server last said of itself, and the notices that come of it: a word that does not fit what the sites see. Folded in
 * the order of the log, from the entries and the server's state as the fold has it at that moment, so a replay concludes the same.
 * A word and a verdict are taken at different moments: what does not fit must go on for a while before it is told, but for what
 * Kea says on purpose (maintenance, terminated).
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import type { Notice } from '../finding.ts';
import type { KeaEntry } from '../log-entry.ts';
import { findingId } from '../verdicts/finding-id.ts';
import type { FindingChange } from '../verdicts/views.ts';
import { capitalised } from '../words.ts';
import { type Disagreement, disagreementOf, type KeaReason, type Outside } from './disagreement.ts';

/** A server's newest word, and how it fits. Plain JSON. */
export interface KeaStand {
  readonly entry: KeaEntry;
  readonly disagreement: Disagreement | null;
  /** Since when it is so: receipt of the word before, and of the first that said so, µs. */
  readonly before: number;
  readonly since: number;
  /** Whether it has been told. */
  readonly isTold: boolean;
}

export interface KeaSnapshot {
  readonly stands: readonly KeaStand[];
  readonly offers: readonly (readonly [string, readonly string[]])[];
}

export interface KeaBook {
  /** @returns what is to be told, usually nothing */
  add(entry: KeaEntry, outside: Outside): readonly FindingChange[];
  find(group: string, server: string): KeaStand | null;
  /** Remembers in which subnets a group's probes are. */
  noteOffers(batch: ResultBatch): void;
  /** Addresses that a group's servers gave to probes lately: one a network of 24 bits. */
  offered(group: string): readonly string[];
  snapshot(): KeaSnapshot;
}

/** Both a verdict (some seconds) and the next word (10 s by default) have come by then. */
const HOLDS_US = 15e6;
/** Servers whose word is kept: as many as a configuration can have. */
const SERVERS_MAX = 4096;

/** Networks of 24 bits that a group's probes are remembered in, and groups. */
const OFFERS_MAX = 256;
const GROUPS_MAX = 256;

const AT_ONCE: readonly KeaReason[] = ['terminated', 'maintenance'];

const keyOf = (group: string, server: string): string => JSON.stringify([group, server]);

export function createKeaBook(from: KeaSnapshot = { stands: [], offers: [] }): KeaBook {
  const offers = new Map(from.offers);
  const stands = new Map(from.stands.map((stand) => [keyOf(stand.entry.group, stand.entry.server), stand]));
  return {
    add: (entry, outside) => {
      const key = keyOf(entry.group, entry.server);
      const last = stands.get(key);
      if (last === undefined && stands.size >= SERVERS_MAX) return [];
      const disagreement = disagreementOf(entry, outside);
      const goesOn = last !== undefined && last.disagreement?.reason === disagreement?.reason;
      const stand: KeaStand = goesOn
        ? { ...last, entry, disagreement }
        : {
            entry,
            disagreement,
            before: last?.entry.receivedAt ?? entry.receivedAt,
            since: entry.receivedAt,
            isTold: false,
          };
      const over = goesOn || !last?.isTold ? [] : [found(agreement(stand, last))];
      const begins = isDue(stand) ? [found(notice(stand))] : [];
      stands.set(key, begins.length > 0 ? { ...stand, isTold: true } : stand);
      return [...over, ...begins];
    },
    find: (group, server) => stands.get(keyOf(group, server)) ?? null,
    noteOffers: ({ paths, sightings }) => {
      for (const { path, expected, address } of sightings) {
        const ref = paths[path];
        if (ref !== undefined && expected) noteOffer(offers, ref.group, address);
      }
    },
    offered: (group) => offers.get(group) ?? [],
    snapshot: () => ({ stands: [...stands.values()], offers: [...offers] }),
  };
}

function noteOffer(offers: Map<string, readonly string[]>, group: string, address: string): void {
  const known = offers.get(group) ?? [];
  const network = address.slice(0, address.lastIndexOf('.'));
  if (known.some((other) => other.startsWith(`${network}.`)) || known.length >= OFFERS_MAX) return;
  if (offers.size < GROUPS_MAX || offers.has(group)) offers.set(group, [...known, address]);
}

function isDue({ disagreement, isTold, entry, since }: KeaStand): boolean {
  if (disagreement === null || isTold) return false;
  return AT_ONCE.includes(disagreement.reason) || entry.receivedAt - since >= HOLDS_US;
}

const found = (finding: Notice): FindingChange => ({ kind: 'found', finding, news: true });

function notice(stand: KeaStand): Notice {
  const { disagreement, entry } = stand;
  const text = `${capitalised(entry.server)} ${disagreement?.text ?? ''}`;
  return { ...about(stand), from: null, to: disagreement?.reason ?? '', reason: disagreement?.reason ?? null, text };
}

function agreement(stand: KeaStand, last: KeaStand): Notice {
  const planned = last.disagreement?.isPlanned === true;
  const text = planned ? 'maintenance is over' : 'own word fits what its sites see again';
  const name = capitalised(stand.entry.server);
  const from = last.disagreement?.reason ?? null;
  return { ...about(stand), from, to: 'agrees', reason: from, text: `${name}'s ${text}` };
}

type About = Omit<Notice, 'from' | 'to' | 'reason' | 'text'>;

function about({ entry, disagreement, before, since }: KeaStand): About {
  const { group, server, word, receivedAt } = entry;
  return {
    kind: 'kea',
    id: findingId('kea', group, server, disagreement?.reason ?? 'agrees', since),
    group,
    server,
    site: null,
    scope: null,
    at: unixMicros(Math.round((before + since) / 2)),
    earliest: unixMicros(before),
    latest: unixMicros(since),
    evidence: word === null ? null : `status-get: ${stateText(word.state, word.scopes)}`,
    detectedAt: receivedAt,
    late: false,
  };
}

const stateText = (state: string | null, scopes: readonly string[]): string =>
  `${state ?? 'no HA'}, ${scopes.length === 0 ? 'no scopes' : `scopes ${scopes.join(', ')}`}`;
