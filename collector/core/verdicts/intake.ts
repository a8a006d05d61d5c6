/**
 * Takes one batch apart: results become rows of their paths, placed on the collector's clock; unmeasured exchanges and
 * silence before first contact are left out, since they are evidence of nothing.
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { OUTCOMES, STAGES } from '../../../shared/core/outcome.ts';
import { AHEAD_MAX_US, BEHIND_MAX_US } from '../limits.ts';
import type { BatchEntry } from '../log-entry.ts';
import { type ClockTrack, isMeasured, offsetAt } from './clock-track.ts';
import { ANSWERED, type BatchName, CODES, DO, FOREIGN, NAK, NO_ACK, NO_OFFER, type Rows } from './evidence.ts';
import { FOREIGN_SPANS_KEPT } from './limits.ts';

/** How to read a batch's epoch microseconds as collector time. */
export interface Placement {
  /** @param us µs since the epoch's anchor @returns collector time, µs */
  readonly place: (us: number) => number;
  /** Clock error, µs. */
  readonly error: number;
  /** See BatchName; absent where the epoch's clock was measured. */
  readonly guessed?: NonNullable<BatchName['guessed']>;
}

/** One offset for a whole batch, that at its beginning: a second is too short for two clocks to part. */
export function placement(batch: ResultBatch, track: ClockTrack): Placement {
  const { anchor, epoch, fromUs, results } = batch;
  const begin = results.sentUs.length > 0 ? (results.sentUs[0] as number) : fromUs;
  const [from, to] = [anchor + begin, anchor + Math.max(begin, batch.completeThroughUs)];
  const { offset, error } = offsetAt(track, epoch, from);
  const place = (us: number): number => anchor + us - offset;
  const wider = Math.max(error, offsetAt(track, epoch, to).error);
  return isMeasured(track, epoch) ? { place, error: wider } : { place, error: wider, guessed: { offset, from, to } };
}

/**
 * Whether a batch's moments can be true: none after its receipt, none older than any spool. What cannot is no evidence, though the
 * log keeps it: an epoch whose clock was never measured may lie years off, and must not move the present of the others.
 */
export function isCredible({ batch, receivedAt }: BatchEntry, at: Placement): boolean {
  let last = Math.max(batch.fromUs, batch.completeThroughUs);
  for (const sent of batch.results.sentUs) if (sent > last) last = sent;
  const moment = at.place(last);
  return moment - at.error - receivedAt <= AHEAD_MAX_US && receivedAt - moment <= BEHIND_MAX_US;
}

const CODE_OF: readonly number[] = OUTCOMES.map((outcome) => {
  if (outcome === 'acked') return ANSWERED;
  if (outcome === 'naked') return NAK;
  return Math.max(NO_OFFER, CODES.indexOf(outcome as (typeof CODES)[number]));
});
const DROPPED = OUTCOMES.indexOf('dropped');
const UNMEASURED = OUTCOMES.indexOf('unmeasured');
const ACK_STAGE = STAGES.indexOf('ack');

const emptyRows = (): Rows => ({ sent: [], total: [], ack: [], code: [], identity: [], index: [] });

/** Spans with foreign answers of a path, [from, to] in collector time. */
export type ForeignSpans = readonly (readonly [number, number])[];

const amidForeign = (spans: ForeignSpans, sent: number): boolean =>
  spans.some(([from, to]) => sent >= from && sent <= to);

/** Adds this batch's span to a path's foreign spans, when foreign answers are as many as half its exchanges. */
export function noteForeign(batch: ResultBatch, path: number, at: Placement, spans: [number, number][]): void {
  const counts = batch.counts.find((c) => c.path === path);
  if (!counts || counts.foreign === 0 || counts.foreign * 2 < counts.sent) return;
  const from = at.place(batch.fromUs);
  const to = Math.max(at.place(batch.completeThroughUs), from + 1e6);
  spans.push([from - batch.dropTimeUs, to + batch.dropTimeUs]);
  if (spans.length > FOREIGN_SPANS_KEPT) spans.shift();
}

/** What the batch's rows are judged by on their way in, by path index; null for a path that is not taken in. */
export interface PathIntake {
  readonly foreign: ForeignSpans;
  /** Rows sent before this moment are old history: not taken, but noted from the second moment on. */
  readonly notBefore: number;
  readonly oldest: number;
  /** Rows sent at or after this moment are left alone; absent: none. */
  readonly before?: number;
}

/** Rows by path index, sent time of the earliest row of old history (infinite without any), and how many came too late even for that. */
export interface Taken {
  readonly rows: readonly Rows[];
  readonly history: readonly number[];
  readonly tooLate: number;
}

/** @returns the batch's evidence by path */
export function takeRows(batch: ResultBatch, at: Placement, paths: readonly (PathIntake | null)[]): Taken {
  const { results } = batch;
  const rows = batch.paths.map(emptyRows);
  const history = batch.paths.map(() => Number.POSITIVE_INFINITY);
  let tooLate = 0;
  for (let i = 0; i < results.path.length; i++) {
    const path = results.path[i] as number;
    const intake = paths[path];
    const outcome = results.outcome[i] as number;
    if (!intake || outcome === UNMEASURED) continue;
    const sent = Math.round(at.place(results.sentUs[i] as number));
    let code = CODE_OF[outcome] as number;
    if (outcome === DROPPED && results.stage[i] === ACK_STAGE) code = NO_ACK;
    if (code !== ANSWERED) {
      if (batch.paths[path]?.firstContact) continue;
      if (intake.foreign.length > 0 && amidForeign(intake.foreign, sent)) code = FOREIGN;
    }
    if (sent < intake.oldest) tooLate++;
    else if (sent < intake.notBefore) history[path] = Math.min(history[path] as number, sent);
    else if (sent < (intake.before ?? Number.POSITIVE_INFINITY)) {
      const kind = batch.paths[path]?.kind === 'do' ? DO : 0;
      put(rows[path] as Rows, batch, i, sent, code | kind);
    }
  }
  return { rows, history, tooLate };
}

function put(rows: Rows, { results }: ResultBatch, i: number, sent: number, code: number): void {
  const total = results.totalUs[i] as number;
  const ack = results.ackUs[i] as number;
  const answered = (code & (DO - 1)) === ANSWERED;
  rows.sent.push(sent);
  rows.total.push(answered ? Math.max(0, total) : (results.offerUs[i] as number));
  rows.ack.push(answered ? (ack >= 0 ? ack : Math.max(0, total)) : -1);
  rows.code.push(code);
  rows.identity.push(results.identity[i] as number);
  rows.index.push(i);
}
