/**
 * Collects what the engine learned and closes it into a batch about once a second: rows in the order in which exchanges
 * finished, late answers, counts a path, and the watermark up to which the rows are complete.
 *
 * Rows go straight into columns. An object per result, turned into columns at the end, was refused: at full rate it is
 * the largest garbage that the agent makes.
 */
import {
  ABSENT,
  type LateAnswer,
  type PathCounts,
  type PathRef,
  type ResultBatch,
  type Sighting,
} from '../../shared/core/batch.ts';
import { MAX_SIGHTINGS_PER_BATCH } from '../../shared/core/limits.ts';
import { formatIpv4, type Ipv4 } from '../../shared/core/net/ipv4.ts';
import { OUTCOMES, STAGES, type Stamp, type UnsentCause } from '../../shared/core/outcome.ts';
import type { EpochMicros, Microseconds, MonotonicNs, UnixMicros } from '../../shared/core/units.ts';
import type { Ending, Exchange } from './exchange.ts';
import { BATCH_LATE_MAX, BATCH_RESULTS_MAX, FOREIGN_SOURCES_MAX } from './probe-limits.ts';
import { type Heard, type SightingBook, sight } from './sighting.ts';

/** What stays the same through an epoch. */
export interface BatcherFields {
  readonly agent: string;
  readonly site: string;
  readonly epoch: number;
  /** The agent's wall clock at `epochStart`. */
  readonly anchor: UnixMicros;
  /** Moment 0 of the epoch on the monotonic clock. */
  readonly epochStart: MonotonicNs;
}

/** The batch being filled. Changed by the functions of this file only. */
export interface Batcher {
  readonly fields: BatcherFields;
  sequence: number;
  fromUs: EpochMicros;
  open: OpenBatch;
  /** Who has been told of; outlives the batch. */
  readonly seen: SightingBook;
}

type Counts = { -readonly [Name in keyof PathCounts]: PathCounts[Name] };

interface OpenBatch {
  readonly paths: Map<PathRef, number>;
  readonly path: number[];
  readonly identity: number[];
  readonly sentUs: number[];
  readonly outcome: number[];
  readonly stage: number[];
  readonly offerUs: number[];
  readonly ackUs: number[];
  readonly totalUs: number[];
  readonly released: number[];
  readonly late: LateAnswer[];
  readonly sightings: Sighting[];
  readonly counts: Map<number, Counts>;
}

/** Answers that are no exchange's, by kind; `foreign` carries its source. */
export type Stray = 'orphans' | 'duplicates' | 'malformed';

/** What only the moment of closing knows. */
export interface Closing {
  readonly now: MonotonicNs;
  /** DISCOVER of the oldest exchange in flight. */
  readonly oldestSentNs: MonotonicNs | undefined;
  readonly assignmentVersion: number;
  readonly dropTimeUs: Microseconds;
  readonly stamped: Stamp;
  readonly loopDelayMaxUs: Microseconds;
}

/** A batcher at the start of an epoch. */
export function createBatcher(fields: BatcherFields): Batcher {
  return { fields, sequence: 0, fromUs: 0 as EpochMicros, open: emptyBatch(), seen: new WeakMap() };
}

/** True when the batch should be closed before its time. */
export function isFull(batcher: Batcher): boolean {
  return batcher.open.sentUs.length >= BATCH_RESULTS_MAX;
}

/** True when nothing has been recorded since the last close. */
export function isEmpty({ open }: Batcher): boolean {
  const { sentUs, late, counts, sightings } = open;
  return sentUs.length + late.length + counts.size + sightings.length === 0;
}

/** Records a finished exchange. */
export function recordEnding(batcher: Batcher, exchange: Exchange, ending: Ending, released: boolean): void {
  const { open } = batcher;
  const path = pathIndex(batcher, exchange.path.ref);
  open.path.push(path);
  open.identity.push(exchange.identity.slot);
  open.sentUs.push(epochUs(batcher, exchange.sentNs));
  open.outcome.push(OUTCOMES.indexOf(ending.outcome));
  open.stage.push(STAGES.indexOf(ending.stage));
  open.offerUs.push(columnUs(ending.offerNs));
  open.ackUs.push(columnUs(ending.ackNs));
  open.totalUs.push(columnUs(ending.totalNs));
  open.released.push(released ? 1 : 0);
  if (ending.lateNs !== undefined) recordLate(batcher, exchange, ending.lateNs);
}

/** Records an answer that came after its exchange's drop time. */
export function recordLate(batcher: Batcher, exchange: Exchange, lateNs: number): void {
  if (batcher.open.late.length >= BATCH_LATE_MAX) {
    recordStray(batcher, exchange.path.ref, 'orphans');
    return;
  }
  batcher.open.late.push({
    path: pathIndex(batcher, exchange.path.ref),
    identity: exchange.identity.slot,
    sentUs: epochUs(batcher, exchange.sentNs),
    lateUs: columnUs(lateNs) as Microseconds,
  });
}

/** Records a DISCOVER that left. */
export function recordSent(batcher: Batcher, path: PathRef): void {
  const counts = countsOf(batcher, path);
  counts.due += 1;
  counts.sent += 1;
}

/** Records exchanges that were due and never left. */
export function recordUnsent(batcher: Batcher, path: PathRef, cause: UnsentCause, count: number): void {
  const counts = countsOf(batcher, path);
  counts.due += count;
  if (cause === 'no_identity') counts.unsentNoIdentity += count;
  else if (cause === 'stalled') counts.unsentStalled += count;
  else counts.unsentSendError += count;
}

/** Records an answer that is no exchange's. */
export function recordStray(batcher: Batcher, path: PathRef, stray: Stray): void {
  countsOf(batcher, path)[stray] += 1;
}

/** Records an answer from an address that was not asked. */
export function recordForeign(batcher: Batcher, path: PathRef, source: Ipv4): void {
  const counts = countsOf(batcher, path);
  counts.foreign += 1;
  const text = formatIpv4(source);
  if (counts.foreignSources.length < FOREIGN_SOURCES_MAX && !counts.foreignSources.includes(text))
    counts.foreignSources = [...counts.foreignSources, text];
}

/** Records who answered an exchange, and with what, when that is news; what a full batch has no room for is told another time. */
export function recordHeard(batcher: Batcher, exchange: Exchange, heard: Heard, now: MonotonicNs): void {
  if (batcher.open.sightings.length >= MAX_SIGHTINGS_PER_BATCH) return;
  const { ref } = exchange.path;
  const offered = sight(batcher.seen, ref, heard, now);
  if (offered === undefined) return;
  const sentUs = epochUs(batcher, exchange.sentNs);
  batcher.open.sightings.push({ path: pathIndex(batcher, ref), sentUs, ...offered });
}

/** The batch so far; the next one starts empty where this one ends. */
export function closeBatch(batcher: Batcher, closing: Closing): ResultBatch {
  const { open, fields } = batcher;
  const { agent, site, epoch, anchor } = fields;
  const nowUs = epochUs(batcher, closing.now);
  const { paths, late, counts, sightings, ...results } = open;
  batcher.sequence += 1;
  const batch: ResultBatch = {
    agent,
    site,
    epoch,
    sequence: batcher.sequence,
    anchor,
    fromUs: batcher.fromUs,
    completeThroughUs: closing.oldestSentNs === undefined ? nowUs : epochUs(batcher, closing.oldestSentNs),
    assignmentVersion: closing.assignmentVersion,
    dropTimeUs: closing.dropTimeUs,
    stamped: closing.stamped,
    loopDelayMaxUs: closing.loopDelayMaxUs,
    paths: [...paths.keys()],
    results,
    late,
    counts: [...counts.values()],
    sightings,
  };
  batcher.fromUs = nowUs;
  batcher.open = emptyBatch();
  return batch;
}

function emptyBatch(): OpenBatch {
  return {
    paths: new Map(),
    path: [],
    identity: [],
    sentUs: [],
    outcome: [],
    stage: [],
    offerUs: [],
    ackUs: [],
    totalUs: [],
    released: [],
    late: [],
    sightings: [],
    counts: new Map(),
  };
}

function pathIndex({ open }: Batcher, path: PathRef): number {
  const known = open.paths.get(path);
  if (known !== undefined) return known;
  const index = open.paths.size;
  open.paths.set(path, index);
  return index;
}

function countsOf(batcher: Batcher, ref: PathRef): Counts {
  const path = pathIndex(batcher, ref);
  const known = batcher.open.counts.get(path);
  if (known !== undefined) return known;
  const unsent = { unsentNoIdentity: 0, unsentStalled: 0, unsentSendError: 0 };
  const strays = { orphans: 0, duplicates: 0, malformed: 0, foreign: 0, foreignSources: [] };
  const counts: Counts = { path, due: 0, sent: 0, ...unsent, ...strays };
  batcher.open.counts.set(path, counts);
  return counts;
}

/** Down, never up: a row must not claim a later send than the watermark that was given out. */
function epochUs({ fields }: Batcher, moment: MonotonicNs): EpochMicros {
  return Math.floor((moment - fields.epochStart) / 1000) as EpochMicros;
}

function columnUs(ns: number | undefined): number {
  return ns === undefined ? ABSENT : Math.round(ns / 1000);
}
