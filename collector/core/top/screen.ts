/**
 * The live screen as lines: who answers, groups with what is wrong first, the latest events, the keys. A function of the state and
 * the terminal's size, so that every screen can be read as text in a test.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { elapsedText, isSharp, localDate, localTime } from '../answers/clock-text.ts';
import { troubleLines } from '../answers/consumers.ts';
import { eventSentence } from '../answers/event-sentence.ts';
import { shortened, visibleLength } from '../answers/table-fit.ts';
import { STALE_US } from './limits.ts';
import type { Picture, TopState } from './state.ts';
import { groupLines, groupsInOrder, type Paint, padded, siteLines } from './table.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ScreenLook {
  /** HOST:PORT */
  readonly collector: string;
  readonly now: UnixMicros;
  /** IANA name. */
  readonly zone: string;
  readonly paint: Paint;
  /** For a picture that is old; identity without colour. */
  readonly grey: (line: string) => string;
}

/** What is drawn: exactly as many lines as the screen has, none wider. */
export interface TopScreen {
  readonly lines: readonly string[];
  /** How far the tables can be scrolled, lines; 0 when all of them is seen. */
  readonly scrollMax: number;
}

export function topScreen(state: TopState, size: ScreenSize, look: ScreenLook): TopScreen {
  const shown = state.held ?? state;
  const head = headLines(state, look);
  const foot = footLines(state);
  const room = Math.max(0, size.rows - head.length - foot.length);
  const below = eventLines(shown.events, state.filter, size, look).slice(-Math.max(0, eventRoom(room) - 1));
  const events = below.length === 0 ? [] : ['Latest events', ...below];
  const body = bodyLines(shown.picture, state, size, look);
  const space = room - events.length;
  const scrolled = windowOf(body, state.scroll, space);
  const old = shown.trouble !== null || (shown.picture !== null && look.now - shown.picture.at > STALE_US);
  const middle = [...scrolled, ...events].map((line) => (old && state.held === null ? look.grey(line) : line));
  const lines = [...head, ...middle, ...foot].slice(0, size.rows).map((line) => fitted(line, size.columns));
  return { lines, scrollMax: body.length <= space ? 0 : body.length - space + 1 };
}

/** A third of what is left, twelve at most. */
const eventRoom = (room: number): number => Math.min(12, Math.floor(room / 3));

function headLines(state: TopState, look: ScreenLook): readonly string[] {
  const { picture, trouble } = state;
  const title = `dorawatch top  ${look.collector}  ${localTime(look.now, look.zone)} (${look.zone})`;
  const groups = picture === null ? '' : `  ${countsText(picture)}`;
  const paused = state.held === null ? '' : `  PAUSED (p goes on)`;
  return [title + groups + paused, ...(trouble === null ? ageLines(picture, look) : [troubleLine(state, look)])];
}

const ageText = (since: UnixMicros, now: UnixMicros): string =>
  elapsedText(Math.max(0, Math.round((now - since) / 1e6)) * 1000);

function troubleLine({ picture, trouble }: TopState, { now, paint }: ScreenLook): string {
  if (trouble === null) return '';
  const age = picture === null ? 'nothing is known yet' : `what is shown is ${ageText(picture.at, now)} old`;
  return `${paint('unreachable')} for ${ageText(trouble.since, now)}, trying again; ${age}. ${trouble.text}`;
}

/** A collector that is there and does not answer. */
function ageLines(picture: Picture | null, { now }: ScreenLook): readonly string[] {
  if (picture === null) return ['connecting …'];
  return now - picture.at > STALE_US ? [`no answer for ${ageText(picture.at, now)}; what is shown is as old`] : [''];
}

function countsText({ status }: Picture): string {
  const counts = new Map<string, number>();
  for (const { state } of groupsInOrder(status.groups, '')) counts.set(state, (counts.get(state) ?? 0) + 1);
  const total = `${status.groups.length} ${status.groups.length === 1 ? 'group' : 'groups'}`;
  return `${total}: ${[...counts].map(([state, count]) => `${count} ${state}`).join(', ')}`;
}

function bodyLines(picture: Picture | null, state: TopState, size: ScreenSize, look: ScreenLook): readonly string[] {
  if (picture === null) return [];
  const tables = { width: size.columns, now: look.now, zone: look.zone, paint: look.paint };
  const groups = groupsInOrder(picture.status.groups, state.filter);
  const none = groups.length === 0 ? [`No group has "${state.filter}" in its name.`] : groupLines(groups, tables);
  const sites =
    state.sitesShown && picture.sites !== null ? ['', ...siteLines(picture.sites.sites, state.filter, tables)] : [];
  return [...none, ...sites, ...troubleLines(picture.status)];
}

/** A part of the lines, and filled up; says what is above and below when not all of it can be seen. */
function windowOf(lines: readonly string[], scroll: number, room: number): readonly string[] {
  if (room <= 0) return [];
  if (lines.length <= room) return [...lines, ...Array.from({ length: room - lines.length }, () => '')];
  const from = Math.min(scroll, lines.length - room + 1);
  const rest = lines.length - from - (room - 1);
  return [...lines.slice(from, from + room - 1), `  … ${from} lines above, ${rest} below (arrows, page keys)`];
}

function eventLines(
  events: readonly EventRow[],
  filter: string,
  size: ScreenSize,
  { now, zone }: ScreenLook,
): readonly string[] {
  const shown = events.filter(({ group }) => group === null || group.toLowerCase().includes(filter.toLowerCase()));
  const today = localDate(now, zone);
  const cells = shown.map((event) => [
    localTime(event.at, zone, { date: localDate(event.at, zone) !== today, tenths: isSharp(event) }),
    event.group ?? '-',
    eventSentence(event, now),
  ]);
  const columns = [
    { head: '' },
    { head: '', drop: 1, gives: 'shorten' as const },
    { head: '', gives: 'shorten' as const },
  ];
  return padded(columns, cells, size.columns).slice(1).flat();
}

function footLines({ typing, filter, sitesShown }: TopState): readonly string[] {
  if (typing) return [`Groups with: ${filter}_   (Enter keeps, Esc shows all)`];
  const filtered = filter === '' ? 'filter group' : `filter group (now "${filter}")`;
  return [`q quit  g ${filtered}  s ${sitesShown ? 'hide' : 'show'} sites  p pause  ↑ ↓ PgUp PgDn`];
}

/** Whole where it fits; a line that is cut loses its colour, for a cut in a sequence would paint the rest. */
function fitted(line: string, columns: number): string {
  if (visibleLength(line) <= columns) return line;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour is told by control characters.
  return shortened(line.replace(/\u001b\[[0-9;]*m/g, ''), columns);
}
