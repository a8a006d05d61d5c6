/**
 * The loop of one destination of alerts: what is due is sent, one message in flight, and what fails is tried again, ever more
 * slowly. Each destination has a loop of its own, so one that is dead or hangs holds up nobody but itself.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '../../shared/core/backoff.ts';
import { errorText } from '../../shared/core/error-text.ts';
import type { ConsumerView } from '../../shared/core/ops-view.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { randomFraction } from '../../shared/io/random.ts';
import * as limits from '../core/alerts/limits.ts';
import type { Delivered } from './alertmanager-client.ts';

/** Whom alerts are sent to. */
export interface Destination {
  /** "alertmanager 127.0.0.1:9093": without what may be secret in its URL. */
  readonly name: string;
  /** Sends what is due; null: nothing is. */
  send(signal: AbortSignal): Promise<Delivered | null>;
  /** Sends a test alert. */
  test(signal: AbortSignal): Promise<Delivered>;
  /** Alerts that wait, and since when the oldest of them does, µs. */
  waiting(): { readonly count: number; readonly since: number | null };
  /** What was thrown away. */
  lost(): number;
}

export interface AlertDelivery {
  readonly destination: Destination;
  /** Something may be due. */
  wake(): void;
  /** @param now collector's clock, µs */
  view(now: number): ConsumerView;
  close(): Promise<void>;
}

/** How often it looks by itself: repeats are due by the clock. */
const LOOK_MS = 1_000;

/** Starts it; nobody need be there. */
export function startAlertDelivery(destination: Destination, logger: Logger): AlertDelivery {
  const stop = new AbortController();
  let failures = 0;
  let failure: string | null = null;
  let wake = (): void => undefined;
  const idle = async (ms: number): Promise<void> => {
    const waked = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const over = new AbortController();
    const signal = AbortSignal.any([stop.signal, over.signal]);
    await Promise.race([waked, pause(ms, undefined, { signal }).catch(() => undefined)]);
    over.abort();
  };
  const turn = async (): Promise<void> => {
    const delivered = await destination.send(stop.signal);
    if (delivered === null) return idle(LOOK_MS);
    if (delivered.verdict !== 'again') {
      if (failures > 0) logger.info({ to: destination.name }, 'alerts are delivered again');
      failures = 0;
      failure = delivered.verdict === 'never' ? `it refuses what it is sent: ${delivered.answer}` : null;
      return;
    }
    failures += 1;
    failure = delivered.answer;
    if (failures === 1)
      logger.warn({ to: destination.name, answer: failure }, 'alerts cannot be delivered, and are tried again');
    const wait = backoffMs(failures, randomFraction(), { base: limits.RETRY_BASE_MS, max: limits.RETRY_MAX_MS });
    const told = Math.min(delivered.retryAfterMs ?? 0, limits.RETRY_AFTER_MAX_MS);
    await pause(Math.max(wait, told), undefined, { signal: stop.signal }).catch(() => undefined);
  };
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) await turn();
  };
  const ended = run().catch((error: unknown) => {
    // Its own end only.
    failure = `stopped: ${errorText(error)}; a restart tries again`;
    logger.error({ err: error, to: destination.name }, 'alerts are delivered no longer');
  });
  return {
    destination,
    wake: () => wake(),
    view: (now) => {
      const { count, since } = destination.waiting();
      const lag_ms = since === null ? null : Math.max(0, Math.round((now - since) / 1000));
      return { name: destination.name, lag_entries: count, lag_ms, set_aside: destination.lost(), problem: failure };
    },
    close: async () => {
      stop.abort();
      await ended;
    },
  };
}
