/**
 * Writes points until InfluxDB has them or has said that it never will: waits and tries again for as long as it takes, makes
 * the database and its policy when they are missing, halves what is refused until the refused point is alone, and sets
 * that one aside. Whoever calls goes on only then, which is what keeps the cursor behind the acknowledgement.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '../../shared/core/backoff.ts';
import type { Milliseconds } from '../../shared/core/units.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { randomFraction } from '../../shared/io/random.ts';
import { POINTS_PER_WRITE, RETRY_AFTER_MAX_MS, RETRY_BASE_MS, RETRY_MAX_MS } from '../core/influx/limits.ts';
import { MEASUREMENTS, type Point, RAW_POLICY } from '../core/influx/point.ts';
import { type WriteVerdict, writeVerdict } from '../core/influx/write-verdict.ts';
import { type InfluxClient, InfluxError } from './influx-client.ts';

export interface InfluxWriterOptions {
  readonly client: InfluxClient;
  readonly database: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Whether `dhcp_exchange` is written, and so its policy needed. */
  readonly exchanges: boolean;
  /** How long `dhcp_exchange` is kept, if the policy has to be made. */
  rawMs(): Milliseconds;
  /** Keeps points that can never be stored. */
  setAside(points: readonly Point[], reason: string): Promise<void>;
}

export interface InfluxWriter {
  /** Resolves when every point is stored or set aside. @throws AbortError when the signal aborts first */
  write(points: readonly Point[]): Promise<void>;
  /** Does something else with InfluxDB until it works, waiting as for a write. @throws AbortError */
  insist<Value>(work: () => Promise<Value>): Promise<Value>;
  /** What is in the way now, for people; null: nothing. */
  readonly problem: string | null;
  /** Points older than their policy keeps, which InfluxDB drops; since the start. */
  readonly expired: number;
}

/** Nothing is sent before the first call; that one sees to the database and its policy. */
export function createInfluxWriter(options: InfluxWriterOptions): InfluxWriter {
  const state: WriterState = { problem: null, expired: 0, failures: 0, isPrepared: false };
  return {
    write: async (points) => {
      for (const raw of [false, true]) {
        const own = points.filter(({ measurement }) => MEASUREMENTS[measurement].raw === raw);
        for (let from = 0; from < own.length; from += POINTS_PER_WRITE)
          await writeAll(options, state, own.slice(from, from + POINTS_PER_WRITE), raw ? RAW_POLICY : null);
      }
    },
    insist: async (work) => {
      for (;;) {
        await prepared(options, state);
        try {
          const value = await work();
          works(options, state);
          return value;
        } catch (error) {
          await failed(options, state, verdictOf(error));
        }
      }
    },
    get problem() {
      return state.problem;
    },
    get expired() {
      return state.expired;
    },
  };
}

interface WriterState {
  problem: string | null;
  expired: number;
  failures: number;
  isPrepared: boolean;
}

async function writeAll(
  options: InfluxWriterOptions,
  state: WriterState,
  points: readonly Point[],
  policy: string | null,
): Promise<void> {
  // Depth first, so it never holds more than the points and one half of each size.
  const groups: (readonly Point[])[] = [points];
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    await prepared(options, state);
    const verdict = writeVerdict(await options.client.write(group, policy), group.length);
    if (verdict.kind === 'stored') {
      state.expired += verdict.expired;
      works(options, state);
    } else if (verdict.kind === 'split') {
      const middle = Math.ceil(group.length / 2);
      groups.push(group.slice(middle), group.slice(0, middle));
    } else if (verdict.kind === 'hopeless') {
      await options.setAside(group, verdict.problem);
    } else {
      groups.push(group);
      await failed(options, state, verdict);
    }
  }
}

function works({ logger }: InfluxWriterOptions, state: WriterState): void {
  if (state.problem !== null) logger.info('InfluxDB takes points again');
  state.problem = null;
  state.failures = 0;
}

type Failure = Extract<WriteVerdict, { kind: 'wait' | 'prepare' }>;

/** Says what is wrong, once, and waits. */
async function failed({ logger, signal }: InfluxWriterOptions, state: WriterState, failure: Failure): Promise<void> {
  const problem = `InfluxDB ${failure.problem}`;
  if (problem !== state.problem) logger.warn({ problem }, 'InfluxDB takes no points; the log keeps them until it does');
  state.problem = problem;
  state.failures += 1;
  if (failure.kind === 'prepare') state.isPrepared = false;
  const asked = failure.kind === 'wait' ? (failure.retryAfterMs ?? 0) : 0;
  const limits = { base: RETRY_BASE_MS, max: RETRY_MAX_MS };
  const wait = backoffMs(state.failures, randomFraction(), limits);
  await pause(Math.max(wait, Math.min(asked, RETRY_AFTER_MAX_MS)), undefined, { signal });
}

/** A question that fails is asked again, whatever the reason: unlike a point it cannot be set aside. */
function verdictOf(error: unknown): Failure {
  if (!(error instanceof InfluxError)) throw error;
  const verdict = writeVerdict(error.answer, 1);
  if (verdict.kind === 'wait' || verdict.kind === 'prepare') return verdict;
  return { kind: 'wait', problem: `answers: ${error.message}`, retryAfterMs: error.answer.retryAfterMs };
}

/** Makes the database and its policy, if they are missing and have not been seen to in this run. */
async function prepared(options: InfluxWriterOptions, state: WriterState): Promise<void> {
  while (!state.isPrepared) {
    try {
      await prepare(options);
      state.isPrepared = true;
    } catch (error) {
      await failed(options, state, verdictOf(error));
    }
  }
}

/** Asks before it makes: a user with rights on the one database may not make databases, and need not. */
async function prepare({ client, database, logger, rawMs, exchanges }: InfluxWriterOptions): Promise<void> {
  if (!(await client.databases()).includes(database)) {
    await client.createDatabase();
    logger.info({ database }, 'database made in InfluxDB');
  }
  if ((await client.policies()).includes(RAW_POLICY)) return;
  try {
    await client.createPolicy(RAW_POLICY, rawMs());
    logger.info({ database, policy: RAW_POLICY, keep_ms: rawMs() }, 'retention policy made in InfluxDB');
  } catch (error) {
    // Nothing goes there yet, so a user without the right to make it is no obstacle.
    if (exchanges || !(error instanceof InfluxError) || error.code === 'INFLUX_SILENT') throw error;
    logger.info({ problem: error.message }, 'retention policy not made in InfluxDB; only influx.exchanges needs it');
  }
}
