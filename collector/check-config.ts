/**
 * The command line of `dorawatch-collector check-config`: every mistake of a file, or what it means; with --diff, what changing to
 * it would mean. Kept out of main.ts, which only knows the list of commands.
 */
import Table from 'cli-table3';
import { type Command, CommanderError } from 'commander';
import type { UnixMicros } from '../shared/core/units.ts';
import { createClock } from '../shared/io/clock.ts';
import { outputWidth } from '../shared/io/terminal.ts';
import { type Column, fitTable } from './core/answers/table-fit.ts';
import type { CollectorConfig } from './core/config/config.ts';
import { configDifference, differenceLines } from './core/config/difference.ts';
import { assignmentsOf, loadOf } from './core/config/load.ts';
import { clientRows, loadWarnings, type Rows, serverRows, sweepRows, totalText } from './core/config/load-text.ts';
import { alertsSummary, influxSummary, retentionSummary, sitesSummary } from './core/config/summary.ts';
import { windowLines } from './core/maintenance/listing.ts';
import { ConfigRefusedError } from './io/accepted-config.ts';
import { readConfigFile } from './io/config-file.ts';

interface CheckFlags {
  readonly config?: string;
  readonly diff?: string;
}

const HELP = `
Figures are those of one agent at every site; more agents at a site share its rate. Packets are counted while everything is
answered: a DORA is DISCOVER, REQUEST and RELEASE to a server, OFFER and ACK from it; a DO is DISCOVER and OFFER.
Leases at worst: an address for each identity (in a sweep: in each subnet), when agents are killed or every RELEASE is lost, until
it expires or they start again and release it. dorawatch agents counts the same, with what is held now.

Examples:
  dorawatch-collector check-config collector.yaml
  dorawatch-collector check-config new.yaml --diff /etc/dorawatch/collector.yaml    # what changing to new.yaml means
  git show HEAD:collector.yaml > old.yaml; dorawatch-collector check-config collector.yaml --diff old.yaml

Exit code 0: no mistake, 1: mistakes (in either file).`;

export function addCheckConfig(program: Command): void {
  program
    .command('check-config')
    .description('print every mistake in a configuration, or what it means')
    .argument('[file]', 'YAML file')
    .option('--config <file>', 'the same as the argument')
    .option('--diff <old>', 'print what changing from this file means, in packets, leases and sites')
    .addHelpText('after', HELP)
    .action((file: string | undefined, flags: CheckFlags) => check(file, flags));
}

async function check(file: string | undefined, { config: flag, diff }: CheckFlags): Promise<void> {
  const path = file ?? flag;
  if (path === undefined) throw new CommanderError(2, 'address', 'check-config needs a file');
  const config = await accepted(path);
  const before = diff === undefined ? null : await accepted(diff);
  // What is wrong was asked for, so it has been printed; both files are read first.
  if (config === null || (diff !== undefined && before === null)) process.exitCode = 1;
  else if (before !== null && diff !== undefined) process.stdout.write(differenceText({ path, diff }, before, config));
  else process.stdout.write(meaningText(path, config, createClock().wall()));
}

/** The configuration, or null when its mistakes were printed: on standard output, for whoever pipes it wants the list. */
async function accepted(path: string): Promise<CollectorConfig | null> {
  const { verdict } = await readConfigFile(path);
  if (verdict.ok) return verdict.config;
  process.stdout.write(`${new ConfigRefusedError(path, verdict.mistakes).message}\n`);
  return null;
}

/** @param now for the next occurrence of windows of maintenance */
function meaningText(path: string, config: CollectorConfig, now: UnixMicros): string {
  const load = loadOf(config, assignmentsOf(config));
  const { influx } = config;
  const paragraphs = [
    `${path} has no mistakes.`,
    ...[serverRows(config, load), sweepRows(load), clientRows(load)].flatMap(tableText),
    [
      totalText(config, load),
      sitesSummary(config),
      retentionSummary(config),
      ...(influx === null ? [] : [influxSummary(influx)]),
      ...windowLines(config.maintenance, now),
      ...alertsSummary(config.alerts),
      ...loadWarnings(config, load).map((warning) => `Warning: ${warning}`),
    ].join('\n'),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function differenceText(
  { path, diff }: { readonly path: string; readonly diff: string },
  before: CollectorConfig,
  after: CollectorConfig,
): string {
  const difference = configDifference(before, after);
  const load = loadOf(after, assignmentsOf(after));
  const paragraphs = [
    `From ${diff} to ${path}:`,
    ...tableText(difference.loads),
    [
      ...differenceLines(difference, after.sites.length),
      ...loadWarnings(after, load).map((warning) => `Warning: ${warning}`),
    ].join('\n'),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

const NAMES: ReadonlySet<string> = new Set(['Group', 'Server', 'Site swept', 'Client at site']);
/** What a reader of the figures can do without. */
const DROPS: Readonly<Record<string, number>> = { Mode: 1, Role: 2, Kind: 3, Address: 4 };

function columnOf(head: string): Column {
  const drop = DROPS[head];
  return { head, gives: NAMES.has(head) ? 'shorten' : 'wrap', ...(drop === undefined ? {} : { drop }) };
}

/** Nothing for a head without rows. */
function tableText([head = [], ...rows]: Rows): readonly string[] {
  if (rows.length === 0) return [];
  const fitted = fitTable(head.map(columnOf), rows, outputWidth());
  const table = new Table({ head: [...fitted.head], style: { head: [], border: [], compact: true } });
  for (const row of fitted.rows) table.push([...row]);
  return [table.toString()];
}
