/**
 * Points that InfluxDB can never take, a line of JSON each with what it said, in STATE/influx-set-aside.jsonl: somebody can
 * look what they were, and write them when the cause is gone. Bounded; beyond the bound they are counted only.
 */
import { appendFile, stat } from 'node:fs/promises';
import { SET_ASIDE_MAX_BYTES } from '../core/influx/limits.ts';
import type { Point } from '../core/influx/point.ts';

/** @returns whether they were written; false when the file is full. @throws Node's errors */
export async function setAside(state: string, points: readonly Point[], reason: string): Promise<boolean> {
  const path = `${state}/influx-set-aside.jsonl`;
  const lines = points.map((point) => `${JSON.stringify({ reason, ...point })}\n`).join('');
  if ((await sizeOf(path)) + lines.length > SET_ASIDE_MAX_BYTES) return false;
  await appendFile(path, lines, { mode: 0o600 });
  return true;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
