/**
 * Availability as people read it: a row a server under the events of a report, and sentences on what its figures rest on beyond
 * counts. A standby's figures are its silence by design, so nothing here calls them good or bad.
 */
import type { AvailabilityView, MeasuredView } from '../../../shared/core/ops-view.ts';

export const AVAILABILITY_HEAD = ['Server', 'Exchanges', 'Answered', 'Share', 'Offer p50/p99', 'Ack p50/p99'] as const;

/** A count with thousands apart: 14,404. */
export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** "1 exchange", "2,000 exchanges". @param noun its plural ends in s */
export const countedText = (count: number, noun: string): string =>
  `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

/** @returns no rows when nothing was measured */
export function availabilityRows(availability: readonly AvailabilityView[]): readonly (readonly string[])[] {
  if (availability.every(({ exchanges }) => exchanges === 0)) return [];
  return availability.map(({ server, exchanges, answered, ratio, latency_us: latency }) => [
    server,
    countText(exchanges),
    countText(answered),
    ratio === null ? '-' : shareText(answered, exchanges),
    pairText(latency.offer_p50, latency.offer_p99),
    pairText(latency.ack_p50, latency.ack_p99),
  ]);
}

/** Down, never up: 100 % is said only of what has no failure in it. From the counts: 57 of 100 as a ratio is a little less than 0.57. */
function shareText(answered: number, exchanges: number): string {
  return `${(Math.floor((answered * 100_000) / exchanges) / 1000).toFixed(3)} %`;
}

function pairText(p50: number | null, p99: number | null): string {
  return p50 === null || p99 === null ? '-' : `${millisecondsText(p50)}/${millisecondsText(p99)} ms`;
}

const millisecondsText = (us: number): string => (us / 1000).toFixed(us < 10_000 ? 1 : 0);

/** Clock error from which a report says it, µs. */
const CLOCK_ERROR_SAID_US = 1e6;

/** What else is to be known of the figures, a sentence each. */
export function restsOnText({ clock_error_max_us: error, source, too_late }: MeasuredView): string {
  const said: string[] = [];
  if (error !== null && error > CLOCK_ERROR_SAID_US)
    said.push(`An agent's clock was known to ${(error / 1e6).toFixed(1)} s only; the brackets say so.`);
  if (source !== 'raw')
    said.push(
      `Raw results of ${source === 'both' ? 'a part of' : 'all of'} the period are gone; its figures are sums by the minute or hour.`,
    );
  if (too_late > 0) said.push(`${countedText(too_late, 'result')} came too late to be judged.`);
  return said.map((sentence) => ` ${sentence}`).join('');
}
