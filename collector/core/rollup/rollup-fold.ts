/**
 * Turns batches into what they add to rollups: per minute and per hour of event time, per path, and per server with all its sites
 * pooled, so that a server's month is read without its sites. An exchange is placed once,
 * by the clock samples that stood in the log before its batch, and never moved: a correction that comes later changes where
 * it might have stood by milliseconds, and moving it would need every raw result.
 */
import { isServerPath, type ResultBatch } from '../../../shared/core/batch.ts';
import type { BatchClocks } from '../answers/batch-clocks.ts';
import { FUTURE_MAX_US } from './limits.ts';
import { countExchange, emptyRollup, mergeRollup, type Rollup } from './rollup.ts';

/** Length of a rollup's time. */
export type Resolution = 'minute' | 'hour';
export const RESOLUTION_US: Readonly<Record<Resolution, number>> = { minute: 60e6, hour: 3600e6 };
const RESOLUTIONS = ['minute', 'hour'] as const;

/** What a rollup is about. */
export interface RollupName {
  readonly resolution: Resolution;
  readonly group: string;
  /** Number of the minute or hour since 1970, collector's clock. */
  readonly slot: number;
  readonly server: string;
  readonly bucket: number | null;
  /** ALL_SITES: the server's sites pooled. */
  readonly site: string;
}

/** The site of a row that pools a server's sites: no site has an empty name. */
export const ALL_SITES = '';

export interface RollupAddition {
  readonly name: RollupName;
  readonly rollup: Rollup;
}

/** How far back results are taken, µs before their receipt. */
export type RollupReach = Readonly<Record<Resolution, number>>;

/** Additions gathered from batches until they are written. */
export interface RollupGathering {
  /** @returns results whose time is no time that they could have been measured at, which no rollup counts */
  add(batch: ResultBatch, receivedAt: number, reach: RollupReach): number;
  /** What was gathered; the gathering is empty then. */
  take(): readonly RollupAddition[];
  /** What was gathered for a name since the last take. */
  peek(name: RollupName): Rollup | undefined;
  /** Rollups touched. */
  readonly size: number;
}

export function gatherRollups(clocks: BatchClocks): RollupGathering {
  // Bounded by whoever takes it when `size` says so.
  let gathered = new Map<string, RollupAddition>();
  const rollupOf = (name: RollupName): Rollup => {
    const key = keyOf(name);
    const known = gathered.get(key);
    if (known !== undefined) return known.rollup;
    const rollup = emptyRollup();
    gathered.set(key, { name, rollup });
    return rollup;
  };
  return {
    add: (batch, receivedAt, reach) => {
      const minutes = new Map<string, MinuteOfPath>();
      let implausible = 0;
      // What speaks of a scope or of a site's relay is no figure of a server.
      const isCounted = batch.paths.map(isServerPath);
      const minuteOf = (path: number, momentUs: number): Rollup | null | undefined => {
        if (isCounted[path] !== true) return undefined;
        const at = clocks.correct(batch, momentUs);
        if (at > receivedAt + FUTURE_MAX_US || at < receivedAt - reach.hour) return null;
        const slot = Math.floor(at / RESOLUTION_US.minute);
        const key = `${slot} ${path}`;
        const known = minutes.get(key) ?? { slot, path, rollup: emptyRollup() };
        minutes.set(key, known);
        return known.rollup;
      };
      forEachResult(batch, minuteOf, () => {
        implausible += 1;
      });
      for (const minute of minutes.values()) {
        for (const resolution of RESOLUTIONS) {
          const name = nameOf(batch, minute, resolution);
          const old = name.slot * RESOLUTION_US[resolution] < receivedAt - reach[resolution];
          if (old && resolution === 'minute') continue;
          mergeRollup(rollupOf(name), minute.rollup);
          mergeRollup(rollupOf({ ...name, site: ALL_SITES }), minute.rollup);
        }
      }
      return implausible;
    },
    take: () => {
      const taken = [...gathered.values()];
      gathered = new Map();
      return taken;
    },
    peek: (name) => gathered.get(keyOf(name))?.rollup,
    get size() {
      return gathered.size;
    },
  };
}

/** One text for one name. */
export const keyOf = ({ resolution, slot, group, server, bucket, site }: RollupName): string =>
  JSON.stringify([resolution, slot, group, server, bucket, site]);

interface MinuteOfPath {
  readonly slot: number;
  readonly path: number;
  readonly rollup: Rollup;
}

function forEachResult(
  batch: ResultBatch,
  minuteOf: (path: number, momentUs: number) => Rollup | null | undefined,
  onImplausible: () => void,
): void {
  const { results, late, counts, fromUs, completeThroughUs } = batch;
  results.path.forEach((path, row) => {
    const rollup = minuteOf(path, results.sentUs[row] ?? 0);
    if (rollup === null) onImplausible();
    else if (rollup !== undefined) countExchange(rollup, batch, row);
  });
  for (const { path, sentUs } of late) {
    const rollup = minuteOf(path, sentUs);
    if (rollup) rollup.counts.late += 1;
  }
  // What was never sent has no moment of its own.
  const middle = (fromUs + completeThroughUs) / 2;
  for (const { path, unsentNoIdentity, unsentStalled, unsentSendError } of counts) {
    const unsent = unsentNoIdentity + unsentStalled + unsentSendError;
    const rollup = unsent === 0 ? null : minuteOf(path, middle);
    if (rollup) rollup.counts.unsent += unsent;
  }
}

function nameOf(batch: ResultBatch, { slot, path }: MinuteOfPath, resolution: Resolution): RollupName {
  const ref = batch.paths[path];
  const place = { group: ref?.group ?? '', server: ref?.server ?? '', bucket: ref?.bucket ?? null, site: batch.site };
  return { resolution, slot: resolution === 'minute' ? slot : Math.floor(slot / 60), ...place };
}
