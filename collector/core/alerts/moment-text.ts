/**
 * How a moment stands in an alert's sentence: with its date and its zone, since whoever reads it at night may be elsewhere.
 * Rejected: RFC 3339, which the JSON beside it has.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { localTime } from '../answers/clock-text.ts';

/** "2026-03-01 11:36:06 Europe/London" */
export const momentText = (at: UnixMicros, zone: string): string => `${localTime(at, zone, { date: true })} ${zone}`;
