/** `dorawatch report`: the failover table of a group over a period, as table, Markdown or JSON. */
import { type Command, Option } from 'commander';
import type { ReportView } from '../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { withProgressLine } from '../../shared/io/progress-line.ts';
import { AVAILABILITY_HEAD } from '../core/answers/availability-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { reportMarkdown, reportText } from '../core/answers/report-text.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { type CommonFlags, type Runtime, TIMES_HELP, timeReader, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface ReportFlags extends CommonFlags {
  readonly group: string;
  readonly since: UnixMicros;
  readonly until?: UnixMicros;
  readonly format: 'table' | 'md' | 'json';
}

const HELP = `
Marks and transitions in order, the time from one to the next, and how well each is known (±). Gaps, overlaps and
failovers stand in their places; the last line says what was measured. "(planned)" is what falls into maintenance.
${TIMES_HELP}

Examples:
  dorawatch report --group corsham-dhcp --since 11:30
  dorawatch report --group corsham-dhcp --since 11:30 --until 12:00 --format md > report.md
  dorawatch report --group corsham-dhcp --since yesterday --json | jq '.gaps[].duration_ms'`;

export function addReport(program: Command, runtime: Runtime): void {
  const time = timeReader(runtime);
  withCommonOptions(program.command('report'), 'the same as --format json')
    .description('the failover table of a period')
    .requiredOption('--group <name>', 'the group')
    .requiredOption('--since <time>', 'from this moment on', time)
    .option('--until <time>', 'before this moment (default: now)', time)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'md', 'json']).default('table'))
    .addHelpText('after', HELP)
    .action((flags: ReportFlags) => showReport(flags, runtime));
}

async function showReport(flags: ReportFlags, runtime: Runtime): Promise<void> {
  const { group, since, until = null } = flags;
  const report = await withClient(flags, runtime, (client) =>
    withProgressLine(
      (seconds) => `the collector is reading what it stored: ${seconds} s`,
      () => client.ask('Report', { group, since, until }),
    ),
  );
  if (flags.json === true || flags.format === 'json') return runtime.write(jsonDocument(report));
  return printReport(report, flags.format, runtime);
}

/** Prints a report for people. @param format "md" is Markdown, whose lines are never folded */
export function printReport(report: ReportView, format: string, runtime: Runtime): Promise<void> {
  if (format === 'md') return runtime.write(reportMarkdown(report, runtime.zone));
  return runtime.print(reportTable(report, runtime));
}

/** A report's tables and what they rest on. */
export function reportTable(report: ReportView, runtime: Pick<Runtime, 'zone' | 'width'>): string {
  const { title, head, lines, availability, planned, measured } = reportText(report, runtime.zone);
  const cells = lines.map((line) => line.cells);
  const table =
    cells.length === 0
      ? 'No transition, gap or mark in this period.\n'
      : tableText(columnsOf(head, EVENT_COLUMNS), cells, runtime);
  const servers =
    availability.length === 0
      ? ''
      : `${tableText(columnsOf(AVAILABILITY_HEAD, AVAILABILITY_COLUMNS), availability, runtime)}\n`;
  const plans = planned.map((line) => `${line}\n`).join('');
  return `${title}\n\n${table}\n${servers}${plans}${measured}\n`;
}

/** What each column gives where the table is too wide, in the heads' order. */
type Giving = Omit<Column, 'head'>;
const EVENT_COLUMNS: readonly Giving[] = [{ gives: 'wrap' }, {}, { drop: 2 }, { drop: 1 }];
const AVAILABILITY_COLUMNS: readonly Giving[] = [
  { gives: 'shorten' },
  { drop: 3 },
  { drop: 4 },
  {},
  { drop: 2 },
  { drop: 1 },
];

const columnsOf = (heads: readonly string[], giving: readonly Giving[]): readonly Column[] =>
  heads.map((head, index) => ({ head, ...giving[index] }));
