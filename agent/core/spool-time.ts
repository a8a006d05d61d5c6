/**
 * The spool's own time, by which a batch's age is told. While the agent runs it is the monotonic clock, so that a step of the
 * wall clock ages nothing. Over a restart only the wall clock can tell how long the agent was away, and a host without a
 * battery clock may wake up in any year: an absence is believed up to half the age limit, and otherwise counts as none.
 * Rejected: the batches' own anchors; one boot with a wrong date would have the next throw away the whole spool.
 */

/** When a record was spooled: by the spool's time, and by the wall clock of that epoch (anchor + monotonic); µs. */
export interface SpoolMoment {
  readonly spoolUs: number;
  readonly wallUs: number;
}

/**
 * The spool's time at its opening.
 * @param last of the newest record; null: an empty spool, which begins anywhere
 * @param ageMaxUs the age limit
 */
export function resumeSpoolTime(last: SpoolMoment | null, wallUs: number, ageMaxUs: number): number {
  if (last === null) return wallUs;
  const away = wallUs - last.wallUs;
  return last.spoolUs + (away > 0 && away <= ageMaxUs / 2 ? away : 0);
}
