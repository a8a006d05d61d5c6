/**
 * All alerts, moved on by one look at what is wrong: pending → open → over, one a cause. What holds an alert back has a reason in
 * words: planned work, a graver alert of the same cause, a crowd of sites. The time that a rule wants counts from when
 * nothing held it back any more, so that the end of a gap is not followed by a page for every site that is still catching up.
 *
 * A pure function of the book before, what is wrong, and the moment; a collector that is killed between two looks goes on from
 * the book on disk.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { elapsedText } from '../answers/clock-text.ts';
import type { AlertsConfig } from '../config/config.ts';
import { type AlertRule, alertName, type ToldKind } from './alert-kind.ts';
import { type AlertRecord, begun, counted, isOpen, seen } from './alert-record.ts';
import { type AlertPlace, type Assessment, type Condition, isToldBy } from './condition.ts';
import { crowdsOf } from './crowds.ts';
import { ALERTS_MAX, ENDED_KEPT_US, UNTOLD_KEPT_US } from './limits.ts';

/** By key. */
export type AlertBook = ReadonlyMap<string, AlertRecord>;

export interface Look {
  readonly assessment: Assessment;
  /** Sites that ever reported. */
  readonly heardOf: number;
  readonly config: Pick<AlertsConfig, 'rules' | 'labels' | 'flapping'>;
  readonly now: UnixMicros;
  /** What is planned at a place now, in words; null: nothing. */
  readonly plannedAt: (place: AlertPlace) => { readonly text: string } | null;
  /** Whether somebody who ought to be told of its end has not been. */
  readonly isUntold: (key: string) => boolean;
}

/** @returns the same book when nothing changed */
export function lookAgain(book: AlertBook, look: Look): AlertBook {
  const told = look.assessment.conditions.filter(({ kind }) => ruleOf(look, kind) !== null);
  const plans = new Map(told.flatMap((one) => planOf(one, look)));
  const isOpenNow = (key: string): boolean => {
    const record = book.get(key);
    return record !== undefined && isOpen(record);
  };
  const free = told.filter(({ key }) => !plans.has(key));
  const crowds = crowdsOf(free, { isOpen: isOpenNow, heardOf: look.heardOf });
  const found = new Map([...told, ...crowds.conditions].map((one) => [one.key, one]));
  const records = withFound(book, found, look);
  return unchanged(book, settled(records, { look, plans, crowdOf: crowds.crowdOf }));
}

const ruleOf = ({ config }: Look, kind: ToldKind): AlertRule | null => (kind === 'test' ? null : config.rules[kind]);

function planOf(one: Condition, { plannedAt }: Look): readonly (readonly [string, string])[] {
  // Work on one server is no plan that nobody serves.
  const server = one.kind === 'gap' ? null : one.server;
  const planned = plannedAt({ group: one.group, server, site: one.site });
  return planned === null ? [] : [[one.key, `planned: ${planned.text}`]];
}

function withFound(book: AlertBook, found: ReadonlyMap<string, Condition>, look: Look): AlertRecord[] {
  const { now, config, assessment } = look;
  const old = [...book].map(([key, record]) => {
    const what = { found: found.get(key) ?? null, isUnsure: isUnsure(record.condition, assessment), now };
    return counted(seen(record, what), config.flapping, now);
  });
  const fresh = [...found].filter(([key]) => !book.has(key)).map(([, one]) => begun(one, now));
  // The gravest first: what holds others back is settled before them.
  return [...old, ...fresh].sort((a, b) => b.condition.rank - a.condition.rank);
}

const isUnsure = ({ key, kind }: Condition, { unsure }: Assessment): boolean => unsure.has(key) || unsure.has(kind);

interface Settling {
  readonly look: Look;
  readonly plans: ReadonlyMap<string, string>;
  readonly crowdOf: ReadonlyMap<string, string>;
}

function settled(records: readonly AlertRecord[], settling: Settling): AlertBook {
  const done: AlertRecord[] = [];
  for (const record of records) done.push(isOpen(record) ? record : begin(record, done, settling));
  const carried = carriedBy(done, settling);
  const ended = done.map((record) => (isOpen(record) ? lasting(record, carried, settling.look) : record));
  return new Map(kept(ended, settling.look).map((record) => [record.condition.key, record]));
}

/** What is wrong and not told: told, if it is time and nothing holds it back. */
function begin(record: AlertRecord, graver: readonly AlertRecord[], settling: Settling): AlertRecord {
  const { condition, isPresent, isFlapping } = record;
  const { now, config, assessment } = settling.look;
  const rule = ruleOf(settling.look, condition.kind);
  if (rule === null || !(isPresent || (isFlapping && record.endedAt === null))) return { ...record, held: null };
  const held = heldBy(condition, graver, settling);
  // Its comings and goings are those of what holds it.
  if (held !== null) return { ...record, held, heldAt: now, changes: [], isFlapping: false };
  const waits = Math.max(record.since, record.heldAt) + rule.forMs * 1000 > now && !isFlapping;
  // Or nobody knows any more whether it is so.
  if (waits || isUnsure(condition, assessment)) return { ...record, held: null };
  const { severity, runbook } = rule;
  return { ...record, held: null, firedAt: now, severity, runbook, labels: { ...config.labels, ...rule.labels } };
}

/** Why a condition is not told by itself; null: nothing holds it back. */
function heldBy(condition: Condition, graver: readonly AlertRecord[], { plans, crowdOf }: Settling): string | null {
  const by = crowdOf.get(condition.key) ?? carrierOf(condition, graver)?.condition.key;
  return plans.get(condition.key) ?? (by === undefined ? null : `told by ${by}`);
}

/** The alert that tells of a condition too: rather the one of the same server than any of the same cause. */
function carrierOf(one: Condition, records: readonly AlertRecord[]): AlertRecord | undefined {
  const carriers = records.filter(
    (by) => isToldBy(one, by.condition) && (by.isPresent || (one.isCarried && isOpen(by))),
  );
  return carriers.find(({ condition }) => condition.server === one.server) ?? carriers[0];
}

/** By key of an open alert: what it goes on for though its own condition is over. */
function carriedBy(records: readonly AlertRecord[], { plans }: Settling): ReadonlyMap<string, Condition> {
  const pairs = records.flatMap((record): readonly (readonly [string, Condition])[] => {
    const { condition, isPresent } = record;
    if (!condition.isCarried || !isPresent || isOpen(record) || plans.has(condition.key)) return [];
    const by = carrierOf(condition, records);
    return by === undefined ? [] : [[by.condition.key, condition]];
  });
  return new Map(pairs);
}

/** What is told: over, or going on, in the words of what it is now. */
function lasting(record: AlertRecord, carried: ReadonlyMap<string, Condition>, look: Look): AlertRecord {
  const { condition, isPresent, isFlapping } = record;
  const over = { ...record, endedAt: look.now };
  if (ruleOf(look, condition.kind) === null) return over;
  const becomes = isPresent ? condition : carried.get(condition.key);
  const within = elapsedText(look.config.flapping.withinMs).replace(/ 0s$/, '');
  if (becomes !== undefined) return withWords(record, becomes, within);
  const well = { ...condition, summary: `${condition.summary}; just now it is well` };
  return isFlapping ? withWords(record, well, within) : over;
}

function withWords(record: AlertRecord, { summary, evidence, sites }: Condition, within: string): AlertRecord {
  const flaps = record.isFlapping ? `flaps (${record.changes.length} changes in ${within}): ` : '';
  return { ...record, summary: flaps + summary, evidence, sites };
}

/** What is over is forgotten in the end; beyond the bound, what was over first. */
function kept(records: readonly AlertRecord[], { now, isUntold }: Look): readonly AlertRecord[] {
  const alive = records.filter((record) => {
    if (record.isPresent || isOpen(record) || record.changes.length > 0) return true;
    if (record.endedAt === null) return false;
    const age = now - record.endedAt;
    return age < ENDED_KEPT_US || (age < UNTOLD_KEPT_US && isUntold(record.condition.key));
  });
  if (alive.length <= ALERTS_MAX) return alive;
  return [...alive].sort((a, b) => (a.endedAt ?? now) - (b.endedAt ?? now)).slice(-ALERTS_MAX);
}

/** What did not change stays the very same value, so that whoever was told of it need not be told again. */
function unchanged(before: AlertBook, after: AlertBook): AlertBook {
  const same = [...after].map(([key, record]): readonly [string, AlertRecord] => {
    const old = before.get(key);
    return [key, old !== undefined && JSON.stringify(old) === JSON.stringify(record) ? old : record];
  });
  return before.size === after.size && same.every(([key, record]) => before.get(key) === record)
    ? before
    : new Map(same);
}

/** Labels of an alert, which are its identity to Alertmanager. */
export function labelsOf({ condition, severity, labels }: AlertRecord): Readonly<Record<string, string>> {
  const { kind, group, server, site, clients, address } = condition;
  const where = Object.entries({ group, server, site, clients, address }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return { ...labels, ...Object.fromEntries(where), alertname: alertName(kind), severity };
}
