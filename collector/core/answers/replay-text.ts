/**
 * A replay as a person and as a program read it: what the log shows, and what of that is not as it stands on record.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { Finding } from '../finding.ts';
import { elapsedText, isSharp, lengthText, localTime, uncertaintyText } from './clock-text.ts';
import { eventRows } from './event-rows.ts';
import type { MovedFinding, ReplayDifference } from './replay-difference.ts';

/** What is printed, key for key. */
export interface ReplayView {
  /** What the log holds; null where it holds nothing. */
  readonly log: {
    readonly entries: number;
    readonly since: UnixMicros | null;
    readonly until: UnixMicros | null;
    /** Receipt of the oldest batch left, when older ones have been removed; null: none has. */
    readonly raw_since: UnixMicros | null;
  };
  /** Transitions, silences, gaps, overlaps, failovers; of single sites only where asked for. */
  readonly rows: readonly EventRow[];
  /** null: there is no record to compare with. */
  readonly differences: {
    readonly added: readonly EventRow[];
    readonly gone: readonly EventRow[];
    readonly moved: readonly {
      readonly before: EventRow;
      readonly after: EventRow;
      readonly by_ms: number;
      readonly detected_by_ms: number;
    }[];
    readonly same: number;
    readonly beyond: number;
  } | null;
}

/** @param paths single sites' views too */
export function replayRows(findings: readonly Finding[], paths: boolean): readonly EventRow[] {
  return eventRows(findings, []).filter((row) => paths || row.kind !== 'transition' || row.site === null);
}

/** The differences as rows, each told in the history that it belongs to. */
export function differenceRows(
  { added, gone, moved, same, beyond }: ReplayDifference,
  {
    record,
    replayed,
    paths,
  }: { readonly record: readonly Finding[]; readonly replayed: readonly Finding[]; readonly paths: boolean },
): NonNullable<ReplayView['differences']> {
  const then = new Map(replayRows(record, paths).map((row) => [row.id, row]));
  const now = new Map(replayRows(replayed, paths).map((row) => [row.id, row]));
  const pick = (rows: ReadonlyMap<string, EventRow>, ids: readonly Finding[]): readonly EventRow[] =>
    ids.flatMap(({ id }) => rows.get(id) ?? []);
  const pairs = moved.flatMap(({ before, after, byMs, detectedByMs }: MovedFinding) => {
    const [old, fresh] = [then.get(before.id), now.get(after.id)];
    return old && fresh ? [{ before: old, after: fresh, by_ms: byMs, detected_by_ms: detectedByMs }] : [];
  });
  return { added: pick(now, added), gone: pick(then, gone), moved: pairs, same, beyond };
}

export type Cells = readonly string[];

/** Time, uncertainty, group, event. */
export function rowCells(row: EventRow, zone: string): Cells {
  const half = row.earliest === null || row.latest === null ? '-' : uncertaintyText((row.latest - row.earliest) / 2000);
  const length = row.duration_ms ?? row.gap_ms ?? null;
  const text = length === null || length === 0 ? row.text : `${row.text} (${lengthText(length)})`;
  return [localTime(row.at, zone, { date: true, tenths: isSharp(row) }), half, row.group ?? '-', text];
}

/** The same with what became of it in front and behind. */
export function differenceCells(differences: NonNullable<ReplayView['differences']>, zone: string): readonly Cells[] {
  const lines = [
    ...differences.added.map((row) => ({ row, cells: ['added', ...rowCells(row, zone), ''] })),
    ...differences.gone.map((row) => ({ row, cells: ['gone', ...rowCells(row, zone), ''] })),
    ...differences.moved.map(({ after, ...change }) => ({
      row: after,
      cells: ['moved', ...rowCells(after, zone), changeText(change)],
    })),
  ];
  return lines.sort((a, b) => a.row.at - b.row.at).map(({ cells }) => cells);
}

function changeText({
  by_ms: by,
  detected_by_ms: detected,
}: {
  readonly by_ms: number;
  readonly detected_by_ms: number;
}): string {
  const parts = [
    Math.abs(by) >= 1 ? stepOf(by) : 'another bracket or length',
    Math.abs(detected) >= 50 ? `told ${stepOf(detected)}` : '',
  ];
  return (Math.abs(by) < 1 && Math.abs(detected) >= 100 ? parts.slice(1) : parts)
    .filter((part) => part !== '')
    .join(', ');
}

const stepOf = (ms: number): string =>
  `${Math.abs(ms) < 50 ? 'less than 0.1s' : elapsedText(Math.abs(ms))} ${ms < 0 ? 'earlier' : 'later'}`;

/** One sentence on what was read, and how far back. */
export function logText({ log }: ReplayView, zone: string): string {
  const { entries, since, until, raw_since: back } = log;
  if (since === null || until === null) return 'The log is empty.';
  const span = `${localTime(since, zone, { date: true })} to ${localTime(until, zone, { date: true })} (${zone})`;
  const shortened =
    back === null
      ? ''
      : `\nOlder batches have been removed: it can show nothing from before ${localTime(unixMicros(back), zone, { date: true })}.`;
  return `Folded ${entries} entries received from ${span}.${shortened}`;
}

/** One sentence on the comparison. */
export function comparedText({ differences }: ReplayView): string {
  if (differences === null) return 'There is no read model beside the log, so nothing is on record to compare with.';
  const { added, gone, moved, same, beyond } = differences;
  const unseen = beyond === 0 ? '' : ` ${beyond} on record are from before the log begins and were not compared.`;
  if (added.length + gone.length + moved.length === 0)
    return `All ${same} findings are as they are on record.${unseen}`;
  return `Against the record: ${added.length} added, ${gone.length} gone, ${moved.length} moved, ${same} the same.${unseen}`;
}
