/**
 * The one place that reads the clocks. Everything else is handed a Clock, so a test can hand it another.
 *
 * The wall clock that JavaScript offers has whole milliseconds; the monotonic one has nanoseconds but no date. wall() joins
 * them: a remembered difference, bent back into the millisecond that the system shows at each reading. It follows steps at
 * once, and between them is as fine as the monotonic clock. Rejected: performance.timeOrigin + performance.now(), which
 * never learns of a step.
 */
import { type MonotonicNs, monotonicNs, type UnixMicros, unixMicros } from '../core/units.ts';

export interface Clock {
  /** Nanoseconds since this clock was made; never goes back, unaware of dates. */
  monotonic(): MonotonicNs;
  /** The system's wall clock in µs; goes back when somebody sets it back. */
  wall(): UnixMicros;
}

/** A clock whose monotonic moment 0 is now. */
export function createClock(): Clock {
  const start = process.hrtime.bigint();
  const monotonic = (): MonotonicNs => monotonicNs(Number(process.hrtime.bigint() - start));
  let zeroUs = Math.round((performance.timeOrigin + performance.now()) * 1_000 - monotonic() / 1_000);
  const wall = (): UnixMicros => {
    const shownUs = Date.now() * 1_000;
    const joined = zeroUs + Math.round(monotonic() / 1_000);
    const bent = Math.min(Math.max(joined, shownUs), shownUs + 999);
    zeroUs += bent - joined;
    return unixMicros(bent);
  };
  return { monotonic, wall };
}

/** A smaller step back is a clock being disciplined, which is followed by standing still. */
const STEP_BACK_US = 500_000;

/**
 * A clock whose wall never goes back while it lives: a step back is told, and from then on added to what the system shows.
 * Steps forward and slow corrections are followed. For whoever orders a log by it. Rejected: an anchor and the monotonic
 * clock alone; over months they drift seconds from the time that everybody else has.
 */
export function steadyClock(clock: Clock, onStepBack: (stepUs: number) => void): Clock {
  let shiftUs = 0;
  let lastUs: number = clock.wall();
  let lastNs: number = clock.monotonic();
  const wall = (): UnixMicros => {
    const nowNs = clock.monotonic();
    const expectedUs = lastUs + Math.round((nowNs - lastNs) / 1_000);
    let shownUs = clock.wall() + shiftUs;
    if (shownUs < expectedUs - STEP_BACK_US) {
      const stepUs = expectedUs - shownUs;
      shiftUs += stepUs;
      shownUs = expectedUs;
      onStepBack(stepUs);
    }
    lastUs = Math.max(lastUs, shownUs);
    lastNs = nowNs;
    return unixMicros(lastUs);
  };
  return { monotonic: clock.monotonic, wall };
}
