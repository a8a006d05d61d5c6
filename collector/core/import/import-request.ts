/**
 * Judges an import before it is stored for ever: it comes from whoever can reach the port, its group must not be one that agents
 * probe, and its counts must add up. What is stored already is left out, so the log holds every observation once.
 */
import type { ImportRequest, ObservationView } from '../../../shared/core/ops-request.ts';
import { afterUs, type UnixMicros } from '../../../shared/core/units.ts';
import { MARK_AHEAD_MAX_US, MARK_FIELD_MAX } from '../answers/limits.ts';
import { type CollectorConfig, MODES, type Mode } from '../config/config.ts';
import type { ImportEntry } from '../log-entry.ts';
import type { ImportBook } from './import-book.ts';
import { observationKey } from './imported-group.ts';
import { EXCHANGES_MAX, NAME_MAX, OBSERVATIONS_MAX, REQUEST_OBSERVATIONS, SERVERS_MAX } from './limits.ts';

export type ImportVerdict =
  /** `entry` is null when all of it is there already. */
  | { readonly ok: true; readonly entry: ImportEntry | null; readonly duplicates: number }
  | { readonly ok: false; readonly problem: string };

/** @param now collector's clock: when the import is received */
export function judgeImport(
  request: ImportRequest,
  { config, book, now }: { readonly config: CollectorConfig; readonly book: ImportBook; readonly now: UnixMicros },
): ImportVerdict {
  const { group, servers, observations, actor } = request;
  const mode = MODES.find((one) => one === request.mode);
  const problem =
    groupProblem(group, config) ??
    (mode === undefined ? `there is no mode "${request.mode}"; there is: ${MODES.join(', ')}` : null) ??
    serversProblem(servers) ??
    observationsProblem(request, now) ??
    ((actor?.length ?? 0) > MARK_FIELD_MAX ? `actor has at most ${MARK_FIELD_MAX} characters` : null);
  if (problem !== null || mode === undefined) return { ok: false, problem: problem ?? '' };
  const fresh = new Map(observations.map((one) => [observationKey(one), one]));
  for (const key of fresh.keys()) if (book.has(group, key)) fresh.delete(key);
  if (book.size + fresh.size > OBSERVATIONS_MAX) {
    return {
      ok: false,
      problem: `a collector keeps ${OBSERVATIONS_MAX} imported runs; use --offline, or import a shorter log`,
    };
  }
  const duplicates = observations.length - fresh.size;
  if (fresh.size === 0 && !changes(book, group, mode, servers)) return { ok: true, entry: null, duplicates };
  const entry: ImportEntry = {
    kind: 'import',
    receivedAt: now,
    group,
    mode,
    servers,
    observations: [...fresh.values()],
    actor,
  };
  return { ok: true, entry, duplicates };
}

/** A file imported again under another mode, or in another order, says something new. */
function changes(book: ImportBook, group: string, mode: Mode, servers: readonly string[]): boolean {
  const known = book.group(group);
  return known !== null && (known.mode !== mode || JSON.stringify(known.servers) !== JSON.stringify(servers));
}

const isName = (text: string): boolean => text.length <= NAME_MAX && /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u.test(text);
const NAME_RULE = `letters, digits, "-", "_" and ".", at most ${NAME_MAX} of them`;

function groupProblem(group: string, config: CollectorConfig): string | null {
  if (!isName(group)) return `a group's name is ${NAME_RULE}`;
  const taken = config.groups.some(({ name }) => name === group);
  return taken
    ? `agents probe the group "${group}"; choose a name for the import that the configuration does not have`
    : null;
}

function serversProblem(servers: readonly string[]): string | null {
  if (servers.length === 0 || servers.length > SERVERS_MAX) return `an import has 1 to ${SERVERS_MAX} servers`;
  if (!servers.every(isName)) return `a server's name is ${NAME_RULE}`;
  return new Set(servers).size < servers.length ? 'a server is named twice' : null;
}

function observationsProblem({ observations, servers }: ImportRequest, now: UnixMicros): string | null {
  if (observations.length === 0) return 'an import has at least one observation';
  if (observations.length > REQUEST_OBSERVATIONS)
    return `one request takes ${REQUEST_OBSERVATIONS} observations at most`;
  const wrong = observations.findIndex((one) => !servers.includes(one.server) || !isSound(one, now));
  if (wrong < 0) return null;
  return `observation ${wrong + 1}: its server, its moments or its counts do not agree with each other`;
}

/** Moments in their order and not to come, counts that add up. A log that says something else would have all of a request refused. */
export function isSound(one: ObservationView, now: UnixMicros): boolean {
  const { from, from_latest, last_sent, to, sent, offered, answered, dropped, unmeasured } = one;
  const inOrder = from >= 0 && from <= from_latest && from <= last_sent && from_latest <= to && last_sent <= to;
  const counts = [sent, offered, answered, dropped, unmeasured];
  const whole = counts.every((count) => Number.isSafeInteger(count) && count >= 0 && count <= EXCHANGES_MAX);
  const rate = one.rate_per_second ?? 1;
  const figures = [rate, one.slowest_us ?? 0, one.drop_time_ms].every(
    (figure) => Number.isFinite(figure) && figure >= 0,
  );
  return (
    inOrder &&
    to <= afterUs(now, MARK_AHEAD_MAX_US) &&
    whole &&
    figures &&
    sent === answered + dropped + unmeasured &&
    answered <= offered &&
    offered <= sent
  );
}
