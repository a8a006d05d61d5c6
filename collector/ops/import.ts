/**
 * `dorawatch import perfdhcp`: the logs of the loop that dorawatch replaces, as a timeline with the brackets that they allow. With
 * --offline the report is printed here and now; without, the collector keeps the observations for good.
 */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { showProgressLine, withProgressLine } from '../../shared/io/progress-line.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { parseZone } from '../core/answers/time-input.ts';
import { MODES, type Mode } from '../core/config/config.ts';
import { importedPeriod, importedReport, importedRows } from '../core/import/imported-group.ts';
import { NAME_MAX, REQUEST_OBSERVATIONS, SERVERS_MAX } from '../core/import/limits.ts';
import { type GivenLog, type ReadLogs, readGivenLogs } from '../core/import/perfdhcp-import.ts';
import type { OpsClient } from './client.ts';
import { OpsError } from './ops-error.ts';
import { printReport } from './report.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';

interface ImportFlags extends CommonFlags {
  readonly group: string;
  readonly mode: Mode;
  readonly tz?: string;
  readonly offline?: boolean;
  readonly format?: 'table' | 'md' | 'json';
  readonly actor?: string;
}

interface Given {
  readonly server: string;
  readonly path: string;
}

/** A loop of one report every ten seconds for half a year. */
const FILE_MAX_BYTES = 512 * 1024 * 1024;

/** Read in more than a second or two. */
const LONG_CHARS = 16_000_000;

const HELP = `
Each FILE holds the reports of many runs, a date line before each ("date" in any usual form; a server's NAME on it says
whose run it is). The first NAME is the primary. A run is one observation over its whole length, so brackets are as wide
as the loop made them; what was on its way when a run ended is not counted as dropped.
What cannot be read is named on standard error with its file and line; everything else is imported.

Examples:
  dorawatch import perfdhcp --group drill primary=primary.log standby=standby.log --offline
  dorawatch import perfdhcp --group drill primary=primary.log standby=standby.log --tz Europe/London --offline --format md
  dorawatch import perfdhcp --group drill primary=both.log standby=both.log      # names are on the date lines
  dorawatch report --group drill --since 2021-02-09 --until 2021-02-10           # once it is in the collector`;

export function addImport(program: Command, runtime: Runtime): void {
  const parent = program.command('import').description('take in what other tools have measured');
  withCommonOptions(parent.command('perfdhcp'), 'JSON: the report with --offline, else what was stored')
    .description("take in logs of perfdhcp's printed reports (1.8 to 3.x)")
    .argument('<name=file...>', "a server's name and its log; the first is the primary", collectGiven)
    .requiredOption('--group <name>', 'the group that they become; none of the configuration')
    .addOption(new Option('--mode <mode>', 'how the servers share the work').choices(MODES).default('hot-standby'))
    .option('--tz <zone>', 'zone of dates without one, Europe/London say (default: the local zone)', zoneOf)
    .option('--offline', 'print the report; no collector is needed, nothing is stored')
    .addOption(new Option('--format <format>', 'with --offline: how to print it').choices(['table', 'md', 'json']))
    .option('--actor <who>', 'who imports it')
    .addHelpText('after', HELP)
    .action((given: readonly Given[], flags: ImportFlags) => importLogs(given, flags, runtime));
}

function collectGiven(text: string, before: readonly Given[] | undefined): readonly Given[] {
  const at = text.indexOf('=');
  const [server, path] = [text.slice(0, at).trim(), text.slice(at + 1)];
  if (at < 1 || server === '' || path === '') throw new InvalidArgumentError(`expected NAME=FILE, found "${text}".`);
  if (server.length > NAME_MAX || !/^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u.test(server))
    throw new InvalidArgumentError(
      `a server's name is letters, digits, "-", "_" and ".", at most ${NAME_MAX} of them; found "${server}".`,
    );
  const given = [...(before ?? []), { server, path }];
  if (new Set(given.map((one) => one.server)).size > SERVERS_MAX)
    throw new InvalidArgumentError(`at most ${SERVERS_MAX} servers in a group.`);
  return given;
}

function zoneOf(text: string): string {
  const zone = parseZone(text);
  if (!zone.ok) throw new InvalidArgumentError(`${zone.problem}.`);
  return zone.value;
}

async function importLogs(given: readonly Given[], flags: ImportFlags, runtime: Runtime): Promise<void> {
  if (flags.format !== undefined && flags.offline !== true)
    throw new OpsError('--format goes with --offline; ask the collector with dorawatch report', 2);
  const logs: GivenLog[] = [];
  for (const one of given) logs.push({ ...one, text: await readLog(one.path) });
  const zone = flags.tz ?? runtime.zone;
  const endProgress = showReading(logs);
  const read = readGivenLogs(withWholePaths(logs), { zone, now: runtime.clock.wall() });
  endProgress();
  for (const note of read.notes) process.stderr.write(`dorawatch: ${note}\n`);
  if (read.observations.length === 0) throw new OpsError('nothing could be imported', 1);
  const servers = [...new Set(given.map(({ server }) => server))];
  const { group, mode } = flags;
  if (flags.offline !== true) return store({ group, mode, servers }, read, flags, runtime);
  const imported = { group, mode, servers, observations: read.observations };
  const period = importedPeriod(imported);
  if (period === null) throw new OpsError('nothing could be imported', 1);
  const report = importedReport(imported, period, importedRows(imported));
  const format = flags.json === true ? 'json' : (flags.format ?? 'table');
  if (format === 'json') return runtime.write(jsonDocument(report));
  return printReport(report, format, { ...runtime, zone });
}

/** Reading leaves no time for a line that renews itself, so a long one is announced. */
function showReading(logs: readonly GivenLog[]): () => void {
  const characters = logs.reduce((sum, { text }) => sum + text.length, 0);
  if (characters < LONG_CHARS) return () => undefined;
  return showProgressLine(() => `reading ${Math.round(characters / 1e6)} MB of reports`, 0);
}

/** One file under two spellings is one file. */
const withWholePaths = (logs: readonly GivenLog[]): readonly GivenLog[] => {
  const shown = new Map(logs.map(({ path }) => [resolve(path), path]));
  return logs.map((log) => ({ ...log, path: shown.get(resolve(log.path)) ?? log.path }));
};

async function readLog(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > FILE_MAX_BYTES) throw new OpsError(`${path} has ${size} octets; at most ${FILE_MAX_BYTES}, split it`, 1);
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof OpsError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new OpsError(`cannot read ${path}: ${REASONS[code] ?? code}`, 1, cause);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
};

interface Target {
  readonly group: string;
  readonly mode: Mode;
  readonly servers: readonly string[];
}

/** In portions below a message's size; a portion that is stored already is no second one, so a broken import is done again. */
async function store(target: Target, { observations }: ReadLogs, flags: ImportFlags, runtime: Runtime): Promise<void> {
  const sum = { stored: 0, duplicates: 0, transitions: 0 };
  const send = async (client: OpsClient): Promise<void> => {
    for (let from = 0; from < observations.length; from += REQUEST_OBSERVATIONS) {
      const portion = observations.slice(from, from + REQUEST_OBSERVATIONS);
      const reply = await client.ask('Import', { ...target, observations: portion, actor: flags.actor ?? null });
      sum.stored += reply.stored;
      sum.duplicates += reply.duplicates;
      sum.transitions = reply.transitions;
    }
  };
  const progress = (seconds: number): string =>
    `${sum.stored + sum.duplicates} of ${observations.length} runs taken in ${seconds} s`;
  await withClient(flags, runtime, (client) => withProgressLine(progress, () => send(client)));
  if (flags.json === true) return runtime.write(jsonDocument({ group: target.group, ...sum }));
  const already = sum.duplicates === 0 ? '' : ` (${sum.duplicates} more were there already)`;
  return runtime.print(
    `Imported ${sum.stored} runs into ${target.group}${already}; they show ${sum.transitions} ${sum.transitions === 1 ? 'transition' : 'transitions'}.\n`,
  );
}
