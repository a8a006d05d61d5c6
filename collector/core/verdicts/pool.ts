/**
 * A pool: the evidence about one server from one or many sites, folded exchange by exchange into a state. A path is a
 * pool with one site, so path and server are judged by the same lines. This file is the state; pool-fold folds.
 *
 * Everything is plain JSON: a checkpoint is a copy, a snapshot is the thing itself. Moments are collector time in µs.
 */

import type { Bracket, Reason, State } from '../finding.ts';
import type { BatchName } from './evidence.ts';
import { createHistory, type LossHistory, type Prior } from './loss-history.ts';
import { addPaceSite, createPace, type Pace } from './pace.ts';

/** What configuration says about a pool. */
export interface PoolSettings {
  readonly fall: number;
  readonly rise: number;
  readonly silenceUs: number;
  /** Since when it is not probed because a person paused it, µs; null or absent: it is. */
  readonly pausedAt?: number | null;
}

/** An unbroken run of unanswered exchanges. */
export interface Run {
  length: number;
  /** ln of the chance of a run this long at the loss before it. */
  surprise: number;
  priorLost: number;
  priorAll: number;
  /** Unanswered by code (see CODES). */
  codes: number[];
  /** Of the first ones: the moment by which the server had stopped, if that exchange was not merely lost. */
  stoppedBy: number[];
  /** Of the last ones: when their DISCOVER left, less clock error. */
  sent: number[];
  /** Latencies (µs) of the first OFFERs among them whose REQUEST went unanswered. */
  offers: number[];
  /** Name of the first one. */
  first: string;
}

/** Answers after a stop (or at the beginning), on their way to `rise`. */
export interface Rise {
  count: number;
  /** Unanswered between them. */
  lost: number;
  /** Unanswered in a row since the last of them. */
  run: number;
  firstSent: number;
  /** Earliest arrival of an ACK among them, plus clock error. */
  answeredAt: number;
  first: string;
  /** Run.sent as it was at the first of them. */
  silent: number[];
}

/** A start that is being watched for loss which would widen its bracket. */
export interface Settling {
  /** Which shift of the pool (its `decided`). */
  decided: number;
  silent: number[];
  left: number;
  lost: number;
}

/** One change of a pool's state. */
export interface Shift {
  /** Sent time of the exchange that decided it: where it stands in the fold's order. */
  readonly decided: number;
  readonly from: State;
  readonly to: State;
  readonly reason: Reason;
  readonly bracket: Bracket;
  readonly lossRatio: number | null;
  /** What the reason rests on, one sentence; null: the reason says it all. */
  readonly evidence: string | null;
  /** Name of its first evidence. */
  readonly first: string;
  /** For a server: its sites; null for a path. */
  readonly sites: { readonly served: number; readonly reporting: number } | null;
}

/** One cause of being degraded. */
export interface Ill {
  readonly reason: Reason;
  readonly evidence: string;
}

export interface Pool {
  state: State;
  reason: Reason | null;
  /** What the reason rests on, one sentence. */
  evidence: string | null;
  since: Bracket | null;
  /** What makes it degraded, the worst first; empty in every other state. And which shift (its `decided`) that was. */
  ills: Ill[];
  degradedAt: number;
  /** What that shift says it was. */
  illAtFirst: Reason | null;
  /** What was known before the pool became unknown, and the last moment it was: null while known, or before any verdict. */
  before: { serves: boolean; at: number } | null;
  /** Sent time of the last evidence (−1 before any), and what names it: the batch and the index in it. */
  lastAt: number;
  lastBatch: BatchName | null;
  lastIndex: number;
  firstAt: number;
  /** Latest arrival of an ACK (µs, −1 never), and the latest moment at which the server was surely alive. */
  lastAckAt: number;
  aliveAt: number;
  /** Answers so far: numbers the stretches between answers. */
  answers: number;
  history: LossHistory;
  run: Run;
  rise: Rise;
  foreignRun: number;
  settling: Settling | null;
  /** Last moment the recent loss was negligible, and since when it was too high the last time that was looked at. */
  cleanAt: number;
  lossyFrom: number;
  brokenAt: number;
  /** By site: own run of unanswered, `answers` when that run began, sent time of the last evidence (−1 none). */
  sites: { run: number[]; began: number[]; lastAt: number[] };
  pace: Pace;
  /** What was being lost before its answers began to be late. */
  calm: Prior;
  names: string[];
}

export const createRun = (): Run => ({
  length: 0,
  surprise: 0,
  priorLost: 0,
  priorAll: 0,
  codes: [0, 0, 0, 0, 0, 0, 0],
  stoppedBy: [],
  sent: [],
  offers: [],
  first: '',
});

export const createRise = (): Rise => ({
  count: 0,
  lost: 0,
  run: 0,
  firstSent: 0,
  answeredAt: 0,
  first: '',
  silent: [],
});

/** @returns a pool that has seen nothing */
export const createPool = (): Pool => ({
  state: 'unknown',
  reason: null,
  evidence: null,
  since: null,
  ills: [],
  degradedAt: -1,
  illAtFirst: null,
  before: null,
  lastAt: -1,
  lastBatch: null,
  lastIndex: 0,
  firstAt: -1,
  lastAckAt: -1,
  aliveAt: -1,
  answers: 0,
  history: createHistory(0),
  run: createRun(),
  rise: createRise(),
  foreignRun: 0,
  settling: null,
  cleanAt: 0,
  lossyFrom: 0,
  brokenAt: 0,
  sites: { run: [], began: [], lastAt: [] },
  pace: createPace(),
  calm: { lost: 0, all: 0 },
  names: [],
});

/** Adds a site. @returns its number in the pool */
export function addSite(pool: Pool, name: string): number {
  pool.sites.run.push(0);
  pool.sites.began.push(0);
  pool.sites.lastAt.push(-1);
  addPaceSite(pool.pace);
  return pool.names.push(name) - 1;
}

/** @returns an independent copy: plain JSON in, plain JSON out */
export const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
