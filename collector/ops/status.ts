/** `dorawatch status`: every group and server as known now, one row a server. */
import type { Command } from 'commander';
import type { GroupView, ServerView } from '../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { elapsedText, localDate, localTime } from '../core/answers/clock-text.ts';
import { troubleLines } from '../core/answers/consumers.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import {
  dropsText,
  GROUP_WORDS,
  gapText,
  isSilentByDesign,
  keaLines,
  latencyText,
  sitesText,
  takenOverText,
} from '../core/answers/server-text.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { maintenanceLine } from '../core/maintenance/maintenance-text.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface StatusFlags extends CommonFlags {
  readonly exitCode?: boolean;
}

const HELP = `
Drop ratio and latency are over the last 5 minutes, all sites together. A standby's or backup's row says "standing by" while
it is silent by design: silence says nothing about its health. In load balancing a row is about the server's own clients.

Examples:
  dorawatch status
  dorawatch status --json | jq '.groups[].state'
  dorawatch status --exit-code >/dev/null || echo "look at DHCP"     # 3: some group is not normal`;

export function addStatus(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('status'), 'print one JSON document')
    .description('which server serves, group by group')
    .option('--exit-code', 'exit with 3 when any group is not normal')
    .addHelpText('after', HELP)
    .action((flags: StatusFlags) => showStatus(flags, runtime));
}

async function showStatus(flags: StatusFlags, runtime: Runtime): Promise<void> {
  const status = await withClient(flags, runtime, (client) => client.ask('State', { group: null }));
  if (flags.json === true) await runtime.write(jsonDocument(status));
  else {
    for (const group of status.groups) await runtime.print(`${groupText(group, runtime, status.window_s)}\n`);
    for (const line of troubleLines(status)) await runtime.print(`${line}\n`);
  }
  if (flags.exitCode === true && status.groups.some(({ state }) => state !== 'normal')) process.exitCode = 3;
}

function groupText(group: GroupView, runtime: Runtime, windowSeconds: number): string {
  const { served, unserved, unknown } = group.sites;
  const since = group.since === null ? '' : ` since ${momentText(group.since, runtime)}`;
  const sites = `sites: ${served} served, ${unserved} unserved, ${unknown} unknown`;
  const state = runtime.paint(GROUP_WORDS[group.state] ?? group.state) + gapText(group);
  const minutes = `${windowSeconds / 60} min`;
  const columns: readonly Column[] = [
    { head: 'Server', gives: 'shorten' },
    { head: 'Address', drop: 3 },
    { head: 'Role', drop: 4 },
    { head: 'State', gives: 'wrap' },
    { head: `Since (${runtime.zone})`, drop: 7, gives: 'wrap' },
    { head: 'Why', drop: 8 },
    { head: 'Sites', drop: 6 },
    { head: `Drops (${minutes})`, drop: 5 },
    { head: 'Offer p50/p99', drop: 2 },
    { head: 'Ack p50/p99', drop: 1 },
  ];
  const rows = group.servers.map((server) => serverRow(server, group.state, runtime));
  const never = group.servers.some(({ reason }) => reason === 'never-answered') ? NEVER_ANSWERED : '';
  const notices = [...keaLines(group.servers), ...group.notices].map((line) => `${line}\n`).join('');
  const why = group.servers.map((server) => whyText(server, group.state)).join('');
  const paused = group.paused === null ? '' : `Paused: ${group.paused}.\n`;
  const planned = group.maintenance.map((one) => `${maintenanceLine(one, runtime.zone)}\n`).join('');
  return `${group.name} (${group.mode}): ${state}${since}; ${sites}\n${paused}${planned}${tableText(columns, rows, runtime)}${why}${never}${notices}`;
}

/** What a verdict rests on is too long for a column, and stands below for the servers that are not well. */
function whyText(server: ServerView, group: GroupView['state']): string {
  if (server.evidence === null || isSilentByDesign(server, group)) return '';
  return `${server.name} is ${server.state}: ${server.evidence}\n`;
}

const NEVER_ANSWERED =
  'never-answered: no server of the group has answered these agents yet. Are their relay addresses in a subnet that the servers know?\n';

function serverRow(server: ServerView, group: GroupView['state'], runtime: Runtime): readonly string[] {
  const { offer_p50, offer_p99, ack_p50, ack_p99 } = server.latency_us;
  const silent = isSilentByDesign(server, group);
  return [
    server.name,
    server.address,
    server.role,
    silent ? standingBy(server, runtime) : runtime.paint(server.state) + takenOverText(server),
    server.since === null ? '-' : momentText(server.since, runtime),
    server.reason ?? '-',
    sitesText(server),
    dropsText(server, silent),
    latencyText(offer_p50, offer_p99),
    latencyText(ack_p50, ack_p99),
  ];
}

/** How long ago stands in the next column already, and this one is the widest. */
function standingBy({ last_served_at: at }: ServerView, runtime: Runtime): string {
  return `standing by (last served ${at === null ? 'never' : dayTimeText(at, runtime)})`;
}

/** A clock time today, a date as well before. */
function dayTimeText(at: UnixMicros, { zone, clock }: Runtime): string {
  return localTime(at, zone, { date: localDate(at, zone) !== localDate(clock.wall(), zone) });
}

function momentText(at: UnixMicros, runtime: Runtime): string {
  const ago = Math.max(0, Math.round((runtime.clock.wall() - at) / 1e6)) * 1000;
  return `${dayTimeText(at, runtime)} (${elapsedText(ago)} ago)`;
}
