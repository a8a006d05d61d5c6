/**
 * The timeline: findings as they stand now, and marks. Changes of the fold are applied to it; rows are told from it on
 * demand. It is a cache of the log with a bound, so a snapshot of it may always be thrown away.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import type { Finding } from '../finding.ts';
import type { LogEntry, MaintenanceEntry, MarkEntry, PauseEntry } from '../log-entry.ts';
import { maintenanceText } from '../maintenance/maintenance-text.ts';
import type { PlannedWithin } from '../maintenance/planned.ts';
import { pauseText } from '../pauses.ts';
import { findingId } from '../verdicts/finding-id.ts';
import type { FindingChange } from '../verdicts/views.ts';
import { eventRows, type StoredMark, type ToldRows } from './event-rows.ts';
import { FINDINGS_MAX, MARKS_MAX } from './limits.ts';

/** As it is written to disk. */
export interface TimelineSnapshot {
  readonly findings: readonly Finding[];
  readonly marks: readonly StoredMark[];
  readonly shed: number;
}

export interface Timeline {
  change(change: FindingChange): void;
  /** Adds what a person said. @returns it as stored */
  mark(entry: SaidEntry): StoredMark;
  /** What rows are told by has changed: what is planned. */
  retell(): void;
  /** Every finding as it stands, in no order that matters. */
  findings(): Iterable<Finding>;
  /** Every row, by `at`. */
  rows(): readonly EventRow[];
  /** Findings and marks thrown away for the bound. */
  readonly shed: number;
  snapshot(): TimelineSnapshot;
}

/** What people say, and is told as they said it. */
export type SaidEntry = MarkEntry | PauseEntry | MaintenanceEntry;

export const isSaidEntry = (entry: LogEntry): entry is SaidEntry =>
  entry.kind === 'mark' || entry.kind === 'pause' || entry.kind === 'maintenance';

const EMPTY: TimelineSnapshot = { findings: [], marks: [], shed: 0 };

/** @param planned what is planned of a place in a span, as rows say */
export function createTimeline(from: TimelineSnapshot = EMPTY, planned: PlannedWithin = () => null): Timeline {
  const findings = new Map(from.findings.map((finding) => [finding.id, finding]));
  const marks = new Map(from.marks.map((mark) => [mark.id, mark]));
  let shed = from.shed;
  let told: readonly EventRow[] | null = null;
  let rowsTold: ToldRows = new WeakMap();
  const bound = (map: Map<string, unknown>, max: number): void => {
    // Maps keep their order of insertion: the first key is what was found first.
    for (const key of map.keys()) {
      if (map.size <= max) return;
      map.delete(key);
      shed += 1;
    }
  };
  return {
    change: ({ kind, finding }) => {
      told = null;
      if (kind === 'withdrawn') findings.delete(finding.id);
      else findings.set(finding.id, finding);
      bound(findings, FINDINGS_MAX);
    },
    mark: (entry) => {
      told = null;
      const mark = storedSaid(entry);
      marks.set(mark.id, mark);
      bound(marks, MARKS_MAX);
      return mark;
    },
    retell: () => {
      told = null;
      rowsTold = new WeakMap();
    },
    findings: () => findings.values(),
    rows: () => {
      told ??= eventRows(findings.values(), marks.values(), { planned, told: rowsTold });
      return told;
    },
    get shed() {
      return shed;
    },
    snapshot: () => ({ findings: [...findings.values()], marks: [...marks.values()], shed }),
  };
}

/** A mark as the timeline keeps it: its identifier is a hash of the whole mark with the moment it was received, so two people may mark the same. */
export function storedMark({ at, receivedAt, text, group, server, site, actor, ref }: MarkEntry): StoredMark {
  const what = { at, receivedAt, text, group, server, site, actor, ref };
  return { id: findingId('mark', JSON.stringify(what)), ...what };
}

function storedSaid(entry: SaidEntry): StoredMark {
  if (entry.kind === 'mark') return storedMark(entry);
  if (entry.kind === 'pause') return stored(entry, entry.action, pauseText(entry));
  return stored(entry, `maintenance-${entry.action}`, maintenanceText(entry));
}

/** What a person did, told in a sentence. */
function stored(entry: PauseEntry | MaintenanceEntry, kind: NonNullable<StoredMark['kind']>, text: string): StoredMark {
  const { receivedAt, group, server, site, actor, ref } = entry;
  const at = entry.kind === 'maintenance' ? entry.since : receivedAt;
  const what = { at, receivedAt, text, group, server, site, actor, ref };
  return { id: findingId(kind, JSON.stringify(what)), kind, ...what };
}
