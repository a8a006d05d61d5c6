/**
 * Judges a mark before it is stored for ever: a mark at a group that does not exist would be missing from the very report
 * that it was made for.
 */
import type { MarkRequest } from '../../../shared/core/ops-request.ts';
import { afterUs, type UnixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig } from '../config/config.ts';
import { nearestWord } from '../config/nearest-word.ts';
import type { MarkEntry } from '../log-entry.ts';
import type { PauseScope } from '../steering.ts';
import { MARK_AHEAD_MAX_US, MARK_FIELD_MAX, MARK_TEXT_MAX } from './limits.ts';

export type MarkVerdict =
  | { readonly ok: true; readonly entry: MarkEntry }
  | { readonly ok: false; readonly problem: string };

/** @param now collector's clock: when the mark is received, and when it happened unless it says otherwise */
export function judgeMark(request: MarkRequest, config: CollectorConfig, now: UnixMicros): MarkVerdict {
  const problem = problemOf(request, config, now);
  if (problem !== null) return { ok: false, problem };
  const { text, group, server, site, actor, ref } = request;
  const at = request.at ?? now;
  return { ok: true, entry: { kind: 'mark', receivedAt: now, at, text: text.trim(), group, server, site, actor, ref } };
}

function problemOf(request: MarkRequest, config: CollectorConfig, now: UnixMicros): string | null {
  const { text, at } = request;
  if (text.trim() === '') return 'a mark needs a text';
  const words = wordsProblem('mark', request);
  if (words !== null) return words;
  if (at !== null && at < 0) return 'a mark cannot be older than 1970';
  if (at !== null && at > afterUs(now, MARK_AHEAD_MAX_US)) return 'a mark lies at most a day ahead';
  return placeProblem(request, config);
}

/** What is wrong with the words that a person gave with a mark, a pause or a resume; null: nothing. */
export function wordsProblem(
  what: string,
  { text, actor, ref }: { readonly text: string | null; readonly actor: string | null; readonly ref: string | null },
): string | null {
  if ((text?.length ?? 0) > MARK_TEXT_MAX) return `a ${what}'s text has at most ${MARK_TEXT_MAX} characters`;
  if ([text, actor, ref].some((field) => hasControl(field ?? '')))
    return `a ${what} is one line of text without control characters`;
  const long = [actor, ref].find((field) => (field?.length ?? 0) > MARK_FIELD_MAX);
  return long === undefined ? null : `actor and ref have at most ${MARK_FIELD_MAX} characters each`;
}

/** What of a place the configuration does not have, with the nearest name; null: it has it all. */
export function placeProblem({ group, server, site }: PauseScope, config: CollectorConfig): string | null {
  const groups = config.groups.filter(({ name }) => group === null || name === group);
  const servers = groups.flatMap((one) => one.servers.map(({ name }) => name));
  if (group !== null && groups.length === 0) {
    return unknownName(
      'group',
      group,
      config.groups.map(({ name }) => name),
    );
  }
  if (server !== null && !servers.includes(server)) return unknownName('server', server, servers);
  const sites = config.sites.map(({ name }) => name);
  return site !== null && !sites.includes(site) ? unknownName('site', site, sites) : null;
}

/** "there is no group "x"; did you mean "y"?", or what there is. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestWord(name, known);
  const listed = known.slice(0, 8).join(', ') + (known.length > 8 ? ', …' : '');
  return `there is no ${what} "${name}"; ${nearest === null ? `there is: ${listed}` : `did you mean "${nearest}"?`}`;
}

/** True for what would break a line or a terminal. */
function hasControl(text: string): boolean {
  return [...text].some((letter) => letter < ' ' || (letter >= '\u007f' && letter < '\u00a0'));
}
