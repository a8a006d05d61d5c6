/**
 * "If the state after the window is not the state before it, that is news": each window that ends becomes a case a group, read
 * (aftermath-reading.ts) a minute of event time later and again whenever the group's transitions change. Folded after everything
 * else of an entry, from findings as they stand; so what a restart, a refold or a late backlog ends in is the same notices.
 *
 * Rejected: a comparison by the clock when the window ends. It would be blind to what comes late, and other after a restart.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig, GroupConfig } from '../config/config.ts';
import type { Finding, Notice, Transition } from '../finding.ts';
import type { AmissView } from '../notices/view.ts';
import { isWithin, type PauseScope } from '../steering.ts';
import { bucketsAsked } from '../verdicts/group-state.ts';
import type { FindingChange } from '../verdicts/views.ts';
import { type AftermathCase, readAftermath } from './aftermath-reading.ts';
import { AFTER_STEP_US, CASE_OPEN_US, CASES_KEPT, SETTLE_US, TELL_US } from './limits.ts';
import type { Maintenance } from './maintenance.ts';
import type { Span } from './planned.ts';
import type { EndedPeriod } from './windows.ts';

/** A case, and what was said of it. Plain JSON. */
interface ToldCase extends AftermathCase {
  readonly told: readonly Notice[];
  readonly isAmiss: boolean;
}

/** Plain JSON. */
export interface AftermathSnapshot {
  readonly cases: readonly ToldCase[];
  /** Event time up to which ended windows have become cases, µs; null: none came yet. */
  readonly lookedAt: number | null;
  /** Groups whose transitions changed since the last look. */
  readonly changed: readonly string[];
  /** Cases thrown away for the bound. */
  readonly shed: number;
}

export interface AftermathSources {
  readonly maintenance: Pick<Maintenance, 'ended' | 'covering' | 'plannedWithin'>;
  /** Every finding as it stands. */
  findings(): Iterable<Finding>;
  /** The configuration in force. */
  config(): CollectorConfig | null;
}

export interface Aftermaths {
  /** Folds what an entry changed. @param furthest how far event time is, µs @returns notices, to be told as every other finding */
  apply(
    changes: readonly FindingChange[],
    at: { readonly furthest: number; readonly receivedAt: UnixMicros },
  ): readonly FindingChange[];
  /** Reads all again, when history was rewritten. Nothing of it is news. */
  rewrite(): readonly FindingChange[];
  /** What is otherwise than before, and not well. */
  amiss(): readonly AmissView[];
  /** Cases thrown away for the bound. */
  readonly shed: number;
  snapshot(): AftermathSnapshot;
}

const EMPTY: AftermathSnapshot = { cases: [], lookedAt: null, changed: [], shed: 0 };

export function createAftermaths(sources: AftermathSources, from: AftermathSnapshot = EMPTY): Aftermaths {
  let { cases, lookedAt, shed } = from;
  const changed = new Set(from.changed);
  const readAgain = (groups: ReadonlySet<string>): readonly FindingChange[] => {
    if (!cases.some(({ group }) => groups.has(group))) return [];
    const transitions = transitionsOf(sources.findings(), groups);
    const read = cases.map((one) =>
      groups.has(one.group) ? readCase(one, transitions, sources) : { one, changes: [] },
    );
    cases = read.map(({ one }) => one);
    return read.flatMap(({ changes }) => changes);
  };
  return {
    apply: (changes, { furthest, receivedAt }) => {
      for (const { finding } of changes) if (isServerChange(finding)) changed.add(finding.group);
      const horizon = furthest - SETTLE_US - TELL_US;
      if (lookedAt !== null && horizon < lookedAt + AFTER_STEP_US) return [];
      const open = cases.filter(({ until }) => until > horizon - CASE_OPEN_US);
      const begins = lookedAt === null ? [] : casesOf(sources, { from: lookedAt, to: horizon }, receivedAt);
      shed += Math.max(0, open.length + begins.length - CASES_KEPT);
      cases = [...open, ...begins].slice(-CASES_KEPT);
      lookedAt = horizon;
      for (const { group } of begins) changed.add(group);
      const told = readAgain(changed);
      changed.clear();
      return told;
    },
    rewrite: () => readAgain(new Set(cases.map(({ group }) => group))).map((change) => ({ ...change, news: false })),
    amiss: () => cases.flatMap(amissView),
    get shed() {
      return shed;
    },
    snapshot: () => ({ cases, lookedAt, changed: [...changed], shed }),
  };
}

const isServerChange = (finding: Finding): finding is Transition & { readonly group: string } =>
  finding.kind === 'transition' && finding.server !== null && finding.group !== null;

/** By group, each by `at`. */
function transitionsOf(
  findings: Iterable<Finding>,
  groups: ReadonlySet<string>,
): ReadonlyMap<string, readonly Transition[]> {
  const byGroup = new Map<string, Transition[]>();
  for (const finding of findings) {
    if (!isServerChange(finding) || !groups.has(finding.group)) continue;
    const own = byGroup.get(finding.group) ?? [];
    own.push(finding);
    byGroup.set(finding.group, own);
  }
  for (const own of byGroup.values()) own.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return byGroup;
}

/** Of every window that ended in a span, a case for each group that it concerns. */
function casesOf(sources: AftermathSources, span: Span, settledAt: UnixMicros): readonly ToldCase[] {
  const groups = sources.config()?.groups ?? [];
  const from = Math.max(span.from, span.to - CASE_OPEN_US);
  const found = sources.maintenance
    .ended({ from, to: span.to })
    .toSorted((a, b) => a.until - b.until)
    .flatMap((period) =>
      groups.filter((group) => concerns(period, group)).flatMap((group) => caseOf(sources, period, group, settledAt)),
    );
  // Of those that end together the widest tells of all.
  const isToldBy = (one: ToldCase, index: number) => (by: ToldCase, at: number) =>
    by.until === one.until && isWithin(one, by) && (at < index || !isWithin(by, one)) && at !== index;
  return found.filter((one, index) => !found.some(isToldBy(one, index)));
}

const concerns = (scope: PauseScope, { name, servers }: GroupConfig): boolean =>
  (scope.group === null || scope.group === name) &&
  (scope.server === null || servers.some((server) => server.name === scope.server));

/** None where another window goes on: it is held against what was before both when that is over. */
function caseOf(
  { maintenance }: AftermathSources,
  { server, site, since, until, text }: EndedPeriod,
  { name: group, mode, servers }: GroupConfig,
  settledAt: UnixMicros,
): readonly ToldCase[] {
  const place = { group, server, site };
  if (maintenance.covering(place, { from: until, to: until + SETTLE_US }).length > 0) return [];
  const posts = servers.flatMap(({ name, role }) =>
    bucketsAsked(mode, role).map((bucket) => ({ server: name, role, bucket })),
  );
  const began = chainBegin(maintenance, place, since);
  return [{ ...place, mode, posts, since: began, until, text, settledAt, told: [], isAmiss: false }];
}

/** When the first of the windows began that follow upon each other up to a moment. */
function chainBegin({ covering }: Pick<Maintenance, 'covering'>, place: PauseScope, since: number): number {
  const before = Math.min(since, ...covering(place, { from: since - SETTLE_US, to: since }).map((one) => one.since));
  return before < since ? chainBegin({ covering }, place, before) : since;
}

interface Read {
  readonly one: ToldCase;
  readonly changes: readonly FindingChange[];
}

function readCase(
  one: ToldCase,
  transitions: ReadonlyMap<string, readonly Transition[]>,
  { maintenance }: AftermathSources,
): Read {
  const isPlanned = (place: PauseScope, span: Span): boolean => maintenance.plannedWithin(place, span) !== null;
  const { notices, isAmiss } = readAftermath(one, transitions.get(one.group) ?? [], isPlanned);
  return { one: { ...one, told: notices, isAmiss }, changes: compared(one.told, notices) };
}

/** What is said now and was not before, is said otherwise, or is said no longer. */
function compared(before: readonly Notice[], now: readonly Notice[]): readonly FindingChange[] {
  const said = now.flatMap((finding): readonly FindingChange[] => {
    const old = before.find(({ id }) => id === finding.id);
    if (old === undefined) return [{ kind: 'found', finding, news: !finding.late }];
    return JSON.stringify(old) === JSON.stringify(finding) ? [] : [{ kind: 'revised', finding, news: false }];
  });
  const gone = before.filter(({ id }) => now.every((finding) => finding.id !== id));
  return [
    ...said,
    ...gone.map((old) => ({ kind: 'withdrawn' as const, finding: { ...old, late: true }, news: false })),
  ];
}

function amissView({ isAmiss, told, group, server, site }: ToldCase): readonly AmissView[] {
  const last = told.at(-1);
  if (!isAmiss || last === undefined) return [];
  return [{ kind: 'maintenance', group, server, site, scope: null, detail: null, since: last.at, text: last.text }];
}
