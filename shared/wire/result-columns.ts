/**
 * Results as packed columns: the small columns as runs, the times as differences to what the path did before. At the default
 * rate a result takes some eight bytes this way. Both directions walk the rows once and keep one row's memory a path.
 * Rejected: a message a row (36 bytes measured), and bit-packing (two bytes a row less, and unreadable to any other program).
 */
import { ABSENT, type ResultColumns } from '../core/batch.ts';
import { MAX_FIGURE, MAX_RESULTS_PER_BATCH } from '../core/limits.ts';
import { OUTCOMES } from '../core/outcome.ts';
import { type DecodeError, decodeError } from './decode-error.ts';
import type { dorawatch } from './protobuf.ts';

type Packed = dorawatch.v1.ResultColumns.$Properties;

const STAGE_BIT = 1 << 4;
const RELEASED_BIT = 1 << 5;
const OFFER_BIT = 1 << 6;
const ACK_BIT = 1 << 7;
const TOTAL_BIT = 1 << 8;
const KNOWN_BITS = 2 * TOTAL_BIT - 1;

/** What a path's row before said; the prediction for its next. */
interface Memory {
  identity: number;
  sent: number;
  step: number;
  offer: number;
  ack: number;
  rest: number;
}

function memories(paths: number, fromUs: number): readonly Memory[] {
  return Array.from({ length: paths }, () => ({ identity: 0, sent: fromUs, step: 0, offer: 0, ack: 0, rest: 0 }));
}

/** Adds a value to a column of runs. */
function extendRuns(runs: number[], value: number): void {
  const last = runs.length - 1;
  if (last > 0 && runs[last - 1] === value) runs[last] = (runs[last] ?? 0) + 1;
  else runs.push(value, 1);
}

/** @param fromUs the batch's from_us: the first row's sent time counts from it */
export function packColumns(columns: ResultColumns, paths: number, fromUs: number): Packed {
  const rows = columns.path.length;
  const packed = {
    count: rows,
    path_step_runs: [] as number[],
    identity_step_runs: [] as number[],
    row_runs: [] as number[],
    sent_us: new Array<number>(rows),
    offer_us: [] as number[],
    ack_us: [] as number[],
    total_rest_us: [] as number[],
  };
  const memory = memories(paths, fromUs);
  let before = paths - 1;
  for (let row = 0; row < rows; row += 1) {
    const path = columns.path[row] as number;
    const own = memory[path];
    if (own === undefined) throw new RangeError(`row ${row} names path ${path} of ${paths}`);
    extendRuns(packed.path_step_runs, (path - before - 1 + 2 * paths) % paths);
    before = path;
    const identity = columns.identity[row] as number;
    extendRuns(packed.identity_step_runs, identity - own.identity - 1);
    own.identity = identity;
    const sent = columns.sentUs[row] as number;
    const step = sent - own.sent;
    packed.sent_us[row] = step - own.step;
    own.sent = sent;
    own.step = step;
    packLatencies(columns, row, own, packed);
  }
  return packed;
}

interface PackedRows {
  readonly row_runs: number[];
  readonly offer_us: number[];
  readonly ack_us: number[];
  readonly total_rest_us: number[];
}

function packLatencies(columns: ResultColumns, row: number, own: Memory, packed: PackedRows): void {
  const offer = columns.offerUs[row] as number;
  const ack = columns.ackUs[row] as number;
  const total = columns.totalUs[row] as number;
  let bits = (columns.outcome[row] as number) + (columns.stage[row] as number) * STAGE_BIT;
  bits += (columns.released[row] as number) * RELEASED_BIT;
  let rest = total;
  if (offer !== ABSENT) {
    bits += OFFER_BIT;
    packed.offer_us.push(offer - own.offer);
    own.offer = offer;
    rest -= offer;
  }
  if (ack !== ABSENT) {
    bits += ACK_BIT;
    packed.ack_us.push(ack - own.ack);
    own.ack = ack;
    rest -= ack;
  }
  if (total !== ABSENT) {
    bits += TOTAL_BIT;
    packed.total_rest_us.push(rest - own.rest);
    own.rest = rest;
  }
  extendRuns(packed.row_runs, bits);
}

/** A column of runs as one element a row, or undefined when the runs don't add up to `rows`. */
function expandRuns(runs: readonly number[], rows: number): number[] | undefined {
  if (runs.length % 2 !== 0) return undefined;
  const values = new Array<number>(rows);
  let row = 0;
  for (let index = 0; index < runs.length; index += 2) {
    const value = runs[index] as number;
    const end = row + (runs[index + 1] as number);
    if (end > rows || end <= row) return undefined;
    while (row < end) values[row++] = value;
  }
  return row === rows ? values : undefined;
}

/** The message as columns; an error when lengths disagree, an index has no meaning, or a figure is out of range. */
export function unpackColumns(message: Packed, paths: number, fromUs: number): ResultColumns | DecodeError {
  const packed = filled(message);
  const rows = packed.count;
  if (rows > MAX_RESULTS_PER_BATCH) return decodeError('results.count', `${rows} is over ${MAX_RESULTS_PER_BATCH}`);
  const steps = expandRuns(packed.path_step_runs, rows);
  if (steps === undefined) return decodeError('results.path_step_runs', `does not add up to ${rows}`);
  const identities = expandRuns(packed.identity_step_runs, rows);
  if (identities === undefined) return decodeError('results.identity_step_runs', `does not add up to ${rows}`);
  const bits = expandRuns(packed.row_runs, rows);
  if (bits === undefined) return decodeError('results.row_runs', `does not add up to ${rows}`);
  if (packed.sent_us.length !== rows) return decodeError('results.sent_us', `is not ${rows} long`);
  return unpackRows(packed, { paths, fromUs, steps, identities, bits });
}

type Filled = ReturnType<typeof filled>;

function filled(message: Packed) {
  return {
    count: message.count ?? 0,
    path_step_runs: message.path_step_runs ?? [],
    identity_step_runs: message.identity_step_runs ?? [],
    row_runs: message.row_runs ?? [],
    sent_us: message.sent_us ?? [],
    offer_us: message.offer_us ?? [],
    ack_us: message.ack_us ?? [],
    total_rest_us: message.total_rest_us ?? [],
  };
}

interface Expanded {
  readonly paths: number;
  readonly fromUs: number;
  /** These three become columns of the answer. */
  readonly steps: number[];
  readonly identities: number[];
  readonly bits: readonly number[];
}

const isFigure = (value: number): boolean => value >= 0 && value <= MAX_FIGURE;

function unpackRows(packed: Filled, expanded: Expanded): ResultColumns | DecodeError {
  const { paths, fromUs, steps, identities, bits } = expanded;
  const memory = memories(paths, fromUs);
  const rows = bits.length;
  const column = () => new Array<number>(rows);
  const [sentUs, outcome, stage, offerUs, ackUs, totalUs, released] = [
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
  ];
  const used: Used = { offers: 0, acks: 0, totals: 0 };
  let before = paths - 1;
  for (let row = 0; row < rows; row += 1) {
    const step = steps[row] as number;
    const path = (before + 1 + step) % paths;
    const own = memory[path];
    if (own === undefined || step >= paths) return decodeError('results.path_step_runs', 'a row without a path');
    steps[row] = before = path;
    identities[row] = own.identity += 1 + (identities[row] as number);
    own.step += packed.sent_us[row] as number;
    sentUs[row] = own.sent += own.step;
    const rowBits = bits[row] as number;
    outcome[row] = rowBits & 15;
    stage[row] = rowBits & STAGE_BIT ? 1 : 0;
    released[row] = rowBits & RELEASED_BIT ? 1 : 0;
    const total = unpackLatencies(packed, rowBits, own, used);
    offerUs[row] = rowBits & OFFER_BIT ? own.offer : ABSENT;
    ackUs[row] = rowBits & ACK_BIT ? own.ack : ABSENT;
    totalUs[row] = total;
    if (rowBits > KNOWN_BITS || (rowBits & 15) >= OUTCOMES.length)
      return decodeError('results.row_runs', `${rowBits} is not a row`);
    if (!isFigure(own.identity) || !isFigure(own.sent)) return decodeError('results', `row ${row} is out of range`);
    if (!isFigure(own.offer) || !isFigure(own.ack) || !(total >= ABSENT && total <= MAX_FIGURE)) {
      return decodeError('results', `a latency of row ${row} is out of range`);
    }
  }
  const lengths = [
    packed.offer_us.length - used.offers,
    packed.ack_us.length - used.acks,
    packed.total_rest_us.length - used.totals,
  ];
  if (lengths.some((rest) => rest !== 0)) return decodeError('results', 'latency columns and row_runs disagree');
  return { path: steps, identity: identities, sentUs, outcome, stage, offerUs, ackUs, totalUs, released };
}

/** How many elements of each latency column were read. */
interface Used {
  offers: number;
  acks: number;
  totals: number;
}

/** Reads a row's latencies into its path's memory and gives its total (NaN when a column is too short: out of range above). */
function unpackLatencies(packed: Filled, bits: number, own: Memory, used: Used): number {
  let parts = 0;
  if (bits & OFFER_BIT) {
    own.offer += packed.offer_us[used.offers++] ?? Number.NaN;
    parts += own.offer;
  }
  if (bits & ACK_BIT) {
    own.ack += packed.ack_us[used.acks++] ?? Number.NaN;
    parts += own.ack;
  }
  if (!(bits & TOTAL_BIT)) return ABSENT;
  own.rest += packed.total_rest_us[used.totals++] ?? Number.NaN;
  return own.rest + parts;
}
