/**
 * Judges a start or an end of maintenance before it is stored: one of a group that does not exist would hold no alert and say that
 * it did. A start that says no end is given one, and the answer says so: what is forgotten must not hide a night.
 *
 * Rejected: a start in the past. What happened was seen as it was, and no word afterwards makes it planned.
 */
import type { MaintenanceRequest } from '../../../shared/core/ops-request.ts';
import { afterUs, type UnixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig } from '../config/config.ts';
import type { MaintenanceEntry } from '../log-entry.ts';
import { AHEAD_MAX_MS, DEFAULT_LENGTH_MS, LENGTH_MAX_MS, LENGTH_MIN_MS, OPEN_MAX } from '../maintenance/limits.ts';
import { isEndedBy, isOpen, type PersonWindow } from '../maintenance/person-windows.ts';
import { scopeText } from '../pauses.ts';
import { isWithin } from '../steering.ts';
import { placeProblem, wordsProblem } from './mark-request.ts';
import { groupOfServer, serverAmbiguity } from './pause-request.ts';

export interface MaintenanceCircumstances {
  readonly config: CollectorConfig;
  readonly people: readonly PersonWindow[];
  readonly now: UnixMicros;
}

export type MaintenanceVerdict =
  | { readonly ok: true; readonly entry: MaintenanceEntry }
  | { readonly ok: false; readonly problem: string };

export function judgeMaintenance(
  request: MaintenanceRequest,
  action: MaintenanceEntry['action'],
  circumstances: MaintenanceCircumstances,
): MaintenanceVerdict {
  const { config, now } = circumstances;
  const span = action === 'start' ? spanOf(request, now) : { since: now, until: now };
  const problem =
    wordsProblem('maintenance', request) ??
    (action === 'start' ? startProblem(request, span, circumstances) : stopProblem(request, circumstances));
  if (problem !== null) return { ok: false, problem };
  const { server, site, actor, ref } = request;
  const group = request.group ?? (action === 'start' ? groupOfServer(config, server) : null);
  const text = request.text?.trim() || null;
  const scope = { group, server, site };
  const exact = action === 'stop' && request.exact ? { exact: true as const } : {};
  const said = { ...scope, ...span, ...exact, text, actor, ref };
  return { ok: true, entry: { kind: 'maintenance', receivedAt: now, action, ...said } };
}

interface Period {
  readonly since: UnixMicros;
  readonly until: UnixMicros;
}

function spanOf({ since: from, until, for_ms }: MaintenanceRequest, now: UnixMicros): Period {
  const since = from ?? now;
  return { since, until: until ?? afterUs(since, Math.round((for_ms ?? DEFAULT_LENGTH_MS) * 1000)) };
}

function startProblem(
  request: MaintenanceRequest,
  { since, until }: Period,
  { config, people, now }: MaintenanceCircumstances,
): string | null {
  if (request.until !== null && request.for_ms !== null) return 'an end and a length are both given; one is enough';
  if (since < now) return 'maintenance begins now or later: what has happened was not planned by it';
  if (since - now > AHEAD_MAX_MS * 1000) return 'maintenance is planned 90 days ahead at most; later ones fit the file';
  if (until - since < LENGTH_MIN_MS * 1000) return 'maintenance lasts a minute at least';
  if (until - since > LENGTH_MAX_MS * 1000) return 'maintenance lasts 7 days at most; plan it in parts';
  if (people.filter((one) => isOpen(one, now)).length >= OPEN_MAX)
    return `${OPEN_MAX} maintenances are in force or to come already; stop some, or name more at once`;
  return placeProblem(request, config) ?? serverAmbiguity(request, config);
}

function stopProblem(request: MaintenanceRequest, { config, people, now }: MaintenanceCircumstances): string | null {
  const open = people.filter((one) => isOpen(one, now));
  // What the configuration no longer has can still be in maintenance, and that must end some day.
  if (open.some((one) => isEndedBy(one, { ...request, since: now }))) return null;
  const unknown = placeProblem(request, config);
  if (unknown !== null) return unknown;
  const wider = open.find((one) => isWithin(request, one));
  if (wider !== undefined) return `that is in maintenance with all ${scopeText(wider)}: stop that`;
  const where = request.group ?? request.server ?? request.site;
  const files = 'windows of the file end with the file, and Kea ends its own';
  return `no maintenance ${where === null ? 'anywhere' : scopeText(request)} was started by a person (${files})`;
}
