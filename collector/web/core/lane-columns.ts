/**
 * A lane as columns of pixels. Months hold more spans than a screen has columns, so each column shows the worst of what it
 * holds, and what is bad is never narrower than two: a stop of ten seconds is to be seen in a month.
 *
 * Rejected: an SVG rectangle a span. A flapping path has thousands, times 142 sites.
 */
import type { Look } from './state-look.ts';

export interface Scale {
  readonly since: number;
  readonly until: number;
  /** px */
  readonly width: number;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly look: Look;
}

/** Columns [x0, x1) that look the same. */
export interface Run {
  readonly x0: number;
  readonly x1: number;
  readonly look: Look;
}

export interface Columns {
  /** Index of the stretch that each column shows; −1: none. */
  readonly shown: Int32Array;
  readonly runs: readonly Run[];
}

/** From this rank on nothing is hidden. */
const NEVER_HIDDEN_RANK = 4;

export const pixelOf = ({ since, until, width }: Scale, at: number): number => ((at - since) / (until - since)) * width;

export const momentAt = ({ since, until, width }: Scale, x: number): number => since + (x / width) * (until - since);

export function columnsOf(stretches: readonly Stretch[], scale: Scale): Columns {
  const shown = new Int32Array(Math.max(0, Math.floor(scale.width))).fill(-1);
  stretches.forEach((stretch, index) => {
    const x0 = Math.max(0, Math.floor(pixelOf(scale, stretch.from)));
    const least = x0 + (stretch.look.rank >= NEVER_HIDDEN_RANK ? 2 : 1);
    const x1 = Math.min(shown.length, Math.max(least, Math.ceil(pixelOf(scale, stretch.to))));
    for (let x = Math.min(x0, shown.length - 1); x < x1; x += 1) {
      const before = stretches[shown[x] ?? -1];
      if (before === undefined || before.look.rank < stretch.look.rank) shown[x] = index;
    }
  });
  return { shown, runs: runsOf(shown, stretches) };
}

function runsOf(shown: Int32Array, stretches: readonly Stretch[]): readonly Run[] {
  const runs: Run[] = [];
  let x0 = 0;
  for (let x = 1; x <= shown.length; x += 1) {
    const look = stretches[shown[x0] ?? -1]?.look;
    if (x < shown.length && stretches[shown[x] ?? -1]?.look === look) continue;
    if (look !== undefined) runs.push({ x0, x1: x, look });
    x0 = x;
  }
  return runs;
}

/** Things at moments that would lie over each other, put together: how many there are, and the first of them. */
export interface Cluster<Thing> {
  readonly x: number;
  readonly things: readonly Thing[];
}

/** @param apart px that two may not be nearer than */
export function clustersOf<Thing extends { readonly at: number }>(
  things: readonly Thing[],
  scale: Scale,
  apart: number,
): readonly Cluster<Thing>[] {
  const clusters: { x: number; things: Thing[] }[] = [];
  for (const thing of [...things].sort((a, b) => a.at - b.at)) {
    const x = pixelOf(scale, thing.at);
    const last = clusters.at(-1);
    if (last !== undefined && x - last.x < apart) last.things.push(thing);
    else if (x >= 0 && x <= scale.width) clusters.push({ x, things: [thing] });
  }
  return clusters;
}
