/**
 * The live screen's tables: groups with what is wrong first, each with its servers, and on request the sites. Cells only; the
 * screen pads, paints and cuts.
 */
import type { GroupView, ServerView, SiteView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { elapsedText } from '../answers/clock-text.ts';
import {
  dropsText,
  GROUP_WORDS,
  gapText,
  isSilentByDesign,
  keaLines,
  latencyText,
  sitesText,
  takenOverText,
} from '../answers/server-text.ts';
import { type Column, fitTable, visibleLength } from '../answers/table-fit.ts';
import { maintenanceLine } from '../maintenance/maintenance-text.ts';

/** Paints a word by what it means. */
export type Paint = (state: string) => string;

/** Worst first; a word that is not here is worse than nothing known, for a newer collector invented it. */
const ORDER = ['gap', 'overlap', 'degraded', 'failed-over', 'unknown', 'normal'];

const rank = ({ state }: GroupView): number => (ORDER.includes(state) ? ORDER.indexOf(state) : 2);

/** Groups that the filter leaves, what is wrong first, else in the configuration's order. */
export const groupsInOrder = (groups: readonly GroupView[], filter: string): readonly GroupView[] =>
  groups
    .filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
    .map((group, place) => ({ group, place }))
    .sort((a, b) => rank(a.group) - rank(b.group) || a.place - b.place)
    .map(({ group }) => group);

interface Look {
  readonly width: number;
  readonly now: UnixMicros;
  /** IANA name. */
  readonly zone: string;
  readonly paint: Paint;
}

const SERVER_COLUMNS: readonly Column[] = [
  { head: '  Server', gives: 'shorten' },
  { head: 'State', gives: 'wrap' },
  { head: 'Since', drop: 7 },
  { head: 'Why', drop: 6 },
  { head: 'Sites', drop: 5 },
  { head: 'Drops', drop: 4 },
  { head: 'Offer p50/p99', drop: 3 },
  { head: 'Ack p50/p99', drop: 2 },
  { head: 'Address', drop: 1 },
];

/** Head and body, a line each; a group's own line stands above its servers'. */
export function groupLines(groups: readonly GroupView[], look: Look): readonly string[] {
  const servers = groups.flatMap((group) => group.servers.map((server) => serverCells(server, group.state, look)));
  const [head = '', ...rows] = padded(SERVER_COLUMNS, servers, look.width);
  let at = 0;
  const lines = groups.flatMap((group) => {
    const own = rows.slice(at, at + group.servers.length);
    at += group.servers.length;
    const paused = group.paused === null ? [] : [`  Paused: ${group.paused}.`];
    const planned = group.maintenance.map((one) => `  ${maintenanceLine(one, look.zone)}`);
    const below = [...keaLines(group.servers), ...group.notices].map((line) => `  ${line}`);
    return [groupLine(group, look), ...paused, ...planned, ...own.flat(), ...below];
  });
  return [head[0] ?? '', ...lines];
}

function groupLine(group: GroupView, { now, paint }: Look): string {
  const { served, unserved, unknown } = group.sites;
  const state = paint(GROUP_WORDS[group.state] ?? group.state) + gapText(group);
  const since = group.since === null ? '' : ` for ${sinceText(group.since, now)}`;
  return `${group.name} (${group.mode}): ${state}${since}; sites: ${served} served, ${unserved} unserved, ${unknown} unknown`;
}

function serverCells(server: ServerView, group: string, { now, paint }: Look): readonly string[] {
  const silent = isSilentByDesign(server, group);
  const { offer_p50, offer_p99, ack_p50, ack_p99 } = server.latency_us;
  return [
    `  ${server.name}`,
    silent ? 'standing by' : paint(server.state) + takenOverText(server),
    server.since === null ? '-' : sinceText(server.since, now),
    server.reason ?? '-',
    sitesText(server),
    dropsText(server, silent),
    latencyText(offer_p50, offer_p99),
    latencyText(ack_p50, ack_p99),
    server.address,
  ];
}

const SITE_COLUMNS: readonly Column[] = [
  { head: '  Site', gives: 'shorten' },
  { head: 'State' },
  { head: 'Since', drop: 4 },
  { head: 'Served by', drop: 5, gives: 'wrap' },
  { head: 'Agent', drop: 3 },
  { head: 'Why', drop: 2 },
  { head: 'Group', drop: 1, gives: 'shorten' },
];

const SITE_ORDER = ['unserved', 'unknown', 'served'];

/** Sites of groups that the filter leaves, the unserved first. */
export function siteLines(sites: readonly SiteView[], filter: string, look: Look): readonly string[] {
  const shown = sites
    .filter(({ group }) => group.toLowerCase().includes(filter.toLowerCase()))
    .sort((a, b) => SITE_ORDER.indexOf(a.state) - SITE_ORDER.indexOf(b.state));
  const cells = shown.map((site) => [
    `  ${site.site}`,
    look.paint(site.state),
    site.since === null ? '-' : sinceText(site.since, look.now),
    site.served_by.join(', ') || '-',
    site.agent_state,
    site.reason ?? '-',
    site.group,
  ]);
  return padded(SITE_COLUMNS, cells, look.width).flat();
}

const sinceText = (at: UnixMicros, now: UnixMicros): string =>
  elapsedText(Math.max(0, Math.round((now - at) / 1e6)) * 1000);

/** The head's lines, then those of each row: columns two spaces apart. */
export function padded(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  width: number,
): readonly (readonly string[])[] {
  const { head, rows } = fitTable(columns, cells, width, { each: 2, ends: -2 });
  const all = [head, ...rows].map((row) => row.map((cell) => cell.split('\n')));
  const widths = head.map((_, index) => Math.max(...all.flatMap((row) => (row[index] ?? []).map(visibleLength))));
  return all.map((row) => {
    const height = Math.max(...row.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) =>
      lineOf(
        row.map((lines) => lines[at] ?? ''),
        widths,
      ),
    );
  });
}

const lineOf = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - visibleLength(cell))))
    .join('  ')
    .trimEnd();
