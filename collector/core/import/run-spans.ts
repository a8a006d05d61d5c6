/**
 * When each run of a log was, and what it says of its server: perfdhcp prints how many and never when, so a run is one observation
 * over its whole span. Start: its date line. End: from what it did (answers ÷ rate, count ÷ rate, -p) and the date that follows.
 * What is not known is widened, never guessed.
 *
 * perfdhcp leaves without waiting for its last answers (-W counts microseconds, and few know), so what was on its way then is
 * no drop of the server's. Orphans are another run's late answers and are in no figure here.
 */
import type { ObservationView } from '../../../shared/core/ops-request.ts';
import { afterUs, type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { rfc3339 } from '../answers/clock-text.ts';
import { orderMoments } from './clock-reading.ts';
import { ANSWER_LEAST_US, DROP_TIME_MS, STARTUP_US, TYPICAL_MS } from './limits.ts';
import type { LoggedRun, LogNote, ReadLog } from './perfdhcp-report.ts';

/** A run with its span; `label` is what stood beside its date, `target` the server that perfdhcp was given. */
export interface PlacedRun {
  readonly line: number;
  readonly label: string;
  readonly target: string;
  readonly observation: Omit<ObservationView, 'server'>;
}

export interface PlacedRuns {
  readonly runs: readonly PlacedRun[];
  readonly notes: readonly LogNote[];
}

/** A moment known to lie in a span. */
interface Span {
  readonly earliest: number;
  readonly latest: number;
}

interface Known {
  readonly answered: number;
  readonly sent: number;
  /** DISCOVERs a second at most; null: as fast as they went. */
  readonly rate: number | null;
  /** From the first DISCOVER to the end, µs; `latest` may be infinite. */
  readonly elapsed: Span;
  readonly waitUs: number;
}

/** @returns the runs that have a time, in the order of the log, and what was assumed or left out */
export function placeRuns(log: ReadLog): PlacedRuns {
  const moments = orderMoments(log.dates.map(({ reading }) => reading));
  const notes: LogNote[] = [...log.notes, ...readingNotes(log, moments)];
  const runs: PlacedRun[] = [];
  let before: PlacedRun | null = null;
  let typicalMs: number | null = null;
  for (const run of log.runs) {
    const known = whatIsKnown(run);
    const dated = run.date === null ? null : log.dates[run.date];
    const next = limitOf(log, moments, run.nextDate);
    const start = run.date === null ? undated(before, next, known) : started(log, moments, run.date);
    typicalMs = typicalOf(run) ?? typicalMs;
    if (start === null) {
      notes.push({ line: run.line, text: 'expected a date line before this run, found none; this run is left out' });
      continue;
    }
    if (known.sent === 0) continue;
    const observation = observe(run, known, fitted(start, known, next), next, typicalMs);
    before = { line: run.line, label: dated?.label ?? '', target: run.command?.split(/\s+/).at(-1) ?? '', observation };
    runs.push(before);
  }
  return { runs, notes };
}

/** What had to be assumed of dates: once for each assumption, with how often. */
function readingNotes(log: ReadLog, moments: readonly UnixMicros[]): LogNote[] {
  const notes = new Map<string, { line: number; text: string; count: number }>();
  log.dates.forEach(({ line, reading }, i) => {
    const twice = reading.moments.length > 1;
    const text = twice
      ? 'clocks were put back over this time'
      : (reading.note?.replace(/; read as \d{4}-\d\d-\d\dT.*$/, '') ?? null);
    if (text === null) return;
    const found = notes.get(text);
    if (found) found.count += 1;
    else
      notes.set(text, {
        line,
        text: twice
          ? `${text}; read as ${rfc3339(moments[i] ?? unixMicros(0))}, by the order of the dates`
          : (reading.note ?? text),
        count: 1,
      });
  });
  return [...notes.values()].map(({ line, text, count }) => ({
    line,
    text: count > 1 ? `${text} (and ${count - 1} more)` : text,
  }));
}

function whatIsKnown(run: LoggedRun): Known {
  const sent = run.offer?.sent ?? 0;
  const offered = run.offer?.received ?? 0;
  // Without an OFFER there was no REQUEST, whatever the report goes on to say.
  const answered = run.offerOnly || offered === 0 ? offered : (run.ack?.received ?? 0);
  const rate = run.expectedRate ?? argument(run, 'r');
  const waitUs = argument(run, 'W') ?? 0;
  const sending = rate === null || rate <= 0 ? 0 : ((sent - 1) / rate) * 1e6;
  if (answered > 0 && run.rate !== null && run.rate > 0) {
    const elapsed = (answered / run.rate) * 1e6;
    // Six digits are printed.
    return { answered, sent, rate, waitUs, elapsed: { earliest: elapsed * 0.99999, latest: elapsed * 1.00001 } };
  }
  const period = argument(run, 'p');
  const latest = period === null ? Number.POSITIVE_INFINITY : period * 1e6 + waitUs + STARTUP_US;
  return { answered, sent, rate, waitUs, elapsed: { earliest: sending, latest: Math.max(sending, latest) } };
}

/** The first number given to an option of perfdhcp's, "-r 10" or "-r10"; null: none. */
function argument({ command }: LoggedRun, letter: string): number | null {
  const match = new RegExp(`(?:^|\\s)-${letter}\\s*(\\d+(?:\\.\\d+)?)(?=\\s|$)`).exec(command ?? '');
  return match?.[1] === undefined ? null : Number(match[1]);
}

function started(log: ReadLog, moments: readonly UnixMicros[], date: number): Span {
  const moment = moments[date] ?? 0;
  return { earliest: moment, latest: moment + (log.dates[date]?.reading.resolutionUs ?? 0) + STARTUP_US };
}

/** The latest moment that the first date after a run stands for; null: there is none. */
function limitOf(log: ReadLog, moments: readonly UnixMicros[], date: number): number | null {
  const moment = moments[date];
  return moment === undefined ? null : moment + (log.dates[date]?.reading.resolutionUs ?? 0);
}

/** A run without a date lies between the run before it and the date after it. */
function undated(before: PlacedRun | null, next: number | null, { elapsed }: Known): Span | null {
  if (before === null || next === null) return null;
  const earliest = before.observation.last_sent;
  return { earliest, latest: Math.max(earliest, next - elapsed.earliest) };
}

/** A start that fits what follows. A log that dates a run at its end, or whose clock was set, gets a wider one. */
function fitted(start: Span, { elapsed }: Known, next: number | null): Span {
  if (next === null) return start;
  const latest = next - elapsed.earliest;
  if (latest >= start.earliest) return { ...start, latest: Math.min(start.latest, latest) };
  return { earliest: latest - STARTUP_US, latest: start.latest };
}

/** Milliseconds that an answered exchange took on average; null: none was. */
function typicalOf({ offer, ack, offerOnly }: LoggedRun): number | null {
  const [first, second] = [offer?.meanMs ?? null, ack?.meanMs ?? null];
  if (first === null || (second === null && !offerOnly)) return null;
  return first + (second ?? 0);
}

function observe(
  run: LoggedRun,
  { answered, sent, rate, elapsed, waitUs }: Known,
  start: Span,
  next: number | null,
  typicalMs: number | null,
): Omit<ObservationView, 'server'> {
  const sending = rate === null || rate <= 0 ? 0 : ((sent - 1) / rate) * 1e6;
  const longest = Number.isFinite(elapsed.latest) ? elapsed.latest : sending + waitUs + ANSWER_LEAST_US;
  const end = Math.max(
    start.earliest + elapsed.earliest,
    Math.min(start.latest + longest, next ?? Number.POSITIVE_INFINITY),
  );
  const pace = rate ?? (elapsed.earliest > 0 ? sent / (elapsed.earliest / 1e6) : sent);
  const unmeasured = Math.min(sent - answered, onTheWay(pace, waitUs, (typicalMs ?? TYPICAL_MS) * 1000));
  const slowest = run.offer?.maxMs == null ? null : (run.offer.maxMs + (run.ack?.maxMs ?? 0)) * 1000;
  const from = unixMicros(Math.round(start.earliest));
  return {
    from,
    from_latest: unixMicros(Math.round(start.latest)),
    last_sent: afterUs(from, Math.floor(Math.min(sending, elapsed.latest))),
    to: unixMicros(Math.ceil(Math.max(end, start.latest))),
    sent,
    offered: run.offer?.received ?? 0,
    answered,
    dropped: sent - answered - unmeasured,
    unmeasured,
    rate_per_second: rate,
    slowest_us: answered === 0 || slowest === null ? null : Math.round(slowest),
    drop_time_ms: (argument(run, 'd') ?? DROP_TIME_MS / 1000) * 1000,
  };
}

/** How many exchanges can have been on their way when a run ended, that had waited so long for them. */
function onTheWay(ratePerSecond: number, waitUs: number, typicalUs: number): number {
  if (waitUs >= Math.max(typicalUs, ANSWER_LEAST_US)) return 0;
  return 1 + Math.ceil((ratePerSecond * Math.max(0, typicalUs - waitUs)) / 1e6);
}
