/**
 * What the fold of notices holds: tracks by what they are about, how sites' ordinary exchanges fared, what configurations said.
 * Plain values, so that the snapshot is the state; indexes over it are made again when it is restored.
 */
import type { Notice } from '../finding.ts';
import { type Answering, type PathSlots, pathOf } from './answering.ts';
import { KINDS } from './kinds.ts';
import { KEYS_MAX } from './limits.ts';
import type { Kind, Place } from './notice-kind.ts';
import type { Rules } from './rules.ts';
import type { Track } from './track.ts';

/** A notice as it was told, and where it stands in its track. */
export interface Told {
  readonly id: string;
  readonly at: number;
  readonly isAmiss: boolean;
  readonly notice: Notice;
}

/** A track with what was told of it, and counts of its observations ever. */
export interface Node extends Track {
  told: Told[];
  exchanges: number;
  answered: number;
}

export interface NoticesState {
  readonly nodes: Map<string, Node>;
  readonly answering: Answering;
  readonly rules: Rules[];
  /** How far event time is, by site, µs. */
  readonly furthest: Map<string, number>;
  /** Identifiers that expected answers have shown. */
  readonly shown: Set<string>;
  /** Observations in all tracks. */
  kept: number;
  counts: NoticeCounts;
  /** Not in the snapshot: tracks that time alone may change; tracks by site; servers' paths by group and site. */
  readonly pending: Set<string>;
  readonly bySite: Map<string, Set<string>>;
  readonly paths: Map<string, { readonly server: string; readonly path: string }[]>;
}

/** What the bounds threw away, since the log began. */
export interface NoticeCounts {
  /** Observations older than what can still be read. */
  readonly tooLate: number;
  /** Observations of places beyond the bound. */
  readonly shed: number;
  /** Batches of epochs whose clock was never measured, and far from now. */
  readonly unplaced: number;
}

export const NO_COUNTS: NoticeCounts = { tooLate: 0, shed: 0, unplaced: 0 };

/** Survives JSON.stringify; opaque to everybody but restoreNotices. */
export interface NoticesSnapshot {
  readonly nodes: readonly (readonly [string, Omit<Node, 'reading'>])[];
  readonly answering: readonly (readonly [string, PathSlots])[];
  readonly rules: readonly Rules[];
  readonly furthest: readonly (readonly [string, number])[];
  readonly shown: readonly string[];
  readonly counts: NoticeCounts;
}

const EMPTY: NoticesSnapshot = { nodes: [], answering: [], rules: [], furthest: [], shown: [], counts: NO_COUNTS };

const copyOf = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;

export function restoreNotices(from: NoticesSnapshot = EMPTY): NoticesState {
  const { nodes, answering, rules, furthest, shown, counts } = copyOf(from);
  const state: NoticesState = {
    nodes: new Map(nodes.map(([key, node]) => [key, { ...node, reading: null }])),
    answering: new Map(answering),
    rules: [...rules],
    furthest: new Map(furthest),
    shown: new Set(shown),
    kept: nodes.reduce((sum, [, { seen }]) => sum + seen.length, 0),
    counts,
    // Every track is asked once; those that have nothing to wait for drop out again.
    pending: new Set(nodes.map(([key]) => key)),
    bySite: new Map(),
    paths: new Map(),
  };
  for (const [key, { place }] of state.nodes) indexSite(state, place.site, key);
  for (const path of state.answering.keys()) indexPath(state, path);
  return state;
}

export function noticesSnapshot(state: NoticesState): NoticesSnapshot {
  const { nodes, answering, rules, furthest, shown, counts } = state;
  return copyOf({
    nodes: [...nodes].map(([key, { reading: _, ...node }]) => [key, node] as const),
    answering: [...answering],
    rules,
    furthest: [...furthest],
    shown: [...shown],
    counts,
  });
}

function indexSite({ bySite }: NoticesState, site: string | null, key: string): void {
  const keys = bySite.get(site ?? '') ?? new Set();
  bySite.set(site ?? '', keys.add(key));
}

/** Makes a path of ordinary exchanges known to its site's group. */
export function indexPath({ paths }: NoticesState, path: string): void {
  const [group, site, server] = JSON.parse(path) as [string, string, string, number | null];
  const key = JSON.stringify([group, site]);
  const known = paths.get(key) ?? [];
  if (!known.some((own) => own.path === path)) paths.set(key, [...known, { server, path }]);
}

/** The ordinary paths of a group at a site; with a server, its own. */
export function ordinaryPaths(
  { paths }: NoticesState,
  group: string,
  site: string,
  server: string | null,
): readonly { readonly server: string; readonly path: string }[] {
  const all = paths.get(JSON.stringify([group, site])) ?? [];
  return server === null ? all : all.filter((own) => own.server === server);
}

export const ordinaryPath = (
  { answering }: NoticesState,
  { group, site }: Place,
  server: string,
  bucket: number | null,
): PathSlots | undefined => answering.get(pathOf(group, site ?? '', server, bucket));

const byName = new Map(KINDS.map((kind) => [kind.name, kind]));
/** The kind of a name; null: of another version. */
export const kindNamed = (name: string): Kind<unknown, unknown> | null => byName.get(name) ?? null;

/** The name of a kind's track of a place. */
export const keyOf = (kind: string, { group, server, site, scope, detail }: Place): string =>
  JSON.stringify([kind, group, server, site, scope, detail]);

/** The track of a place, made when first seen; null beyond the bound. @param most tracks of this kind at one site */
export function nodeAt(state: NoticesState, kind: Kind<unknown, unknown>, place: Place, most: number): Node | null {
  const key = keyOf(kind.name, place);
  const known = state.nodes.get(key);
  if (known) return known;
  if (state.nodes.size >= KEYS_MAX || countOfKind(state, kind.name, place.site) >= most) return null;
  const base = kind.initial();
  const node: Node = {
    kind: kind.name,
    place,
    base,
    floor: -1,
    seen: [],
    reading: null,
    told: [],
    exchanges: 0,
    answered: 0,
  };
  state.nodes.set(key, node);
  indexSite(state, place.site, key);
  return node;
}

function countOfKind(state: NoticesState, name: string, site: string | null): number {
  let count = 0;
  if (name === 'rogue')
    for (const key of state.bySite.get(site ?? '') ?? []) if (state.nodes.get(key)?.kind === name) count++;
  return count;
}
