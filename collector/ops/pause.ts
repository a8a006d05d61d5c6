/** `dorawatch pause` and `resume`: probing stopped and set going again, of all, a group, a server or a site, with who and why. */
import { type Command, InvalidArgumentError } from 'commander';
import type { PauseRow, PausesView } from '../../shared/core/ops-reply.ts';
import type { PauseRequest } from '../../shared/core/ops-request.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface PauseFlags extends CommonFlags {
  readonly group?: string;
  readonly server?: string;
  readonly site?: string;
  readonly all?: boolean;
  readonly reason?: string;
  readonly actor?: string;
  readonly ref?: string;
  readonly list?: boolean;
}

const PAUSE_HELP = `
Agents that are connected stop within seconds, those that connect later do not begin; exchanges in flight are finished and their
leases released. A pause stands on disk before it is confirmed, outlives restarts, and is a row of events and reports.
What is named together is narrowed down: --group G --site X pauses G at X alone. A server's pause does not keep what clients
broadcast (sites with "client:") from it; pausing the group or the site does.

Examples:
  dorawatch pause --group corsham-dhcp --reason "core switch is replaced" --ref CHG0012
  dorawatch pause --group corsham-dhcp --server standby --actor ada
  dorawatch pause --site leeds
  dorawatch pause --all --reason "flood in Kea's log"
  dorawatch pause --list                                      # what is paused`;

const RESUME_HELP = `
Ends every pause that lies within what is named, and no wider one: where a site is paused by itself, it stays so when its
group is resumed by name. --all ends every pause.

Examples:
  dorawatch resume --group corsham-dhcp
  dorawatch resume --group corsham-dhcp --server standby --actor ada --ref CHG0012
  dorawatch resume --all`;

export function addPause(program: Command, runtime: Runtime): void {
  placed(program, 'pause')
    .description('stop probing, until it is resumed')
    .option('--list', 'show what is paused')
    .addHelpText('after', PAUSE_HELP)
    .action((flags: PauseFlags) => (flags.list === true ? list(flags, runtime) : change('Pause', flags, runtime)));
}

export function addResume(program: Command, runtime: Runtime): void {
  placed(program, 'resume')
    .description('go on probing')
    .addHelpText('after', RESUME_HELP)
    .action((flags: PauseFlags) => change('Resume', flags, runtime));
}

function placed(program: Command, name: 'pause' | 'resume'): Command {
  return withCommonOptions(program.command(name), 'print what is paused then as one JSON document')
    .option('--group <name>', 'the group, with all of its servers')
    .option('--server <name>', 'a server of the group')
    .option('--site <name>', 'the agents of a site')
    .option('--all', 'everything')
    .option('--reason <text>', 'why, in words for the report')
    .option('--actor <who>', 'who does it')
    .option('--ref <text>', 'a change number or ticket');
}

async function change(method: 'Pause' | 'Resume', flags: PauseFlags, runtime: Runtime): Promise<void> {
  const { group = null, server = null, site = null, all = false, reason = null, actor = null, ref = null } = flags;
  const isNamed = [group, server, site].some((name) => name !== null);
  const name = method.toLowerCase();
  if (all && isNamed)
    throw new InvalidArgumentError('--all is everything; it goes without --group, --server and --site');
  if (!all && !isNamed)
    throw new InvalidArgumentError(`${name} needs --group, --server or --site; --all if everything is meant`);
  const request: PauseRequest = { group, server, site, text: reason, actor, ref };
  const view = await withClient(flags, runtime, (client) => client.ask(method, request));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  const done = method === 'Pause' ? 'Paused; connected agents stop within seconds.' : 'Resumed.';
  return runtime.print(`${done}\n${pausesText(view, runtime)}`);
}

async function list(flags: PauseFlags, runtime: Runtime): Promise<void> {
  const { group, server, site, all, reason, actor, ref } = flags;
  if ([group, server, site, all, reason, actor, ref].some((given) => given !== undefined))
    throw new InvalidArgumentError('--list shows every pause; it goes without other options');
  const view = await withClient(flags, runtime, (client) => client.ask('Pauses', {}));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  return runtime.print(pausesText(view, runtime));
}

function pausesText({ pauses }: PausesView, runtime: Runtime): string {
  if (pauses.length === 0) return 'Nothing is paused.\n';
  const columns: readonly Column[] = [
    { head: 'Paused: group', gives: 'shorten' },
    { head: 'Server', gives: 'shorten' },
    { head: 'Site', gives: 'shorten' },
    { head: `Since (${runtime.zone})`, drop: 3, gives: 'wrap' },
    { head: 'Reason', drop: 4, gives: 'wrap' },
    { head: 'By', drop: 2, gives: 'wrap' },
    { head: 'Ref', drop: 1, gives: 'wrap' },
  ];
  const rows = pauses.map((pause) => pauseCells(pause, runtime));
  return tableText(columns, rows, runtime);
}

function pauseCells({ group, server, site, since, text, actor, ref }: PauseRow, { zone }: Runtime): readonly string[] {
  const place = [group, server, site].map((name) => name ?? 'all');
  return [...place, localTime(since, zone, { date: true }), text ?? '-', actor ?? '-', ref ?? '-'];
}
