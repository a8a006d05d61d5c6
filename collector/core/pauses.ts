/**
 * Pauses as the log tells them: a list, to which each pause adds and from which a resume takes what lies within what it names. A
 * pause of a site thus outlives the pause of its group that came and went meanwhile: each was somebody's own reason.
 *
 * Rejected: the last word wins wherever two meet. "Resume the group" would then set going what another person stopped.
 */
import type { PauseRow } from '../../shared/core/ops-reply.ts';
import type { PauseEntry } from './log-entry.ts';
import { isWithin, type PauseScope } from './steering.ts';

/** The pauses after an entry, oldest first. A pause of the same again keeps its beginning and takes the newer words. */
export function withPause(pauses: readonly PauseRow[], entry: PauseEntry): readonly PauseRow[] {
  const { receivedAt, action, group, server, site, text, actor, ref } = entry;
  if (action === 'resume') return pauses.filter((pause) => !isWithin(pause, entry));
  const row: PauseRow = { group, server, site, since: receivedAt, text, actor, ref };
  const same = pauses.findIndex((pause) => isWithin(pause, entry) && isWithin(entry, pause));
  return same < 0
    ? [...pauses, row]
    : pauses.map((pause, index) => (index === same ? { ...row, since: pause.since } : pause));
}

/** "of group corsham-dhcp", "of server primary of group x at site y", "everywhere". */
export function scopeText({ group, server, site }: PauseScope): string {
  const parts = [
    ...(server === null ? [] : [`of server ${server}`]),
    ...(group === null ? [] : [`of group ${group}`]),
    ...(site === null ? [] : [`at site ${site}`]),
  ];
  return parts.length === 0 ? 'everywhere' : parts.join(' ');
}

/** "Probing of group corsham-dhcp paused: core switch is replaced" */
export function pauseText({ action, text, ...scope }: Pick<PauseEntry, 'action' | 'text' | keyof PauseScope>): string {
  return `Probing ${scopeText(scope)} ${action}d${text === null ? '' : `: ${text}`}`;
}

/** What is paused of a group, for its row in tables; null: nothing. */
export function groupPauseText(pauses: readonly PauseRow[], group: string, servers: readonly string[]): string | null {
  const mine = pauses.filter(
    (pause) =>
      (pause.group === null || pause.group === group) && (pause.server === null || servers.includes(pause.server)),
  );
  const told = mine.map(({ server, site, text }) => {
    const what = [server === null ? '' : `server ${server}`, site === null ? '' : `site ${site}`].filter(Boolean);
    return `${what.length === 0 ? 'all of it' : what.join(' at ')}${text === null ? '' : ` (${text})`}`;
  });
  return told.length === 0 ? null : told.join(', ');
}
