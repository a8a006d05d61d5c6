/**
 * The moment at which the agent's last run sent its last exchange, kept over a restart: what fell due between that and the next
 * run's first exchange was never sent, and is counted as such. Only a stop on purpose is written down, and only a short one
 * counts (RESTART_MAX_MS): an agent that was away for a day is a silence, which the collector tells by itself.
 *
 * Rejected: taking the newest batch in the spool; it is gone as soon as the collector has it.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MonotonicNs, monotonicNs, type UnixMicros } from '../../shared/core/units.ts';
import { RESTART_MAX_MS } from '../core/probe-limits.ts';

export interface Epoch {
  /** The agent's wall clock at `epochStart`. */
  readonly anchor: UnixMicros;
  readonly epochStart: MonotonicNs;
}

const pathIn = (directory: string): string => join(directory, 'stopped.json');

/** Writes down that nothing was sent from `moment` on. A disk that takes no writing is told elsewhere; the gap is not counted then. */
export function keepStop(directory: string, { anchor, epochStart }: Epoch, moment: MonotonicNs): void {
  const wallUs = anchor + Math.round((moment - epochStart) / 1_000);
  try {
    writeFileSync(pathIn(directory), `${JSON.stringify({ wallUs })}\n`, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

/**
 * When the last run stopped, on this epoch's clock (so before its moment 0), as far as both wall clocks can be believed. Read
 * once: a later start must not count the same gap again.
 * @returns undefined: it did not say, or too long ago, or the clock has been set back since
 */
export function takeStop(directory: string, { anchor, epochStart }: Epoch): MonotonicNs | undefined {
  const wallUs = readStop(pathIn(directory));
  if (wallUs === undefined) return undefined;
  rmSync(pathIn(directory), { force: true });
  const gapUs = anchor - wallUs;
  return gapUs < 0 || gapUs > RESTART_MAX_MS * 1_000 ? undefined : monotonicNs(epochStart - gapUs * 1_000);
}

function readStop(path: string): number | undefined {
  try {
    const { wallUs } = JSON.parse(readFileSync(path, 'utf8')) as { readonly wallUs?: unknown };
    return Number.isSafeInteger(wallUs) ? (wallUs as number) : undefined;
  } catch (error) {
    // Damaged is as missing: one gap is not counted.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
