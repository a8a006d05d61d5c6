/**
 * Planned maintenance as the read model has it: the windows that the log tells of, and the answers to "was that planned?". What
 * is asked is a place and a moment of event time; nothing here reads a clock.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { LogEntry } from '../log-entry.ts';
import type { PauseScope } from '../steering.ts';
import type { PersonWindow } from './person-windows.ts';
import type { PlannedAt, PlannedPeriod, PlannedWithin, Span } from './planned.ts';
import { type Asked, covers, createWindows, type Windows, type WindowsSnapshot } from './windows.ts';

export interface MaintenanceSnapshot {
  readonly windows: WindowsSnapshot;
}

/** Which periods: those that touch [since, until) and concern a group (null: any). */
export interface PeriodsRequest {
  readonly group: string | null;
  readonly since: UnixMicros;
  readonly until: UnixMicros;
}

export interface Maintenance {
  /** Folds one entry. @returns whether what is planned is another thing now */
  apply(entry: LogEntry, asked: Asked): boolean;
  readonly plannedAt: PlannedAt;
  readonly plannedWithin: PlannedWithin;
  /** Oldest first, whole: not clipped to what was asked for. */
  periods(request: PeriodsRequest): readonly PlannedPeriod[];
  /** Every period that covers a place and touches a span. */
  covering(place: PauseScope, span: Span): readonly PlannedPeriod[];
  readonly ended: Windows['ended'];
  /** Windows of people, those that are over too. */
  readonly people: readonly PersonWindow[];
  snapshot(): MaintenanceSnapshot;
}

export function createMaintenance(from?: MaintenanceSnapshot): Maintenance {
  const windows = createWindows(from?.windows);
  const covering: Maintenance['covering'] = (place, span) => windows.touching(span, covers(place));
  const plannedWithin: PlannedWithin = (place, bracket) => covering(place, bracket)[0] ?? null;
  return {
    apply: windows.apply,
    covering,
    ended: windows.ended,
    plannedWithin,
    plannedAt: (place, at) => plannedWithin(place, { from: at, to: at }),
    periods: ({ group, since, until }) =>
      windows
        .touching(
          { from: since, to: until - 1 },
          (scope) => group === null || scope.group === null || scope.group === group,
        )
        .toSorted((a, b) => a.since - b.since),
    get people() {
      return windows.people;
    },
    snapshot: () => ({ windows: windows.snapshot() }),
  };
}
