/**
 * `dorawatch drill`: the failover test that a team would do by hand, as a command: checked before, marked, waited for, brought
 * back, and judged against limits. It writes a Markdown report and a JSON record.
 */
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { errorText } from '../../shared/core/error-text.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { rfc3339 } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { reportMarkdown } from '../core/answers/report-text.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { checkTable, type DrillRecord } from '../core/drill/verdict.ts';
import { openDrillHost } from './drill-host.ts';
import { type DrillPlan, runDrill } from './drill-run.ts';
import { OpsError } from './ops-error.ts';
import { type CommonFlags, durationReader, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface DrillFlags extends CommonFlags {
  readonly group: string;
  readonly server?: string;
  readonly down?: string;
  readonly up?: string;
  readonly raiseSecs?: boolean;
  readonly hold?: number;
  readonly limit?: number;
  readonly maxGap?: number;
  readonly ref?: string;
  readonly actor?: string;
  readonly page?: boolean;
  readonly yes?: boolean;
  readonly out?: string;
}

const HELP = `
Checks that the group is normal, has the primary taken down (by --down, or by you when it asks), marks it, waits for the
takeover, holds, has it brought back, waits until the group is normal again, and writes OUT.md and OUT.json.
A failed command, a time limit and Ctrl-C end it early: it says where things stand and offers the way back; with --yes
it then runs --up without asking.
While it lasts the group is in maintenance, so that nobody is called for it; what is still wrong when it ends is told then.
--raise-secs makes probes of the group tell how long they have been unanswered, as waiting clients do, until the
takeover: a pair with max-unacked-clients above 0 fails over only when enough clients wait, and at night none do.

Exit codes: 0 passed, 1 ended early or could not begin, 2 bad arguments, 3 a limit does not hold.

Examples:
  dorawatch drill --group corsham-dhcp --max-gap 60s --ref CHG123
  dorawatch drill --group corsham-dhcp --down 'ssh kea1 sudo systemctl stop kea-dhcp4-server' \\
    --up 'ssh kea1 sudo systemctl start kea-dhcp4-server' --hold 5m --max-gap 60s --yes`;

export function addDrill(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('drill'), 'print the record as one JSON document')
    .description('take a primary down on purpose, and see the failover judged')
    .requiredOption('--group <name>', 'the group')
    .option('--server <name>', 'whom to take down (default: the primary)')
    .option('--down <command>', 'takes it down (sh -c); without it you are asked to')
    .option('--up <command>', 'brings it back')
    .option('--raise-secs', 'let probes count as waiting clients until the takeover')
    .option('--hold <duration>', 'how long the partner is to serve alone (default: 1m)', durationReader())
    .option(
      '--limit <duration>',
      'how long to wait for the takeover, and for the return (default: 15m)',
      durationReader(),
    )
    .option('--max-gap <duration>', 'fail when nobody served for longer, at any time', durationReader())
    .option('--ref <text>', 'a change number, for the marks')
    .option('--actor <who>', 'who does it, for the marks')
    .option('--page', 'let people be called as if nobody had planned it')
    .option('--yes', 'ask nothing; needs --down and --up')
    .option('--out <path>', 'where to write, without .md and .json (default: drill-GROUP-TIME here)')
    .addHelpText('after', HELP)
    .action((flags: DrillFlags) => drill(flags, runtime));
}

async function drill(flags: DrillFlags, runtime: Runtime): Promise<void> {
  const plan = planOf(flags);
  const out = flags.out ?? `drill-${plan.group}-${stamp(runtime.clock.wall())}`;
  // Before anything is taken down: a record that cannot be written is found out too late at the end.
  await writeFile(`${out}.json`, '', { flag: 'a' }).catch((error: unknown) => {
    throw new OpsError(`the record cannot be written: ${errorText(error)}`, 1);
  });
  const record = await withClient(flags, runtime, async (client) => {
    const { group, ref, actor } = plan;
    const host = openDrillHost({ client, runtime, group, ref, actor, answerMs: plan.limitMs });
    try {
      return await runDrill(plan, host);
    } finally {
      host.close();
    }
  });
  await writeFile(`${out}.json`, jsonDocument(record));
  await writeFile(`${out}.md`, markdown(record, runtime.zone));
  process.exitCode = record.result === 'passed' ? 0 : record.result === 'failed' ? 3 : 1;
  if (flags.json === true) return runtime.write(jsonDocument(record));
  const [head = [], ...rows] = checkTable(record.checks);
  const columns = head.map((title, index) => ({ head: title, ...LIMIT_COLUMNS[index] }));
  const table = rows.length === 0 ? '' : `${tableText(columns, rows, runtime)}\n`;
  return runtime.print(`${table}Drill of ${record.group}: ${resultText(record)}. Written: ${out}.md, ${out}.json\n`);
}

/** What each column of the limits gives where they are too wide. */
const LIMIT_COLUMNS: readonly Omit<Column, 'head'>[] = [
  {},
  { gives: 'wrap' },
  { gives: 'wrap' },
  { gives: 'wrap', drop: 1 },
];

function planOf(flags: DrillFlags): DrillPlan {
  const {
    group,
    hold = 60_000,
    limit = 900_000,
    server = null,
    down = null,
    up = null,
    ref = null,
    actor = null,
    maxGap = null,
  } = flags;
  if (flags.yes === true && (down === null || up === null))
    throw new InvalidArgumentError('--yes asks nobody, so it needs --down and --up.');
  if (flags.yes !== true && process.stdin.isTTY !== true)
    throw new InvalidArgumentError(
      'a drill asks before it begins, and there is no terminal; --yes with --down and --up goes without.',
    );
  return {
    group,
    server,
    down,
    up,
    raiseSecs: flags.raiseSecs === true,
    holdMs: hold,
    limitMs: limit,
    limits: { maxGapMs: maxGap },
    ref,
    actor,
    page: flags.page === true,
    yes: flags.yes === true,
  };
}

/** "20260301T113015Z" */
const stamp = (at: UnixMicros): string => `${rfc3339(at).slice(0, 19).replace(/[-:]/g, '')}Z`;

const resultText = ({ result, problem }: DrillRecord): string => (problem === null ? result : `${result} (${problem})`);

function markdown(record: DrillRecord, zone: string): string {
  const [head = [], ...rows] = checkTable(record.checks);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = line(head.map(() => '---'));
  const title = `# Drill of ${record.group}: ${resultText(record)}`;
  const about = [record.ref, record.actor].filter((text) => text !== null).join(', ');
  const who = `Taken down: ${record.server}${about === '' ? '' : ` (${about})`}.`;
  return [title, '', who, '', line(head), rule, ...rows.map(line), '', reportMarkdown(record.report, zone)].join('\n');
}
