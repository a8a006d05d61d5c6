/**
 * A report as people read it: Event, Time, Elapsed as in the table that a network team once typed, with gaps, overlaps and
 * failovers in their places and the line that says what was measured. The table and the Markdown share every word.
 */
import type { EventRow, FailoverView, ReportRow, ReportView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { plannedLine, plannedSuffix } from '../maintenance/maintenance-text.ts';
import { AVAILABILITY_HEAD, availabilityRows, countedText, countText, restsOnText } from './availability-text.ts';
import { elapsedText, isSharp, lengthText, localDate, localTime, stepText, uncertaintyText } from './clock-text.ts';
import { isSaid } from './event-rows.ts';
import { clientsText } from './event-text.ts';
import type { ReportTable } from './report.ts';

/** One line of the table: event, time, elapsed, uncertainty; `finding` marks those that are not rows of the JSON. */
export interface ReportLine {
  readonly cells: readonly [string, string, string, string];
  readonly finding: boolean;
}

export interface ReportText {
  readonly title: string;
  readonly head: readonly [string, string, string, string];
  readonly lines: readonly ReportLine[];
  /** Cells of a row a server under AVAILABILITY_HEAD; none when nothing was measured. */
  readonly availability: readonly (readonly string[])[];
  /** A line a period of maintenance. */
  readonly planned: readonly string[];
  /** "Measured from 1 site, …", after a gap that is still open. */
  readonly measured: string;
}

interface Placed extends ReportLine {
  readonly at: number;
}

/** @param zone IANA name of the zone that times are shown in */
export const reportText = (report: ReportView, zone: string): ReportText => ({
  title: `${report.group} (${report.mode}), ${period(report, zone)}`,
  head: ['Event', `Time (${zone})`, 'Elapsed', '±'],
  lines: reportLines(report, zone),
  availability: availabilityRows(report.availability),
  planned: report.planned.map((one) => plannedLine(one, zone)),
  measured: openGapText(report) + measuredText(report),
});

/** The table of events alone, row by row. */
export function reportLines(report: ReportTable, zone: string): readonly ReportLine[] {
  const dated = localDate(report.since, zone) !== localDate(report.until, zone);
  const time: TimeText = (at, tenths) => localTime(at, zone, { date: dated, tenths });
  const lines: Placed[] = [
    ...report.rows.map((row, index) => ({
      at: row.at,
      finding: false,
      cells: rowCells(row, report.rows[index - 1], time),
    })),
    ...[...report.gaps, ...report.overlaps].map((row) => ({
      at: row.at,
      finding: true,
      cells: intervalCells(row, report.until, time),
    })),
    ...report.failovers.map((failover) => ({ at: failover.at, finding: true, cells: failoverCells(failover, time) })),
  ];
  // Stable: a row stays before the finding that it began.
  lines.sort((a, b) => a.at - b.at);
  return lines.map(({ cells, finding }) => ({ cells, finding }));
}

type Cells = ReportLine['cells'];
type TimeText = (at: UnixMicros, tenths: boolean) => string;

/** @param before the row above, whose moment `elapsed_ms` counts from */
function rowCells(row: ReportRow, before: ReportRow | undefined, time: TimeText): Cells {
  const half = row.earliest === null || row.latest === null ? '-' : uncertaintyText((row.latest - row.earliest) / 2000);
  const name = isSaid(row)
    ? row.text + credit(row)
    : row.text + plannedSuffix(row) + (row.late ? ' (learned late)' : '');
  const sharp = isSharp(row);
  const elapsed = row.elapsed_ms;
  const step = elapsed === null ? '-' : stepText(elapsed, sharp && before !== undefined && isSharp(before));
  return [name, time(row.at, sharp), step, half];
}

/** "(CHG0012, ada)" behind a mark's text. */
function credit({ ref, actor }: EventRow): string {
  const given = [ref, actor].filter((part) => part !== null);
  return given.length === 0 ? '' : ` (${given.join(', ')})`;
}

function intervalCells(row: EventRow, until: UnixMicros, time: TimeText): Cells {
  const whose = row.bucket === null ? '' : ` ${clientsText(row.bucket)}`;
  const name = row.kind === 'gap' ? `gap: no server serving${whose}` : `overlap: both serving${whose}`;
  const half = row.uncertainty_ms ?? null;
  const length = row.duration_ms ?? null;
  return [
    `  ${name} for ${length === null ? `${lengthText((until - row.at) / 1000)} so far` : lengthText(length)}${plannedSuffix(row)}`,
    time(row.at, isSharp(row)),
    '',
    half === null ? '-' : uncertaintyText(half),
  ];
}

/** What a reader who skips the table must not miss; empty where no gap is open. */
function openGapText({ gaps, until }: ReportView): string {
  const open = gaps.filter((row) => (row.duration_ms ?? null) === null);
  const longest = open[0];
  if (longest === undefined) return '';
  const count =
    gaps.length === 1 ? 'The gap is' : `${open.length} of ${gaps.length} gaps ${open.length === 1 ? 'is' : 'are'}`;
  return `${count} still open: no server serving for ${elapsedText((until - longest.at) / 1000)} so far. `;
}

/** Uncertainty up to which a move without a provable gap is called one without, ms. */
const CLEAN_HANDOVER_MS = 1000;

function failoverCells(failover: FailoverView, time: TimeText): Cells {
  const { kind, from, to, at, gap_ms: gap, uncertainty_ms: half } = failover;
  // Brackets that touch prove no gap, and a wide pair of them does not disprove one.
  const none = half !== null && half > CLEAN_HANDOVER_MS ? ', gap not known' : ', without a gap';
  const without = gap === null ? '' : gap === 0 ? none : `, ${lengthText(gap)} without service`;
  // Half the sum of both widths: below half a second neither bracket is a second wide.
  const sharp = half !== null && half < 500;
  return [
    `  ${kind}: ${from} → ${to}${without}${plannedSuffix(failover)}`,
    time(at, sharp),
    '',
    half === null ? '-' : uncertaintyText(half),
  ];
}

function period({ since, until }: ReportView, zone: string): string {
  const sameDay = localDate(since, zone) === localDate(until, zone);
  return `${localTime(since, zone, { date: true })} to ${localTime(until, zone, { date: !sameDay })}`;
}

function measuredText({ measured, until, since }: ReportView): string {
  const { sites, rate_per_second: rate, drop_time_ms: drop, exchanges, unmeasured, unsent, late } = measured;
  const figures = `${countText(exchanges)} exchanges, ${countText(unmeasured)} unmeasured, ${countText(unsent)} unsent, ${countText(late)} late`;
  const per = Number.isInteger(rate) ? String(rate) : rate.toFixed(2);
  return (
    `Measured from ${sites} ${sites === 1 ? 'site' : 'sites'} at ${per}/s per server, drop time ${elapsedText(drop)}, ` +
    `over ${elapsedText((until - since) / 1000)}: ${figures}.${lostText(measured)}${restsOnText(measured)}`
  );
}

/** What agents measured and nobody can see any more. */
function lostText({ lost_exchanges: lost, lost_ms: ms }: ReportView['measured']): string {
  if (lost === 0 && ms === 0) return '';
  const hours = ms >= 360_000 ? `${(ms / 3_600_000).toFixed(1)} h` : elapsedText(ms);
  return ` Lost before the collector had them: ${countedText(lost, 'exchange')}, ${hours} at the site that lost most.`;
}

/** The report as GitHub-flavoured Markdown. */
export const reportMarkdown = (report: ReportView, zone: string): string =>
  written(reportText(report, zone), { title: (text) => `**${text}**`, finding: (text) => `*${text.trim()}*` });

/** The same without its emphasis, for a mail or a file. */
export const reportPlain = (report: ReportView, zone: string): string =>
  written(reportText(report, zone), { title: (text) => text, finding: (text) => text });

interface Emphasis {
  title(text: string): string;
  finding(text: string): string;
}

function written(
  { title: name, head, lines, availability, planned, measured }: ReportText,
  emphasis: Emphasis,
): string {
  const title = emphasis.title(name);
  const events = lines.map(({ cells, finding }) => {
    const [event, ...rest] = cells;
    return [finding ? emphasis.finding(event) : event, ...rest];
  });
  const servers = availability.length === 0 ? [] : [markdownTable(AVAILABILITY_HEAD, availability)];
  return [title, markdownTable(head, events), ...servers, ...planned, measured].map((part) => `${part}\n`).join('\n');
}

function markdownTable(head: readonly string[], body: readonly (readonly string[])[]): string {
  const safe = (text: string): string => text.trim().replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = [[...head], ...body.map((cells) => cells.map(safe))];
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 3)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line([...head]), rule, ...rows.slice(1).map(line)].join('\n');
}
