/**
 * What is usual, as a memory of medians: bins that grow by 5 %, weighted by minutes, fading to half in two days, so that
 * yesterday's busy hours still count today and last month's route does not. Bins are a plain object with numbers for keys:
 * JSON without a detour, and its keys come in order by themselves.
 *
 * Rejected: a moving average. One bad minute moves it, and a day of slowness becomes the usual while one looks.
 */
import * as limits from './limits.ts';

/** Weight by bin; bin b stands for 1.05^b µs. */
export type Bins = Record<string, number>;

/** Plain JSON. */
export interface Habit {
  bins: Bins;
  /** Minutes remembered, faded ones in part. */
  weight: number;
  /** Days since 1970 when it last faded. */
  day: number;
}

const GROWTH = Math.log(1.05);
const DAY_US = 86_400e6;

/** @returns a memory of nothing */
export const createHabit = (): Habit => ({ bins: {}, weight: 0, day: 0 });

/** Adds weight at a latency, µs. */
export function addBin(bins: Bins, us: number, weight: number): void {
  const bin = Math.round(Math.log(Math.max(1, us)) / GROWTH);
  bins[bin] = (bins[bin] ?? 0) + weight;
}

/** The q-th of what is in the bins, µs, true to 3 %; null when there is nothing. */
export function quantileOf(bins: Bins, q: number): number | null {
  const entries = Object.entries(bins);
  let left = q * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [bin, weight] of entries) {
    left -= weight;
    if (left <= 1e-9) return Math.round(Math.exp(Number(bin) * GROWTH));
  }
  return null;
}

/** Lets a memory fade, at most once a day. @param now event time, µs */
export function ageHabit(habit: Habit, now: number): void {
  const day = Math.floor(now / DAY_US);
  const days = habit.weight === 0 ? 0 : day - habit.day;
  habit.day = day;
  if (days === 0) return;
  const share = 2 ** (-days / limits.HABIT_HALF_DAYS);
  let weight = 0;
  for (const [bin, own] of Object.entries(habit.bins)) {
    const faded = Math.round(own * share * 1000) / 1000;
    if (faded < limits.HABIT_LEAST_MIN) delete habit.bins[bin];
    else {
      habit.bins[bin] = faded;
      weight += faded;
    }
  }
  habit.weight = weight;
}

/** Adds what was so for some minutes. */
export function learn(habit: Habit, us: number, minutes: number): void {
  const weight = Math.round(minutes * 1000) / 1000;
  addBin(habit.bins, us, weight);
  habit.weight += weight;
}
