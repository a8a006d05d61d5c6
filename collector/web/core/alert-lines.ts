/** What people are called for, a line each: what is told now first, the gravest of it on top, then what is held back. */
import type { AlertRow, AlertsView } from '../../../shared/core/ops-reply.ts';
import { agoText, momentText, type Viewer } from './moment-text.ts';
import type { RowLook } from './news.ts';

export interface AlertLine {
  readonly key: string;
  readonly text: string;
  readonly detail: string;
  readonly look: RowLook;
}

/** More are a number: `dorawatch alerts` has them all. */
const SHOWN_MAX = 12;

const LOOKS: Readonly<Record<string, RowLook>> = {
  critical: { tone: 'bad', shape: 'square' },
  warning: { tone: 'warn', shape: 'triangle' },
};
const OTHER: RowLook = { tone: 'quiet', shape: 'ring' };
const HELD: RowLook = { tone: 'unknown', shape: 'ring' };

const STATES = ['firing', 'held'];
const SEVERITIES = ['critical', 'warning'];
const rank = (words: readonly string[], word: string): number => words.indexOf(word) >>> 0;

export interface AlertLines {
  readonly lines: readonly AlertLine[];
  /** "3 open, 1 held", "none". */
  readonly summary: string;
}

/** An alert of the same cause that another one tells of: named by its number alone, since of one death there may be 142. */
const isToldByAnother = ({ state, held }: AlertRow): boolean => state === 'held' && (held ?? '').startsWith('told by ');

/** Those that wait for their time are none yet. */
export function alertLines({ alerts }: AlertsView, viewer: Viewer): AlertLines {
  const open = alerts
    .filter((row) => STATES.includes(row.state) && !isToldByAnother(row))
    .toSorted(
      (a, b) =>
        rank(STATES, a.state) - rank(STATES, b.state) ||
        rank(SEVERITIES, a.severity) - rank(SEVERITIES, b.severity) ||
        a.since - b.since,
    );
  const held = open.filter(({ state }) => state === 'held').length;
  const carried = alerts.filter(isToldByAnother).length;
  const counts = [
    ...(open.length > held ? [`${open.length - held} open`] : []),
    ...(held > 0 ? [`${held} held`] : []),
    ...(carried > 0 ? [`${carried} more told by them`] : []),
    ...(open.length > SHOWN_MAX ? [`${SHOWN_MAX} shown`] : []),
  ];
  return {
    lines: open.slice(0, SHOWN_MAX).map((row) => alertLine(row, viewer)),
    summary: counts.length === 0 ? 'none' : counts.join(', '),
  };
}

const SINCE_TEXT = / since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/;

function alertLine(row: AlertRow, viewer: Viewer): AlertLine {
  const { name, group, server, site, severity, state, since, held, flapping, summary } = row;
  const when = `since ${momentText(since, viewer)}, ${agoText(since, viewer.now)}`;
  const words = [
    severity,
    when,
    flapping ? 'flapping' : null,
    state === 'held' ? `held: ${(held ?? 'no reason is known').replace(/^planned:/, 'planned work:')}` : null,
  ];
  return {
    key: JSON.stringify([name, group, server, site]),
    // When it began stands below, in the viewer’s zone.
    text: summary.replace(SINCE_TEXT, ''),
    detail: words.filter((word) => word !== null).join(' · '),
    look: state === 'held' ? HELD : (LOOKS[severity] ?? OTHER),
  };
}
