/**
 * The product's answer held against the wire: transitions against service periods, gaps against gaps, stored exchanges
 * against captured ones. It reads the product through its JSON contract alone and the wire through the lab's own reader,
 * and returns what disagrees, in words, so that a failing run says what is wrong rather than that something is.
 */
import { type Bracket, gaps, isCompleted, type ServicePeriod, servicePeriods } from '../lab/truth.ts';
import type { WireExchange } from '../lab/wire.ts';

/** A row of `events` or of a report, as far as it is compared. */
export interface Row {
  readonly kind: string;
  readonly at: string;
  readonly earliest: string;
  readonly latest: string;
  readonly server: string | null;
  readonly site: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

export interface Interval {
  readonly start: Moment;
  readonly end: Moment | null;
  readonly duration_ms: number | null;
  readonly uncertainty_ms: number | null;
}

interface Moment {
  readonly at: string;
  readonly earliest: string;
  readonly latest: string;
}

export interface Exported {
  readonly server: string;
  readonly identity: number;
  readonly sent_at: string;
  readonly outcome: string;
  readonly total_us: number | null;
}

/** Name, address and slack of the comparison. */
export interface Terms {
  readonly serverNames: Readonly<Record<string, string>>;
  readonly dropTimeUs: number;
  readonly fall: number;
  readonly rise: number;
  /** The wire is read at the gateway: one WAN delay after the site sends and before it hears, and a little scheduling. */
  readonly slackUs: number;
}

/** RFC 3339 with microseconds → µs since 1970. */
export function unixUs(text: string): number {
  const parts = /^(.*T\d\d:\d\d:\d\d)\.(\d{6})Z$/.exec(text);
  if (parts === null) throw new Error(`not an RFC 3339 time with microseconds: ${text}`);
  return Date.parse(`${parts[1]}Z`) * 1000 + Number(parts[2]);
}

interface TrueMoment {
  readonly server: string;
  readonly to: 'serving' | 'non-serving';
  readonly bracket: Bracket;
}

/** When service truly began and ended, for periods that began or ended while the agent looked on. */
export function trueMoments(exchanges: readonly WireExchange[], terms: Terms): TrueMoment[] {
  return servicePeriods(exchanges, terms.dropTimeUs, terms).flatMap((period: ServicePeriod) => {
    const server = terms.serverNames[period.server] ?? period.server;
    const began: TrueMoment[] = period.from === undefined ? [] : [{ server, to: 'serving', bracket: period.from }];
    const ended: TrueMoment[] = period.to === undefined ? [] : [{ server, to: 'non-serving', bracket: period.to }];
    return [...began, ...ended];
  });
}

/**
 * Every true moment is in the bracket of one transition, and no transition is without its moment. One out of unknown may
 * tell of a moment (what was seen after a silence is otherwise than before), or of nothing that happened.
 */
export function transitionsDisagreeing(
  rows: readonly Row[],
  exchanges: readonly WireExchange[],
  terms: Terms,
): string[] {
  const left = rows.filter((row) => row.kind === 'transition' && row.site === null && row.to !== 'unknown');
  const disagreements: string[] = [];
  for (const moment of trueMoments(exchanges, terms)) {
    const index = left.findIndex(
      (row) => row.server === moment.server && row.to === moment.to && contains(row, moment.bracket, terms),
    );
    if (index < 0) disagreements.push(`missed, or outside its bracket: ${tellMoment(moment)}`);
    else left.splice(index, 1);
  }
  return [
    ...disagreements,
    ...left
      .filter((row) => row.from !== 'unknown')
      .map((row) => `invented: ${row.server} ${row.from} → ${row.to} [${row.earliest}, ${row.latest}]`),
  ];
}

function contains(row: Moment, truth: Bracket, terms: Terms): boolean {
  return unixUs(row.earliest) <= truth.earliest + terms.slackUs && truth.latest - terms.slackUs <= unixUs(row.latest);
}

function tellMoment(moment: TrueMoment): string {
  const text = (us: number): string =>
    `${new Date(us / 1000).toISOString().slice(11, 23)}${String(us % 1000).padStart(3, '0')}`;
  return `${moment.server} → ${moment.to} [${text(moment.bracket.earliest)}, ${text(moment.bracket.latest)}]`;
}

/** Each gap agrees with the wire's within its stated uncertainty (and the wire's own). */
export function gapsDisagreeing(
  found: readonly Interval[],
  exchanges: readonly WireExchange[],
  terms: Terms,
): string[] {
  const truth = gaps(servicePeriods(exchanges, terms.dropTimeUs, terms));
  if (truth.length !== found.length) return [`${found.length} gaps reported, ${truth.length} on the wire`];
  return truth.flatMap((gap, index) => {
    const reported = found[index];
    if (reported === undefined || reported.duration_ms === null || reported.uncertainty_ms === null)
      return ['a gap that ended is still open'];
    const difference = Math.abs(reported.duration_ms - gap.durationUs / 1000);
    const allowed = reported.uncertainty_ms + gap.uncertaintyUs / 1000;
    if (difference <= allowed) return [];
    return [`gap of ${gap.durationUs / 1000} ms reported as ${reported.duration_ms} ± ${reported.uncertainty_ms} ms`];
  });
}

/**
 * The stored exchanges are those on the wire, one for one: as many for each server, in the same order, each identity always
 * with the same chaddr, each with the outcome that the wire shows.
 */
export function exchangesDisagreeing(
  stored: readonly Exported[],
  exchanges: readonly WireExchange[],
  terms: Terms,
): string[] {
  return Object.entries(terms.serverNames).flatMap(([address, name]) => {
    const own = stored.filter((row) => row.server === name).map((row) => ({ ...row, at: unixUs(row.sent_at) }));
    own.sort((a, b) => a.at - b.at);
    const wire = exchanges.filter((exchange) => exchange.server === address);
    if (own.length !== wire.length) return [`${name}: ${own.length} exchanges stored, ${wire.length} on the wire`];
    const chaddrs = new Map<number, string>();
    return own.flatMap((row, index) => {
      const exchange = wire[index];
      if (exchange === undefined) return [];
      const chaddr = chaddrs.get(row.identity) ?? exchange.chaddr;
      chaddrs.set(row.identity, chaddr);
      const disagreement = rowDisagreeing({ ...row, chaddr }, exchange, terms);
      return disagreement === undefined ? [] : [`${name}, sent at ${row.sent_at}: ${disagreement}`];
    });
  });
}

function rowDisagreeing(
  row: Exported & { readonly at: number; readonly chaddr: string },
  exchange: WireExchange,
  terms: Terms,
): string | undefined {
  if (row.chaddr !== exchange.chaddr) return `identity ${row.identity} was ${row.chaddr} and is ${exchange.chaddr}`;
  // The gateway reads it later than it was sent, by the delay line and whatever the machine was busy with; never sooner.
  const afterUs = exchange.discoverUs - row.at;
  if (afterUs < 0 || afterUs > terms.dropTimeUs) return `on the wire ${afterUs} µs later`;
  const isAcked = row.outcome === 'acked';
  const isEither = isCompleted(exchange, terms.dropTimeUs) !== isCompleted(exchange, terms.dropTimeUs - 1_000_000);
  return isEither || isAcked === isCompleted(exchange, terms.dropTimeUs) ? undefined : `stored as ${row.outcome}`;
}
