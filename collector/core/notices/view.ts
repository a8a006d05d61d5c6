/** What stands now of all that is noticed: for status, sites and scopes. Made on demand; holds no reference into the fold. */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { NoticeKind } from '../finding.ts';
import { type AnswersState, identifiersOf } from './answers-as.ts';
import { aroundOf } from './around.ts';
import { STALE_US } from './limits.ts';
import type { RunState } from './missed-run.ts';
import { keyOf, kindNamed, type Node, type NoticeCounts, type NoticesState } from './state.ts';
import { readingOf } from './track.ts';

/** A place that exchanges speak of: a scope, or a site's clients' way. */
export interface PlaceView {
  readonly group: string;
  readonly site: string;
  /** The subnet, or the interface. */
  readonly name: string;
  readonly state: 'serving' | 'non-serving' | 'unknown';
  readonly since: UnixMicros | null;
  readonly reason: string | null;
  readonly evidence: string | null;
  readonly lastServedAt: UnixMicros | null;
  readonly exchanges: number;
  readonly answered: number;
}

/** Something that is amiss now. */
export interface AmissView {
  readonly kind: NoticeKind;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly scope: string | null;
  /** What tells it from others of its kind at this place: a rogue's address; null: the place is enough. */
  readonly detail: string | null;
  readonly since: UnixMicros;
  readonly text: string;
}

export interface NoticesView {
  readonly scopes: readonly PlaceView[];
  readonly clients: readonly PlaceView[];
  readonly amiss: readonly AmissView[];
  /** What a server answers as, by identifier; empty: never seen. */
  answersAs(group: string, server: string): readonly string[];
  readonly counts: NoticeCounts;
}

export function noticesView(state: NoticesState): NoticesView {
  const nodes = [...state.nodes.values()];
  const places = (kind: string): readonly PlaceView[] =>
    nodes.filter((node) => node.kind === kind).map((node) => placeView(state, node));
  return {
    scopes: places('scope'),
    clients: places('client'),
    amiss: nodes.flatMap(amissView),
    answersAs: (group, server) => {
      const node = state.nodes.get(keyOf('answers-as', { group, server, site: null, scope: null, detail: null }));
      return node === undefined ? [] : identifiersOf(stateOf(state, node) as AnswersState);
    },
    counts: state.counts,
  };
}

function stateOf(state: NoticesState, node: Node): unknown {
  const kind = kindNamed(node.kind);
  return kind === null ? node.base : readingOf(node, kind, aroundOf(state, node)).state;
}

function placeView(state: NoticesState, node: Node): PlaceView {
  const run = stateOf(state, node) as RunState;
  const { group, site, scope, detail } = node.place;
  const { word, since, lastAnswered, learnedAt } = run;
  const isStale = learnedAt === null || (state.furthest.get(site ?? '') ?? 0) - learnedAt > STALE_US;
  const last = node.told.at(-1);
  const told = !isStale && word !== 'unknown' && last?.isAmiss ? last.notice : null;
  return {
    group,
    site: site ?? '',
    name: scope ?? detail ?? '',
    state: isStale ? 'unknown' : word,
    since: (isStale ? learnedAt : since) as UnixMicros | null,
    reason: told?.reason ?? (word === 'serving' && !isStale ? 'answered' : null),
    evidence: told?.evidence ?? null,
    lastServedAt: lastAnswered as UnixMicros | null,
    exchanges: node.exchanges,
    answered: node.answered,
  };
}

function amissView({ told, place }: Node): readonly AmissView[] {
  const last = told.at(-1);
  if (last === undefined || !last.isAmiss) return [];
  const { kind, group, server, site, scope, at, text } = last.notice;
  return [{ kind, group, server, site, scope, detail: place.detail, since: at, text }];
}
