/**
 * A path's evidence: rows in DISCOVER-send order, in typed columns, from the horizon to now. Results arrive in the order
 * in which they finished (a drop is known a drop time after its DISCOVER), so each batch is merged in; the fold then reads
 * rows by number and makes no object.
 *
 * Rejected: an object a row (100,000 a second feed the collector of garbage, not the detector).
 */

/** How an exchange ended, as the fold sees it. The code is stored; FOREIGN is an unanswered one beside foreign answers. */
export const CODES = ['answered', 'no-offer', 'no-ack', 'nak', 'refused', 'unreachable', 'foreign-source'] as const;
export const ANSWERED = 0;
export const NO_OFFER = 1;
export const NO_ACK = 2;
export const NAK = 3;
export const FOREIGN = 6;

/** Bit of a code: a DO's, so that answered means an OFFER. */
export const DO = 8;
/** Remark: a DO beside DORAs; see offers-beside. */
export const BESIDE = 32;
/** Remark: the identity or the agent, not the server, is the cause. */
export const EXCLUDED = 1;

/** Which batch rows came from: with the row's index it names an exchange for ever. */
export interface BatchName {
  readonly agent: string;
  readonly epoch: number;
  readonly sequence: number;
  /** Clock error of the batch's rows, and the time after which an exchange was a drop, µs. */
  readonly error: number;
  readonly dropUs: number;
  /** How it was placed before its epoch's clock was measured: offset and span by the agent's wall clock, µs. */
  readonly guessed?: { readonly offset: number; readonly from: number; readonly to: number };
}

/** Numeric columns of equal length; see Evidence for their meaning. */
export interface Rows {
  readonly sent: number[];
  readonly total: number[];
  readonly ack: number[];
  readonly code: number[];
  readonly identity: number[];
  readonly index: number[];
}

export interface Evidence {
  /** Rows in use. */
  length: number;
  /** DISCOVER sent, collector's clock, µs. */
  sent: Float64Array;
  /** Answered: DISCOVER sent → ACK, µs. Unanswered: DISCOVER sent → OFFER, or −1. */
  total: Int32Array;
  /** Answered: REQUEST sent → ACK, µs (the whole of `total` without a REQUEST); else −1. */
  ack: Int32Array;
  code: Uint8Array;
  identity: Uint16Array;
  /** What the path's fold remarks of it, bit by bit: see EXCLUDED, and pace for the others. Written by that fold. */
  remarks: Uint8Array;
  /** Number of the batch (batches[batch − firstBatch]), and the row's index in its columns. */
  batch: Int32Array;
  index: Int32Array;
  batches: BatchName[];
  firstBatch: number;
}

const COLUMNS = ['sent', 'total', 'ack', 'code', 'identity', 'remarks', 'batch', 'index'] as const;

const ROW_COLUMNS = ['sent', 'total', 'ack', 'code', 'identity', 'index'] as const;

const columns = (size: number) => ({
  sent: new Float64Array(size),
  total: new Int32Array(size),
  ack: new Int32Array(size),
  code: new Uint8Array(size),
  identity: new Uint16Array(size),
  remarks: new Uint8Array(size),
  batch: new Int32Array(size),
  index: new Int32Array(size),
});

/** @returns a store without rows */
export const createEvidence = (): Evidence => ({ length: 0, ...columns(64), batches: [], firstBatch: 0 });

function grow(store: Evidence, needed: number): void {
  if (needed <= store.sent.length) return;
  const wider = columns(Math.max(needed, store.sent.length * 2));
  for (const name of COLUMNS) wider[name].set(store[name].subarray(0, store.length));
  Object.assign(store, wider);
}

function put(store: Evidence, at: number, rows: Rows, i: number, batch: number): void {
  store.sent[at] = rows.sent[i] as number;
  store.total[at] = rows.total[i] as number;
  store.ack[at] = rows.ack[i] as number;
  store.code[at] = rows.code[i] as number;
  store.identity[at] = Math.min(rows.identity[i] as number, 0xffff);
  store.remarks[at] = 0;
  store.batch[at] = batch;
  store.index[at] = rows.index[i] as number;
}

/** Rows by sending time; ties by index, so that the order never depends on a sort's mood. */
function order(rows: Rows): number[] {
  const ranks = rows.sent.map((_, i) => i);
  const sent = rows.sent;
  for (let i = 1; i < sent.length; i++) {
    if ((sent[i] as number) < (sent[i - 1] as number)) {
      return ranks.sort((a, b) => (sent[a] as number) - (sent[b] as number) || a - b);
    }
  }
  return ranks;
}

/** At the same µs the order is the agents' by name, whoever's batch came first. */
const isAfter = (store: Evidence, row: number, sent: number, { agent }: BatchName): boolean =>
  (store.sent[row] as number) > sent || ((store.sent[row] as number) === sent && batchOf(store, row).agent > agent);

/** Merges one batch's rows in, keeping send order (equal times: by agent, then earlier batch first). @returns the earliest sent time */
export function mergeRows(store: Evidence, rows: Rows, name: BatchName): number {
  const ranks = order(rows);
  const batch = store.firstBatch + store.batches.length;
  store.batches.push(name);
  grow(store, store.length + ranks.length);
  let from = store.length - 1;
  let to = store.length + ranks.length - 1;
  for (let r = ranks.length - 1; r >= 0; r--) {
    const i = ranks[r] as number;
    const sent = rows.sent[i] as number;
    let keep = from;
    while (keep >= 0 && isAfter(store, keep, sent, name)) keep--;
    if (keep < from) {
      for (const column of COLUMNS) store[column].copyWithin(to - (from - keep) + 1, keep + 1, from + 1);
      to -= from - keep;
      from = keep;
    }
    put(store, to--, rows, i, batch);
  }
  store.length += ranks.length;
  return rows.sent[ranks[0] as number] as number;
}

/** @returns the number of the first row sent at or after `time` */
export function rowAt(store: Evidence, time: number): number {
  let low = 0;
  let high = store.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((store.sent[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Forgets the rows sent before `time`, and the batches that only they came from. @returns how many went */
export function trimBefore(store: Evidence, time: number): number {
  const gone = rowAt(store, time);
  if (gone === 0) return 0;
  for (const column of COLUMNS) store[column].copyWithin(0, gone, store.length);
  store.length -= gone;
  let oldest = store.firstBatch + store.batches.length;
  for (let i = 0; i < store.length; i++) oldest = Math.min(oldest, store.batch[i] as number);
  store.batches.splice(0, oldest - store.firstBatch);
  store.firstBatch = oldest;
  return gone;
}

/** Takes out the rows of some batches, by number. @returns them by batch, in sending order */
export function takeOut(store: Evidence, batches: ReadonlySet<number>): Map<number, Rows> {
  const out = new Map<number, Rows>();
  let kept = 0;
  for (let row = 0; row < store.length; row++) {
    const batch = store.batch[row] as number;
    if (batches.has(batch)) {
      const rows = out.get(batch) ?? { sent: [], total: [], ack: [], code: [], identity: [], index: [] };
      out.set(batch, rows);
      for (const name of ROW_COLUMNS) rows[name].push(store[name][row] as number);
    } else {
      if (kept < row) for (const name of COLUMNS) store[name][kept] = store[name][row] as number;
      kept++;
    }
  }
  store.length = kept;
  return out;
}

/** How a row's exchange ended: an index of CODES. */
export const codeOf = (store: Evidence, row: number): number => (store.code[row] as number) & (DO - 1);

/** @returns the batch that a row came from */
export const batchOf = (store: Evidence, row: number): BatchName =>
  store.batches[(store.batch[row] as number) - store.firstBatch] as BatchName;

/** @returns what names a row's exchange for ever, for findingId */
export const evidenceName = (store: Evidence, row: number): string =>
  nameOf(batchOf(store, row), store.index[row] as number);

/** The same, from its parts. */
export const nameOf = ({ agent, epoch, sequence }: BatchName, index: number): string =>
  `${agent}/${epoch}/${sequence}/${index}`;

/** The store as plain JSON; `sent` and `batch` as differences from row to row, a quarter of the size. */
export interface EvidenceSnapshot {
  readonly columns: Readonly<Record<(typeof COLUMNS)[number], readonly number[]>>;
  readonly batches: readonly BatchName[];
  readonly firstBatch: number;
}

/** @returns the store as plain JSON; send times are whole µs, so the differences are exact */
export function evidenceSnapshot(store: Evidence): EvidenceSnapshot {
  const column = (name: (typeof COLUMNS)[number]): number[] => plainColumn(store[name], store.length, false);
  const differences = (name: 'sent' | 'batch'): number[] => plainColumn(store[name], store.length, true);
  return {
    columns: {
      sent: differences('sent'),
      total: column('total'),
      ack: column('ack'),
      code: column('code'),
      identity: column('identity'),
      remarks: column('remarks'),
      batch: differences('batch'),
      index: column('index'),
    },
    batches: [...store.batches],
    firstBatch: store.firstBatch,
  };
}

/** Not with Array.from, which asks a typed array's iterator for each number: the fold stands still while this is made. */
function plainColumn(column: Evidence[(typeof COLUMNS)[number]], length: number, asDifferences: boolean): number[] {
  const plain: number[] = [];
  let before = 0;
  for (let i = 0; i < length; i++) {
    const value = column[i] as number;
    plain.push(value - before);
    if (asDifferences) before = value;
  }
  return plain;
}

function sums(column: readonly number[]): number[] {
  let sum = 0;
  return column.map((value) => {
    sum += value;
    return sum;
  });
}

/** @returns the store again */
export function restoreEvidence(snapshot: EvidenceSnapshot): Evidence {
  const store = createEvidence();
  grow(store, snapshot.columns.sent.length);
  for (const name of COLUMNS) store[name].set(snapshot.columns[name]);
  store.sent.set(sums(snapshot.columns.sent));
  store.batch.set(sums(snapshot.columns.batch));
  store.length = snapshot.columns.sent.length;
  store.batches = [...snapshot.batches];
  store.firstBatch = snapshot.firstBatch;
  return store;
}
