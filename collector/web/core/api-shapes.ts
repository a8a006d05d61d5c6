/**
 * What the HTTP API answers in a form of its own, as the page reads it: moments are numbers again (µs since 1970, collector's
 * clock). All else is in shared/core (ops-view, history-view), as the commands print it.
 */
import type { EventRow, StatusView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';

/** `status`: the command's document, the collector's present and its version. */
export interface PageStatus extends StatusView {
  readonly now: UnixMicros;
  readonly version: string;
}

export interface EventsAnswer {
  readonly events: readonly EventRow[];
  readonly truncated: boolean;
}
