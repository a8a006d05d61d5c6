/**
 * The true story of a pair, from what was on the wire: when each server served, and when neither did. All times are the
 * gateway's (the site's own view is one WAN delay earlier for what it sends and one later for what it hears).
 *
 * What a moment means: a wire can only bracket it. A server that stops serving did so after the last answer it sent and
 * before the first message it never answered; a server that starts did so after the last message it never answered and
 * before its first answer. The only slack is the server's own time to answer (under a millisecond here): one killed
 * while it worked on a message died that much after `latest`. The product's brackets are compared with these.
 */
import type { WireExchange } from './wire.ts';

/** A moment that lies between two others; wall microseconds at the gateway. */
export type Bracket = { readonly earliest: number; readonly latest: number };

/** A time in which one server served. No `from`: it served from its first exchange on. No `to`: until its last one. */
export type ServicePeriod = {
  readonly server: string;
  readonly from: Bracket | undefined;
  readonly to: Bracket | undefined;
  /** DISCOVER of the first and last answer of the last exchange completed in it. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly completed: number;
};

/** A time in which no server of the pair completed an exchange, as `report` states it. */
export type WireGap = {
  readonly start: Bracket;
  readonly end: Bracket;
  /** Difference of the two brackets' middles. */
  readonly durationUs: number;
  /** Half the sum of the two brackets' widths. */
  readonly uncertaintyUs: number;
};

/** Runs of unanswered (or of completed) exchanges shorter than these end (or begin) no period; both are 1 when absent. */
export type PeriodOptions = { readonly fall?: number; readonly rise?: number };

type Run = { readonly isServed: boolean; readonly exchanges: readonly WireExchange[] };

/** Whether an exchange ended with an ACK within the drop time of its DISCOVER, by the gateway's clock. */
export function isCompleted(exchange: WireExchange, dropTimeUs: number): boolean {
  return exchange.ackUs !== undefined && exchange.ackUs - exchange.discoverUs <= dropTimeUs;
}

/**
 * The periods in which each server served, in order of server and time. Exchanges begun less than a drop time before the
 * end of the capture must be left out by the caller if they were still in flight: an exchange without an ACK counts as
 * never answered. With `fall` and `rise` at 1 each stray loss splits a period; a test that loses packets raises them.
 */
export function servicePeriods(
  exchanges: readonly WireExchange[],
  dropTimeUs: number,
  options: PeriodOptions = {},
): ServicePeriod[] {
  const servers = [...new Set(exchanges.map((exchange) => exchange.server))].sort();
  return servers.flatMap((server) => {
    const own = exchanges.filter((each) => each.server === server).sort((a, b) => a.discoverUs - b.discoverUs);
    return periodsOf(server, runsOf(own, dropTimeUs, options), dropTimeUs);
  });
}

/** Alternating runs; one that is too short joins the run before it (the first is kept, whatever its length). */
function runsOf(exchanges: readonly WireExchange[], dropTimeUs: number, options: PeriodOptions): Run[] {
  const raw: { isServed: boolean; exchanges: WireExchange[] }[] = [];
  for (const exchange of exchanges) {
    const isServed = isCompleted(exchange, dropTimeUs);
    const last = raw.at(-1);
    if (last?.isServed === isServed) last.exchanges.push(exchange);
    else raw.push({ isServed, exchanges: [exchange] });
  }
  const runs: typeof raw = [];
  for (const run of raw) {
    const least = (run.isServed ? options.rise : options.fall) ?? 1;
    const last = runs.at(-1);
    if (last !== undefined && (last.isServed === run.isServed || run.exchanges.length < least)) {
      last.exchanges.push(...run.exchanges);
    } else runs.push(run);
  }
  return runs;
}

function periodsOf(server: string, runs: readonly Run[], dropTimeUs: number): ServicePeriod[] {
  const periods: ServicePeriod[] = [];
  runs.forEach((run, index) => {
    if (!run.isServed) return;
    const completed = run.exchanges.filter((exchange) => isCompleted(exchange, dropTimeUs));
    const before = runs[index - 1];
    const after = runs[index + 1];
    periods.push({
      server,
      from: before === undefined ? undefined : startOf(before, run),
      to: after === undefined ? undefined : stopOf(run, after),
      firstUs: Math.min(...completed.map((exchange) => exchange.discoverUs)),
      lastUs: Math.max(...completed.map((exchange) => exchange.ackUs ?? 0)),
      completed: completed.length,
    });
  });
  return periods;
}

/** Between the last message left unanswered and the first answer. */
function startOf(silent: Run, served: Run): Bracket {
  const latest = Math.min(...served.exchanges.flatMap(answersAt));
  return { earliest: last(unansweredAt(silent), latest), latest };
}

/** Between the last answer and the first message left unanswered; a REQUEST counts, so an OFFER may be that answer. */
function stopOf(served: Run, silent: Run): Bracket {
  const latest = Math.min(...unansweredAt(silent));
  return { earliest: last([...served.exchanges, ...silent.exchanges].flatMap(answersAt), latest), latest };
}

/** The greatest of some moments that is not after another; that other when there is none. */
function last(moments: readonly number[], notAfter: number): number {
  const before = moments.filter((moment) => moment <= notAfter);
  return before.length === 0 ? notAfter : Math.max(...before);
}

function answersAt(exchange: WireExchange): number[] {
  return [exchange.offerUs, exchange.ackUs].filter((moment) => moment !== undefined);
}

/** When messages came in that nobody ever answered, or that led to a NAK; where all were answered, but late, the DISCOVERs. */
function unansweredAt(run: Run): number[] {
  const moments = run.exchanges.flatMap((exchange) => {
    if (exchange.offerUs === undefined) return [exchange.discoverUs];
    if (exchange.nakUs !== undefined) return [exchange.discoverUs];
    return exchange.ackUs === undefined && exchange.requestUs !== undefined ? [exchange.requestUs] : [];
  });
  return moments.length > 0 ? moments : run.exchanges.map((exchange) => exchange.discoverUs);
}

/**
 * The times between two service periods of a pair in which neither server served, by the middles of their brackets.
 * Before the first period and after the last there is no gap, only the end of what was seen.
 */
export function gaps(periods: readonly ServicePeriod[]): WireGap[] {
  const ordered = [...periods].sort((a, b) => middle(a.from, a.firstUs) - middle(b.from, b.firstUs));
  const found: WireGap[] = [];
  let ending: ServicePeriod | undefined;
  for (const period of ordered) {
    if (ending?.to !== undefined && period.from !== undefined && middle(period.from, 0) > middle(ending.to, 0)) {
      found.push(gapBetween(ending.to, period.from));
    }
    const isLonger = ending === undefined || endOf(period) > endOf(ending);
    if (isLonger) ending = period;
  }
  return found;
}

/** The times in which two servers served at once, each as the brackets of its two ends. */
export function overlaps(periods: readonly ServicePeriod[]): { readonly start: Bracket; readonly end: Bracket }[] {
  return periods.flatMap((period) => {
    const other = periods.filter((each) => each.server !== period.server && period.from !== undefined);
    return other
      .filter(
        (each) => middle(each.from, each.firstUs) <= middle(period.from, 0) && endOf(each) > middle(period.from, 0),
      )
      .map((each) => {
        const sooner = endOf(each) < endOf(period) ? each : period;
        const seen = { earliest: sooner.lastUs, latest: sooner.lastUs };
        return { start: period.from ?? seen, end: sooner.to ?? seen };
      });
  });
}

function gapBetween(start: Bracket, end: Bracket): WireGap {
  const widths = start.latest - start.earliest + (end.latest - end.earliest);
  return { start, end, durationUs: middle(end, 0) - middle(start, 0), uncertaintyUs: widths / 2 };
}

function endOf(period: ServicePeriod): number {
  return period.to === undefined ? Number.POSITIVE_INFINITY : middle(period.to, 0);
}

function middle(bracket: Bracket | undefined, otherwise: number): number {
  return bracket === undefined ? otherwise : (bracket.earliest + bracket.latest) / 2;
}
