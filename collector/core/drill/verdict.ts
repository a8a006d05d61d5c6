/**
 * What a drill showed against the limits it was given: one line a check, and whether all of them hold. A gap counts with its
 * whole uncertainty on the side of the doubt: "within 60 s" is claimed only where 60 s is beyond what it may have been.
 */
import type { EventRow, ReportView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';

export interface DrillLimits {
  /** The longest that nobody may serve, at a time; null: any. */
  readonly maxGapMs: number | null;
}

export interface DrillCheck {
  readonly what: string;
  readonly at: UnixMicros | null;
  readonly limit_ms: number | null;
  /** Null: it never ended, or never happened. */
  readonly measured_ms: number | null;
  readonly uncertainty_ms: number | null;
  readonly ok: boolean;
}

/** "passed", "failed" (a limit does not hold), or "ended early" (what was done is in the steps). */
export type DrillResult = 'passed' | 'failed' | 'ended early';

/** A thing that was done or seen, for the record. */
export interface DrillStep {
  readonly at: UnixMicros;
  readonly text: string;
}

/** The whole record of a drill, as it is written beside the report. */
export interface DrillRecord {
  readonly group: string;
  readonly server: string;
  readonly ref: string | null;
  readonly actor: string | null;
  readonly result: DrillResult;
  /** Why it ended early; null: it did not. */
  readonly problem: string | null;
  readonly checks: readonly DrillCheck[];
  readonly steps: readonly DrillStep[];
  readonly report: ReportView;
}

/** Every gap of the drill against the limit, and that service moved and came back. */
export function drillChecks(report: ReportView, { maxGapMs }: DrillLimits): readonly DrillCheck[] {
  const moves = (['failover', 'fail-back'] as const).map((kind): DrillCheck => {
    const move = report.failovers.find((one) => one.kind === kind);
    const what = kind === 'failover' ? 'the partner took over' : 'service came back';
    const known = { measured_ms: move?.gap_ms ?? null, uncertainty_ms: move?.uncertainty_ms ?? null };
    return { what, at: move?.at ?? null, limit_ms: null, ...known, ok: move !== undefined };
  });
  return [...moves, ...report.gaps.map((gap) => gapCheck(gap, maxGapMs))];
}

function gapCheck(gap: EventRow, limit: number | null): DrillCheck {
  const [length, doubt] = [gap.duration_ms ?? null, gap.uncertainty_ms ?? null];
  const isWithin = limit === null || (length !== null && length + (doubt ?? 0) <= limit);
  const ok = length !== null && isWithin;
  return { what: gap.text, at: gap.at, limit_ms: limit, measured_ms: length, uncertainty_ms: doubt, ok };
}

/** Cells of a table, its head first. */
export function checkTable(checks: readonly DrillCheck[]): readonly (readonly string[])[] {
  const rows = checks.map(({ what, limit_ms, measured_ms, uncertainty_ms, ok }) => [
    ok ? 'ok' : 'NOT OK',
    what,
    measured_ms === null ? '-' : `${seconds(measured_ms)} ± ${seconds(uncertainty_ms ?? 0, 2)}`,
    limit_ms === null ? '-' : `at most ${seconds(limit_ms)}`,
  ]);
  return [['', 'What', 'Nobody served for', 'Limit'], ...rows];
}

const seconds = (ms: number, digits = 1): string => `${(ms / 1000).toFixed(digits)} s`;
