/**
 * What people did, in the words of the audit list: one line of text each, made from what is about to be stored or done. Written down
 * and flushed before it has effect. Rejected: the request as it came, which is another shape for each method, and unbounded.
 */
import { rfc3339 } from '../answers/clock-text.ts';
import type { ImportEntry, KeepEntry, MaintenanceEntry, MarkEntry, PauseEntry } from '../log-entry.ts';
import { maintenanceText } from '../maintenance/maintenance-text.ts';
import { pauseText, scopeText } from '../pauses.ts';
import { DEED_ABOUT_MAX } from './limits.ts';

/** `rights-refused`: somebody's role did not suffice; what follows is what they wanted. */
export const DEED_ACTS = [
  'marked',
  'kept',
  'imported',
  'paused',
  'resumed',
  'maintenance-started',
  'maintenance-stopped',
  'secs-raised',
  'probed',
  'alerts-tested',
  'rights-refused',
] as const;
export type DeedAct = (typeof DEED_ACTS)[number];

export interface Deed {
  readonly act: DeedAct;
  /** One line, of at most DEED_ABOUT_MAX characters. */
  readonly about: string;
  /** Whom it is put down to beyond the caller: what was typed; null: nothing was. */
  readonly actor: string | null;
}

/** @param about is cut, and loses what would break a line */
export function deed(act: DeedAct, about: string, actor: string | null = null): Deed {
  const line = about.replace(/\p{Cc}+/gu, ' ');
  return { act, about: line.length > DEED_ABOUT_MAX ? `${line.slice(0, DEED_ABOUT_MAX - 1)}…` : line, actor };
}

/** What people say and the log keeps. */
export type SaidEntry = MarkEntry | KeepEntry | ImportEntry | PauseEntry | MaintenanceEntry;

/** An entry of the log as a deed. */
export function deedOf(entry: SaidEntry): Deed {
  switch (entry.kind) {
    case 'mark':
      return deed('marked', markText(entry), entry.actor);
    case 'keep':
      return deed('kept', `${rfc3339(entry.since)} to ${rfc3339(entry.until)}`, entry.actor);
    case 'import':
      return deed('imported', `${entry.observations.length} observations of group ${entry.group}`, entry.actor);
    case 'pause':
      return deed(`${entry.action}d`, pauseText(entry) + refText(entry), entry.actor);
    case 'maintenance':
      return deed(
        entry.action === 'start' ? 'maintenance-started' : 'maintenance-stopped',
        maintenanceText(entry) + refText(entry),
        entry.actor,
      );
  }
}

function markText(mark: MarkEntry): string {
  const isPlaced = [mark.group, mark.server, mark.site].some((name) => name !== null);
  const when = mark.at === mark.receivedAt ? '' : ` at ${rfc3339(mark.at)}`;
  return `"${mark.text}"${when}${isPlaced ? ` ${scopeText(mark)}` : ''}${refText(mark)}`;
}

const refText = ({ ref }: { readonly ref: string | null }): string => (ref === null ? '' : ` (${ref})`);
