/**
 * Where an axis of time has its ticks: on whole hours and days of the viewer's zone, also across a change to summer time,
 * and no more of them than there is room for.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { localDate, localTime, zoneOffsetUs } from '../../core/answers/clock-text.ts';

export interface Tick {
  readonly at: UnixMicros;
  readonly text: string;
}

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const STEPS_S = [
  ...[1, 5, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE_S),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR_S),
  ...[1, 2, 7, 14, 28, 91, 182, 365, 1826].map((n) => n * DAY_S),
];

/** @param most ticks that there is room for, at least 1 */
export function ticksOf(since: UnixMicros, until: UnixMicros, zone: string, most: number): readonly Tick[] {
  const step = (STEPS_S.find((seconds) => (until - since) / 1e6 / seconds <= most) ?? 3653 * DAY_S) * 1e6;
  const shift = zoneOffsetUs(since, zone);
  const ticks: Tick[] = [];
  for (let local = Math.ceil((since + shift) / step) * step; ; local += step) {
    // The zone may be another hour off by then: midnight stays midnight.
    const at = unixMicros(local - zoneOffsetUs(unixMicros(local - shift), zone));
    if (at > until || ticks.length > most + 1) return ticks;
    ticks.push({ at, text: tickText(at, step / 1e6, zone) });
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function tickText(at: UnixMicros, stepSeconds: number, zone: string): string {
  const clock = localTime(at, zone);
  if (stepSeconds >= DAY_S || clock === '00:00:00') {
    const [year = '', month = '1', day = '1'] = localDate(at, zone).split('-');
    const date = `${Number(day)} ${MONTHS[Number(month) - 1]}`;
    return stepSeconds >= 182 * DAY_S ? `${date} ${year}` : date;
  }
  return stepSeconds < MINUTE_S ? clock : clock.slice(0, 5);
}
