/**
 * When a path's exchanges are due: moment k stands at origin + (k + phase) × period, computed anew from k each time, so
 * that no rounding or lateness adds up. Open loop: answers, drops and stalls move nothing.
 *
 * What a stall missed stays missed (`unsent: stalled`). Catching up was refused: a burst after every pause is a load that
 * no configuration asked for, and it hits the server exactly when the machines are in trouble.
 */
import type { MonotonicNs, UnixMicros } from '../../shared/core/units.ts';
import { LATENESS_NS_MAX, LATENESS_NS_MIN } from './probe-limits.ts';

/** Due times without end. `next` is the k of the first one not yet taken. */
export interface Schedule {
  readonly originNs: MonotonicNs;
  readonly periodNs: number;
  /** 0 ≤ phase < 1, in periods. */
  readonly phase: number;
  next: number;
}

/** What became due: `send` may leave now, `stalled` came too late to leave. */
export interface Due {
  readonly send: number;
  readonly stalled: number;
}

/** A schedule whose first due time is the first one not before `from`. */
export function createSchedule(fields: Omit<Schedule, 'next'>, from: MonotonicNs): Schedule {
  return { ...fields, next: Math.max(0, Math.ceil((from - fields.originNs) / fields.periodNs - fields.phase)) };
}

/** The moment at which the next exchange is due. */
export function nextDue(schedule: Schedule): MonotonicNs {
  return dueAt(schedule, schedule.next);
}

/** Takes everything due at `now`. Together with what was taken before, it accounts for every due time once. */
export function takeDue(schedule: Schedule, now: MonotonicNs): Due {
  if (nextDue(schedule) > now) return { send: 0, stalled: 0 };
  const position = (now - schedule.originNs) / schedule.periodNs - schedule.phase;
  // Float division may land on either side of a whole number; the due times themselves decide.
  let end = Math.max(schedule.next, Math.floor(position));
  while (dueAt(schedule, end) <= now) end += 1;
  const total = end - schedule.next;
  schedule.next = end;
  const send = Math.min(total, Math.max(1, Math.floor(latenessNs(schedule.periodNs) / schedule.periodNs)));
  const isLate = now - dueAt(schedule, end - 1) > latenessNs(schedule.periodNs);
  return isLate ? { send: 0, stalled: total } : { send, stalled: total - send };
}

/** How many due times lie from `from` on and before `to`, where a schedule made at `to` begins. */
export function dueBetween({ originNs, periodNs, phase }: Schedule, from: MonotonicNs, to: MonotonicNs): number {
  const first = (moment: MonotonicNs): number => Math.ceil((moment - originNs) / periodNs - phase);
  return Math.max(0, first(to) - first(from));
}

/** How late an exchange may leave: within its own period, but never so early a verdict that a busy core loses exchanges. */
export function latenessNs(periodNs: number): number {
  return Math.min(LATENESS_NS_MAX, Math.max(LATENESS_NS_MIN, periodNs));
}

/**
 * An origin that all agents share: the last whole multiple of the period on the wall clock before the epoch began. Phases
 * then interleave between sites as far as their clocks agree. Only the origin uses wall time; due times are monotonic.
 */
export function alignedOrigin(epochStart: MonotonicNs, anchor: UnixMicros, periodNs: number): MonotonicNs {
  const periodUs = periodNs / 1000;
  return (epochStart - (anchor % periodUs) * 1000) as MonotonicNs;
}

function dueAt(schedule: Schedule, k: number): MonotonicNs {
  return (schedule.originNs + (k + schedule.phase) * schedule.periodNs) as MonotonicNs;
}
