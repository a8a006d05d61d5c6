/**
 * The parts that the verdict fold is made of: a node per path, per server, per group, per agent. A path or server node is
 * a fold's state with how far it has come (its frontier, event time), checkpoints to roll back to, and its conclusions.
 *
 * A late result rolls its node back to the checkpoint before it and folds the kept rows again. Checkpoints thin out with
 * age, so that going back far costs a longer refold and not more memory. Rejected: undoing single exchanges; a fold whose
 * every step can be reversed is a different, larger program.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { GroupConfig, Role } from '../config/config.ts';
import type { Failover, Interval, Transition } from '../finding.ts';
import type { ClockTrack } from './clock-track.ts';
import type { Evidence } from './evidence.ts';
import { type Book, createBook, rollBack } from './findings-book.ts';
import type { GroupReading } from './group-reading.ts';
import { CHECKPOINT_ROWS, CHECKPOINT_US } from './limits.ts';
import type { PathState } from './path-fold.ts';
import type { ServerState } from './server-fold.ts';
import type { Coverage } from './site-coverage.ts';

/** A fold's state when it stood at a moment, as JSON: a third of the objects' size, and out of the collector of garbage's way. */
export interface Base {
  readonly at: number;
  readonly state: string;
}

/** A fold somewhere on its way through event time. */
export interface FoldNode<S> {
  state: S;
  /** Everything sent before this moment is folded, µs. */
  frontier: number;
  /** Rows folded since the last checkpoint. */
  rows: number;
  /** Where a roll-back within the rows kept may begin. */
  checkpoints: Base[];
  /** States at the moments of VerdictState.moments, beyond the rows kept too; none from before its first evidence. */
  bases: Base[];
  book: Book<Transition>;
  /** Sent time of the earliest late row that is not folded in yet; null when there is none. */
  dirtyFrom: number | null;
}

export interface PathNode extends FoldNode<PathState> {
  readonly group: string;
  readonly server: string;
  readonly bucket: number | null;
  readonly site: string;
  /** Number of the server node's site. */
  readonly siteNumber: number;
  agents: string[];
  firstContact: boolean;
  /** Spans with foreign answers, [from, to] µs. */
  foreign: [number, number][];
}

/** A server; in load balancing, as the clients of one bucket see it: its partner's are none of its work, and no evidence about its own. */
export interface ServerNode extends FoldNode<ServerState> {
  readonly group: string;
  readonly server: string;
  readonly bucket: number | null;
  address: string;
  role: Role;
  /** Keys of its paths, by site number. */
  paths: string[];
}

export interface GroupNode {
  config: GroupConfig;
  reading: GroupReading;
  /** Findings as last told. */
  told: (Interval | Failover)[];
  /** Log time of the last refold, µs. */
  refoldedAt: number;
}

export interface AgentNode {
  readonly agent: string;
  site: string;
  epoch: number;
  /** Complete through this moment, collector's clock, µs. */
  watermark: number;
  /** Earliest row that was placed before the clock of its epoch was measured, µs; null when none is. */
  guessedFrom: number | null;
  lastReceivedAt: UnixMicros;
  loopDelayMaxUs: number;
  /** Sequences of the epoch: lowest, highest, how many. All there when count = highest − lowest + 1. */
  lowest: number;
  highest: number;
  count: number;
  paths: string[];
}

export interface SiteNode {
  coverage: Coverage;
  firstContact: boolean;
  /** Whether results that came late have changed the coverage since the last telling. */
  filledLate: boolean;
  /** Silences before this moment are no longer compared: their coverage is forgotten, µs. */
  horizon: number;
  /** Silences as last told, and the log time of that. */
  told: Transition[];
  comparedAt: number;
}

/** Stores and clock tracks beside the nodes: the bulky part. */
export interface Kept {
  readonly stores: Map<string, Evidence>;
  readonly clocks: Map<string, ClockTrack>;
}

/** A fold node at the beginning of time. */
export const createFoldNode = <S>(state: S): FoldNode<S> => ({
  state,
  frontier: 0,
  rows: 0,
  checkpoints: [{ at: 0, state: JSON.stringify(state) }],
  bases: [],
  book: createBook(),
  dirtyFrom: null,
});

/** Keeps a copy of the state now and then. @param spread grows the distance when there are many nodes */
export function checkpoint<S>(node: FoldNode<S>, spread: number): void {
  const last = node.checkpoints.at(-1);
  if (last && node.frontier - last.at < CHECKPOINT_US * spread && node.rows < CHECKPOINT_ROWS / spread) return;
  node.rows = 0;
  node.checkpoints.push({ at: node.frontier, state: JSON.stringify(node.state) });
  thin(node, CHECKPOINT_US * spread);
}

function thin<S>(node: FoldNode<S>, spacing: number): void {
  const { checkpoints, frontier } = node;
  for (let i = checkpoints.length - 2; i > 0; i--) {
    const [older, own, newer] = [checkpoints[i - 1], checkpoints[i], checkpoints[i + 1]];
    if (!older || !own || !newer) continue;
    if (newer.at - older.at <= Math.max(spacing, (frontier - own.at) / 2)) checkpoints.splice(i, 1);
  }
}

/** Rolls back to the last checkpoint at or before a moment. @returns the frontier that was reached before */
export function rollBackTo<S>(node: FoldNode<S>, moment: number): number {
  const reached = node.frontier;
  while (node.checkpoints.length > 1 && (node.checkpoints.at(-1)?.at ?? 0) > moment) node.checkpoints.pop();
  const base = node.checkpoints.at(-1);
  if (!base) return reached;
  node.state = JSON.parse(base.state) as S;
  node.frontier = base.at;
  node.rows = 0;
  rollBack(node.book, base.at);
  node.bases = node.bases.filter(({ at }) => at <= base.at);
  node.dirtyFrom = null;
  return reached;
}

/** The earliest moment that a node can still be rolled back to. */
export const oldest = <S>(node: FoldNode<S>): number => node.checkpoints[0]?.at ?? 0;

/** Remembers that a row before the frontier came. */
export function soil<S>(node: FoldNode<S>, moment: number): void {
  if (moment < node.frontier) node.dirtyFrom = Math.min(node.dirtyFrom ?? moment, moment);
}
