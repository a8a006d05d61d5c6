/**
 * Offset of the agent's clock from the collector's, from round trips: the shortest one bounds the error best, since whatever
 * delayed a message can only have lengthened it. Rejected: an average; one queue on the way would shift it.
 */
import type { EpochMicros, Microseconds, UnixMicros } from '../../shared/core/units.ts';

/** One probe and its reply. All of the agent's times are anchor + monotonic. */
export interface RoundTrip {
  /** Agent's clock when the probe left and when the reply came. */
  readonly asked: UnixMicros;
  readonly answered: UnixMicros;
  /** Collector's clock when the probe came and when its reply left. */
  readonly received: UnixMicros;
  readonly sent: UnixMicros;
}

export interface ClockOffset {
  /** Agent's minus collector's, as of the middle of the round trip. */
  readonly offsetUs: Microseconds;
  /** The truth lies within ± this. */
  readonly errorUs: Microseconds;
  /** When, on the agent's epoch clock. */
  readonly at: EpochMicros;
}

/** @param anchor the agent's wall clock at its epoch's moment 0 @returns undefined without a round trip */
export function bestOffset(trips: readonly RoundTrip[], anchor: UnixMicros): ClockOffset | undefined {
  let best: ClockOffset | undefined;
  for (const trip of trips) {
    const offset = offsetOf(trip, anchor);
    if (best === undefined || offset.errorUs < best.errorUs) best = offset;
  }
  return best;
}

function offsetOf({ asked, answered, received, sent }: RoundTrip, anchor: UnixMicros): ClockOffset {
  const travelled = Math.max(0, answered - asked - (sent - received));
  const middle = (asked + answered) / 2;
  return {
    offsetUs: Math.round(middle - (received + sent) / 2) as Microseconds,
    // Half the way, and the µs that rounding may have taken.
    errorUs: (Math.ceil(travelled / 2) + 1) as Microseconds,
    at: Math.max(0, Math.round(middle - anchor)) as EpochMicros,
  };
}
