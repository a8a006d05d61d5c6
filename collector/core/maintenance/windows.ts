/**
 * Every window of maintenance as the log tells them: those of the configurations, each for as long as its file was in force; those
 * that people began and ended; what Kea said. Folded in the order of the log, asked by event time, so that a late result and a
 * fold of history are judged by what was planned then.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { MaintenanceConfig } from '../config/config.ts';
import type { KeaEntry, LogEntry } from '../log-entry.ts';
import { isWithin, type PauseScope } from '../steering.ts';
import { type Calendar, createCalendar } from './calendar.ts';
import { type KeaPeriod, keaEnd, keaText, withWord } from './kea-periods.ts';
import { FORMER_KEPT } from './limits.ts';
import { type PersonWindow, withPerson } from './person-windows.ts';
import type { PlannedPeriod, Span } from './planned.ts';

/** A window of the file, and when that file was in force. */
export interface FileWindow {
  readonly window: MaintenanceConfig;
  readonly from: UnixMicros;
  /** Null: it is. */
  readonly to: UnixMicros | null;
}

/** Plain JSON. */
export interface WindowsSnapshot {
  readonly file: readonly FileWindow[];
  readonly people: readonly PersonWindow[];
  readonly kea: readonly KeaPeriod[];
}

/** How a server was asked when it gave this word: how often, and when it was received what it said before (µs; null: nothing). */
export type Asked = (entry: KeaEntry) => { readonly intervalUs: number; readonly previousAt: number | null };

export interface Windows {
  /** Folds one entry. @returns whether what is planned is another thing now */
  apply(entry: LogEntry, asked: Asked): boolean;
  /** Every period that touches a span and whose scope fits, oldest first within its source: people's, the file's, Kea's. */
  touching(span: Span, fits: (scope: PauseScope) => boolean): readonly PlannedPeriod[];
  /** Those that ended after `from` and by `to`, with that end: of one that Kea says no more of, when it is believed no longer. */
  ended(span: Span): readonly EndedPeriod[];
  /** Windows of people, oldest first. */
  readonly people: readonly PersonWindow[];
  snapshot(): WindowsSnapshot;
}

/** A period that is over. */
export type EndedPeriod = PlannedPeriod & { readonly until: UnixMicros };

export function createWindows(from: WindowsSnapshot = { file: [], people: [], kea: [] }): Windows {
  let { file, people, kea } = from;
  const calendars = new WeakMap<FileWindow['window'], Calendar>();
  const calendarOf = (window: MaintenanceConfig): Calendar => {
    const made = calendars.get(window) ?? createCalendar(window);
    calendars.set(window, made);
    return made;
  };
  return {
    apply: (entry, asked) => {
      const before = [file, people, kea];
      if (entry.kind === 'kea') kea = withWord(kea, entry, asked(entry));
      if (entry.kind === 'maintenance') people = withPerson(people, entry);
      if (entry.kind === 'config') file = withConfig(file, entry.config.maintenance, entry.receivedAt);
      return [file, people, kea].some((list, index) => list !== before[index]);
    },
    touching: (span, fits) => [
      ...people.filter((one) => fits(one) && one.since <= span.to && one.until > span.from).map(personPeriod),
      ...file.flatMap((one) => (fits(one.window) ? filePeriods(one, calendarOf(one.window), span) : [])),
      ...kea
        .filter((one) => fits(keaScope(one)) && one.since <= span.to && keaEnd(one) > span.from)
        .map((one) => keaPeriod(one)),
    ],
    ended: ({ from, to }) => {
      const isOver = (end: number): boolean => end > from && end <= to;
      const said = [
        ...people.filter(({ until }) => isOver(until)).map(personPeriod),
        ...file.flatMap((one) => filePeriods(one, calendarOf(one.window), { from, to })),
      ].flatMap((one) => (one.until !== null && isOver(one.until) ? [{ ...one, until: one.until }] : []));
      const silent = kea.filter((one) => isOver(keaEnd(one)));
      return [...said, ...silent.map((one) => ({ ...keaPeriod(one), until: unixMicros(keaEnd(one)) }))];
    },
    get people() {
      return people;
    },
    snapshot: () => ({ file, people, kea }),
  };
}

/** A window that the new file has too goes on; the others end with their file. */
function withConfig(
  file: readonly FileWindow[],
  windows: readonly MaintenanceConfig[],
  at: UnixMicros,
): readonly FileWindow[] {
  const isSame = (a: MaintenanceConfig, b: MaintenanceConfig): boolean => JSON.stringify(a) === JSON.stringify(b);
  const stays = (one: FileWindow): boolean => one.to === null && windows.some((window) => isSame(window, one.window));
  const former = file.map((one) => (one.to !== null || stays(one) ? one : { ...one, to: at }));
  const added = windows
    .filter((window) => !former.some((one) => one.to === null && isSame(one.window, window)))
    .map((window): FileWindow => ({ window, from: at, to: null }));
  return [
    ...former.filter(({ to }) => to !== null).slice(-FORMER_KEPT),
    ...former.filter(({ to }) => to === null),
    ...added,
  ];
}

function filePeriods({ window, from, to }: FileWindow, calendar: Calendar, span: Span): readonly PlannedPeriod[] {
  const { group, server, site, ref } = window;
  const end = to ?? Number.POSITIVE_INFINITY;
  if (span.to < from || span.from >= end) return [];
  return calendar
    .touching({ from: Math.max(from, span.from), to: Math.min(end, span.to) })
    .map((one) => ({
      source: 'file' as const,
      group,
      server,
      site,
      since: unixMicros(Math.max(one.from, from)),
      until: unixMicros(Math.min(one.to, end)),
      text: plannedReason(window.reason),
      actor: null,
      ref,
    }))
    .filter(({ since, until }) => until > since);
}

/** Why, where nobody said. */
export const plannedReason = (reason: string | null): string => reason ?? 'planned maintenance';

/** A person's window as a period. */
export const personPeriod = ({ group, server, site, since, until, text, actor, ref }: PersonWindow): PlannedPeriod => ({
  source: 'person',
  group,
  server,
  site,
  since,
  until,
  text: plannedReason(text),
  actor,
  ref,
});

/** Of the whole group: what one of a pair is in, changes what the other does. */
const keaScope = ({ group }: KeaPeriod): PauseScope => ({ group, server: null, site: null });

const keaPeriod = (one: KeaPeriod): PlannedPeriod => ({
  source: 'kea',
  ...keaScope(one),
  since: one.since,
  until: one.until,
  text: keaText(one),
  actor: null,
  ref: null,
});

/** Whether a period of such a scope covers a place. */
export const covers = (place: PauseScope) => (scope: PauseScope) => isWithin(place, scope);
