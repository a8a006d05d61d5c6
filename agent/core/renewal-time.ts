/**
 * When a certificate is renewed: at two thirds of its life, up to a thirtieth later, so that sites that were enrolled together do not come
 * back together for ever. A third of its life is then left for a collector that is away. Rejected: a day of the month; a certificate's
 * life is the collector's to choose.
 */
import { afterUs, type UnixMicros } from '../../shared/core/units.ts';

export interface Validity {
  readonly validFrom: UnixMicros;
  readonly validTo: UnixMicros;
}

const lifeUs = ({ validFrom, validTo }: Validity): number => Math.max(0, validTo - validFrom);

/** @param random uniform in [0, 1) @returns by the clock that the validity is on */
export const renewalAt = (validity: Validity, random: number): UnixMicros =>
  afterUs(validity.validFrom, Math.round(lifeUs(validity) * (2 / 3 + random / 30)));

/** Between two attempts: an hour, for a certificate of thirty days. µs */
export const renewalRetryUs = (validity: Validity): number => Math.max(1e6, lifeUs(validity) / 720);

/** Longest wait between a renewal and the connection that shows the new certificate. */
const TURN_MAX_MS = 2 * 3_600_000;

/**
 * How long after a renewal the connection is made anew: at random, so that sites do not come in one wave, and long before the old
 * certificate ends, with which the collector ends its connections. ms
 */
export const turnAfterMs = (oldValidTo: UnixMicros, now: UnixMicros, random: number): number =>
  Math.max(0, Math.min(TURN_MAX_MS, (oldValidTo - now) / 1_000 / 2) * random);
