/**
 * A period of planned maintenance as a value: a part of what is watched (status, report) and of what is answered to those who plan.
 * Conventions as in ops-shapes.
 */
import type { PlannedView } from '../core/ops-view.ts';
import { message, moment, momentOrNull, text, textOrNull } from './ops-fill.ts';

/** A period of maintenance. */
export const planned = message<PlannedView>({
  source: text,
  group: textOrNull,
  server: textOrNull,
  site: textOrNull,
  since: moment,
  until: momentOrNull,
  text,
  actor: textOrNull,
  ref: textOrNull,
});
