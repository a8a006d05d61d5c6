/**
 * `dorawatch maintenance start|stop|list`: planned work, told before it begins. Measuring goes on, and what happens is told as
 * planned.
 *
 * Rejected: a pause for it (`dorawatch pause`). Nobody would see what the work did to clients.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { MaintenanceRow, MaintenanceView } from '../../shared/core/ops-reply.ts';
import type { MaintenanceRequest } from '../../shared/core/ops-request.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { parseTime } from '../core/answers/time-input.ts';
import { maintenanceLine, periodText } from '../core/maintenance/maintenance-text.ts';
import { type CommonFlags, durationReader, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface MaintenanceFlags extends CommonFlags {
  readonly group?: string;
  readonly server?: string;
  readonly site?: string;
  readonly all?: boolean;
  readonly from?: UnixMicros;
  readonly until?: UnixMicros;
  readonly for?: number;
  readonly reason?: string;
  readonly actor?: string;
  readonly ref?: string;
}

const ABOUT = `
Measuring goes on; events and reports say "planned" of what falls into it, and alerts are held: what is still wrong when it ends, or
is not as it was before, is told then. What is named together is narrowed down: --group G
--site X is G at X alone. Maintenance of a server is none of its group: a gap, when nobody serves, is then told as ever; name the
group where a gap is a part of the plan.`;

const HELP = `${ABOUT}
Windows that repeat stand in the file (maintenance:); a Kea server's own in-maintenance counts too where it is asked (kea:).

Examples:
  dorawatch maintenance start --group corsham-dhcp --for 1h --reason "Kea 3.0" --ref CHG0012
  dorawatch maintenance stop --group corsham-dhcp
  dorawatch maintenance list`;

const START_HELP = `${ABOUT}
Without --for and --until it lasts 2 h: what is forgotten must not hide a night. The same again says anew how long it lasts.
Times: RFC 3339 (2026-03-01T11:30:15Z), local (23:00 is the next one, "2026-03-01 23:00"), +2h.

Examples:
  dorawatch maintenance start --group corsham-dhcp --for 1h --reason "Kea 3.0" --ref CHG0012 --actor ada
  dorawatch maintenance start --group corsham-dhcp --server standby --until 23:30
  dorawatch maintenance start --site leeds --from 22:00 --until 06:00 --reason "WAN line is moved"
  dorawatch maintenance start --all --for 15m --reason "collector's network"`;

const STOP_HELP = `
Ends every maintenance that people started within what is named, and takes back what has not begun. Windows of the file end with
the file, and Kea ends its own.

Examples:
  dorawatch maintenance stop --group corsham-dhcp
  dorawatch maintenance stop --all`;

const LIST_HELP = `
All that is in force or comes next: started by people, windows of the file with their next occurrence, Kea's own word.

Examples:
  dorawatch maintenance list
  dorawatch maintenance list --json | jq '.maintenance[] | select(.active)'`;

export function addMaintenance(program: Command, runtime: Runtime): void {
  const maintenance = program
    .command('maintenance')
    .description('plan work: what happens then is told as planned')
    .addHelpText('after', HELP);
  const time = laterReader(runtime);
  named(maintenance, 'start')
    .description('begin maintenance, or plan it')
    .option('--from <time>', 'when it begins (default: now)', time)
    .option('--until <time>', 'when it ends', time)
    .option('--for <duration>', 'how long it lasts (default: 2h)', durationReader())
    .addHelpText('after', START_HELP)
    .action((flags: MaintenanceFlags) => change('StartMaintenance', flags, runtime));
  named(maintenance, 'stop')
    .description('end it')
    .addHelpText('after', STOP_HELP)
    .action((flags: MaintenanceFlags) => change('StopMaintenance', flags, runtime));
  withCommonOptions(maintenance.command('list'), 'print one JSON document')
    .description('show what is planned')
    .addHelpText('after', LIST_HELP)
    .action((flags: CommonFlags) => list(flags, runtime));
}

const named = (parent: Command, name: string): Command =>
  withCommonOptions(parent.command(name), 'print one JSON document')
    .option('--group <name>', 'the group, with all of its servers')
    .option('--server <name>', 'a server of the group')
    .option('--site <name>', 'a site')
    .option('--all', 'everything')
    .option('--reason <text>', 'why, in words for the report')
    .option('--actor <who>', 'who does it')
    .option('--ref <text>', 'a change number or ticket');

/** Plans are about what comes: a clock time is its next one. */
function laterReader({ clock, zone }: Runtime): (text: string) => UnixMicros {
  return (text) => {
    const parsed = parseTime(text, { now: clock.wall(), zone, ahead: true });
    if (parsed.ok) return parsed.value;
    throw new InvalidArgumentError(parsed.problem);
  };
}

async function change(
  method: 'StartMaintenance' | 'StopMaintenance',
  flags: MaintenanceFlags,
  runtime: Runtime,
): Promise<void> {
  const view = await withClient(flags, runtime, (client) => client.ask(method, requestOf(flags)));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  const isUnsaid = method === 'StartMaintenance' && flags.until === undefined && flags.for === undefined;
  const lines = view.changed.map((row) => `${changedText(method, row, runtime)}${isUnsaid ? UNSAID : ''}\n`);
  return runtime.print(`${lines.join('')}${listText(view, runtime)}`);
}

const UNSAID = ' (2 h, for want of --for or --until)';

function changedText(method: string, { period, active }: MaintenanceRow, { zone }: Runtime): string {
  if (method === 'StopMaintenance') return `Ended: ${maintenanceLine({ ...period, until: null }, zone)}`;
  const line = maintenanceLine(period, zone);
  return active ? line : `Planned ${periodText(period, zone)}: ${maintenanceLine({ ...period, until: null }, zone)}`;
}

function requestOf(flags: MaintenanceFlags): MaintenanceRequest {
  const { group = null, server = null, site = null, all = false, reason = null, actor = null, ref = null } = flags;
  const isNamed = [group, server, site].some((name) => name !== null);
  if (all && isNamed)
    throw new InvalidArgumentError('--all is everything; it goes without --group, --server and --site');
  if (!all && !isNamed)
    throw new InvalidArgumentError('maintenance needs --group, --server or --site; --all if everything is meant');
  const { from: since = null, until = null, for: for_ms = null } = flags;
  if (until !== null && for_ms !== null)
    throw new InvalidArgumentError('--until and --for both say when it ends; give one');
  return { group, server, site, since, until, for_ms, text: reason, actor, ref, exact: false };
}

async function list(flags: CommonFlags, runtime: Runtime): Promise<void> {
  const view = await withClient(flags, runtime, (client) => client.ask('Maintenances', {}));
  return flags.json === true ? runtime.write(jsonDocument(view)) : runtime.print(listText(view, runtime));
}

const SOURCES: Readonly<Record<string, string>> = { person: 'a person', file: 'the file', kea: 'Kea' };

function listText({ maintenance }: MaintenanceView, runtime: Runtime): string {
  if (maintenance.length === 0) return 'No maintenance is planned.\n';
  const columns: readonly Column[] = [
    { head: 'Group', gives: 'shorten' },
    { head: 'Server', gives: 'shorten' },
    { head: 'Site', gives: 'shorten' },
    { head: 'Now' },
    { head: `When (${runtime.zone})`, gives: 'wrap' },
    { head: 'Repeats', drop: 2, gives: 'wrap' },
    { head: 'Reason', drop: 4, gives: 'wrap' },
    { head: 'By', drop: 3, gives: 'wrap' },
    { head: 'Ref', drop: 1, gives: 'wrap' },
  ];
  const rows = maintenance.map(({ period, active, schedule }) => {
    const place = [period.group, period.server, period.site].map((name) => name ?? 'all');
    const by = period.actor ?? SOURCES[period.source] ?? period.source;
    const when = periodText(period, runtime.zone);
    return [...place, active ? 'yes' : 'no', when, schedule ?? '-', period.text, by, period.ref ?? '-'];
  });
  return tableText(columns, rows, runtime);
}
