/**
 * The command line of `dorawatch-collector replay`: arguments, a line of progress on a terminal, and how the outcome is printed. Kept out
 * of main.ts, which only knows the list of commands.
 */
import Table from 'cli-table3';
import type { Command } from 'commander';
import { unixMicros } from '../shared/core/units.ts';
import type { Clock } from '../shared/io/clock.ts';
import { jsonDocument } from './core/answers/ops-json.ts';
import {
  type Cells,
  comparedText,
  differenceCells,
  differenceRows,
  logText,
  type ReplayView,
  replayRows,
  rowCells,
} from './core/answers/replay-text.ts';
import type { CollectorConfig } from './core/config/config.ts';
import { ConfigRefusedError } from './io/accepted-config.ts';
import { readConfigFile } from './io/config-file.ts';
import { type Replay, replay } from './replay.ts';

interface ReplayFlags {
  readonly state: string;
  readonly config?: string;
  readonly paths?: boolean;
  readonly json?: boolean;
  readonly exitCode?: boolean;
}

const HELP = `
Every batch, clock sample and configuration is folded in its order, offline. With --config, the groups: and detect: of that
file stand in for those of every configuration in the log, so that settings can be tried on last month.
The collector must be stopped (or its state directory copied), and this be run as the directory's owner. Nothing in the log
or the record is changed.

Examples:
  dorawatch-collector replay --state /var/lib/dorawatch-collector
  dorawatch-collector replay --state ./copy --config other.yaml
  dorawatch-collector replay --state ./copy --config other.yaml --json | jq '.differences.moved[].by_ms'

Exit codes: 0 done, 1 failed, 2 bad arguments, 3 something differs from the record (with --exit-code).`;

/** Work that is done sooner needs no progress. */
const PROGRESS_AFTER_US = 2e6;
const PROGRESS_EVERY_US = 0.5e6;

export function addReplay(program: Command, clock: Clock): void {
  program
    .command('replay')
    .description('fold a stored log again, and print what differs from the record')
    .requiredOption('--state <dir>', "a collector's state directory")
    .option('--config <file>', 'try the groups: and detect: of this file')
    .option('--paths', "also each site's own view of a server")
    .option('--json', 'print one JSON document')
    .option('--exit-code', 'end with 3 when something differs')
    .addHelpText('after', HELP)
    .action((flags: ReplayFlags) => runReplay(flags, clock));
}

async function runReplay(flags: ReplayFlags, clock: Clock): Promise<void> {
  const config = flags.config === undefined ? null : await acceptedConfig(flags.config);
  const progress = progressLine(clock);
  const outcome = await replay({ state: flags.state, config, progress: progress.tell });
  progress.clear();
  const view = viewOf(outcome, flags.paths === true);
  process.stdout.write(flags.json === true ? jsonDocument(view) : replayText(view, flags.paths === true));
  const { differences } = view;
  const differs =
    differences !== null && differences.added.length + differences.gone.length + differences.moved.length > 0;
  if (flags.exitCode === true && differs) process.exitCode = 3;
}

async function acceptedConfig(path: string): Promise<CollectorConfig> {
  const { verdict } = await readConfigFile(path);
  if (!verdict.ok) throw new ConfigRefusedError(path, verdict.mistakes);
  return verdict.config;
}

function viewOf(outcome: Replay, paths: boolean): ReplayView {
  const { entries, since, until, isShortened, batchesSince, findings, record, difference } = outcome;
  const moment = (us: number | null) => (us === null ? null : unixMicros(us));
  return {
    log: {
      entries,
      since: moment(since),
      until: moment(until),
      raw_since: isShortened ? moment(batchesSince) : null,
    },
    rows: replayRows(findings, paths),
    differences: record === null ? null : differenceRows(difference, { record, replayed: findings, paths }),
  };
}

function replayText(view: ReplayView, paths: boolean): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const head = [`Time (${zone})`, '±', 'Group', 'Event'];
  const rows = view.rows.map((row) => rowCells(row, zone));
  const found = rows.length === 0 ? 'No transitions.' : table(head, rows);
  const parts = [logText(view, zone), found, comparedText(view)];
  const changed = view.differences === null ? [] : differenceCells(view.differences, zone);
  if (changed.length > 0) parts.push(table(['', ...head, 'By'], changed));
  if (!paths && rows.length > 0) parts.push("(--paths shows each site's own view too)");
  return `${parts.join('\n\n')}\n`;
}

function table(head: Cells, rows: readonly Cells[]): string {
  const lines = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) lines.push([...row]);
  return lines.toString();
}

/** One line that is written over, on a terminal only. */
function progressLine(clock: Clock): { tell(done: number, of: number): void; clear(): void } {
  const began = clock.wall();
  let told = began;
  const isTerminal = process.stderr.isTTY === true;
  return {
    tell: (done, of) => {
      const now = clock.wall();
      if (!isTerminal || now - began < PROGRESS_AFTER_US || now - told < PROGRESS_EVERY_US) return;
      told = now;
      process.stderr.write(`\rfolded ${done} of ${of} entries (${Math.floor((100 * done) / Math.max(1, of))} %) `);
    },
    clear: () => {
      if (told !== began) process.stderr.write('\r\u001b[K');
    },
  };
}
