/**
 * The timeline: findings as they stand now, and marks. Changes of the fold are applied to it; rows are told from it on
 * demand. It is a cache of the log with a bound, so a snapshot of it may always be thrown away.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import type { Finding } from '../finding.ts';
import type { MarkEntry, PauseEntry } from '../log-entry.ts';
import { pauseText } from '../pauses.ts';
import { findingId } from '../verdicts/finding-id.ts';
import type { FindingChange } from '../verdicts/views.ts';
import { eventRows, type StoredMark } from './event-rows.ts';
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
  mark(entry: MarkEntry | PauseEntry): StoredMark;
  /** Every finding as it stands, in no order that matters. */
  findings(): Iterable<Finding>;
  /** Every row, by `at`. */
  rows(): readonly EventRow[];
  /** Findings and marks thrown away for the bound. */
  readonly shed: number;
  snapshot(): TimelineSnapshot;
}

const EMPTY: TimelineSnapshot = { findings: [], marks: [], shed: 0 };

export function createTimeline(from: TimelineSnapshot = EMPTY): Timeline {
  const findings = new Map(from.findings.map((finding) => [finding.id, finding]));
  const marks = new Map(from.marks.map((mark) => [mark.id, mark]));
  let shed = from.shed;
  let told: readonly EventRow[] | null = null;
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
      const mark = entry.kind === 'mark' ? storedMark(entry) : storedPause(entry);
      marks.set(mark.id, mark);
      bound(marks, MARKS_MAX);
      return mark;
    },
    findings: () => findings.values(),
    rows: () => {
      told ??= eventRows(findings.values(), marks.values());
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

/** A pause as the timeline keeps it, told in a sentence. */
function storedPause(entry: PauseEntry): StoredMark {
  const { action, receivedAt, group, server, site, actor, ref } = entry;
  const what = { at: receivedAt, receivedAt, text: pauseText(entry), group, server, site, actor, ref };
  return { id: findingId(action, JSON.stringify(what)), kind: action, ...what };
}
