/**
 * One event as a sentence with everything that belongs to it: who set a mark, how long a gap lasted or lasts, that it was learned
 * late. `events` and `top` both print it.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { plannedSuffix } from '../maintenance/maintenance-text.ts';
import { elapsedText, lengthText } from './clock-text.ts';
import { isSaid } from './event-rows.ts';

/** @param now for the length of what is still open */
export function eventSentence(event: EventRow, now: UnixMicros): string {
  const credit = [event.ref, event.actor].filter((part) => part !== null).join(', ');
  const late = plannedSuffix(event) + (event.late ? ' (learned late)' : '');
  if (isSaid(event)) return `* ${event.text}${credit === '' ? '' : ` (${credit})`}`;
  if (event.kind === 'gap' || event.kind === 'overlap') {
    const length = event.duration_ms ?? null;
    return `${event.text} for ${length === null ? `${elapsedText(Math.max(0, now - event.at) / 1000)} so far` : lengthText(length)}${late}`;
  }
  const gap = event.gap_ms ?? 0;
  return `${event.text}${gap > 0 ? `, ${lengthText(gap)} without service` : ''}${late}`;
}
