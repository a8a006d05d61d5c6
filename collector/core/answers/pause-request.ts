/**
 * Judges a pause or a resume before it is stored: a pause of a group that does not exist would stop nothing and say that it did,
 * and a resume that ends nothing leaves its author believing in probes that do not go out.
 */
import type { PauseRow } from '../../../shared/core/ops-reply.ts';
import type { PauseRequest } from '../../../shared/core/ops-request.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig } from '../config/config.ts';
import type { PauseEntry } from '../log-entry.ts';
import { scopeText } from '../pauses.ts';
import { isWithin } from '../steering.ts';
import { PAUSES_MAX } from './limits.ts';
import { placeProblem, wordsProblem } from './mark-request.ts';

export interface PauseCircumstances {
  readonly config: CollectorConfig;
  readonly pauses: readonly PauseRow[];
  readonly now: UnixMicros;
}

export type PauseVerdict =
  | { readonly ok: true; readonly entry: PauseEntry }
  | { readonly ok: false; readonly problem: string };

export function judgePause(
  request: PauseRequest,
  action: PauseEntry['action'],
  { config, pauses, now }: PauseCircumstances,
): PauseVerdict {
  const problem =
    wordsProblem(action, request) ??
    (action === 'pause' ? pauseProblem(request, config, pauses) : resumeProblem(request, config, pauses));
  if (problem !== null) return { ok: false, problem };
  const { server, site, actor, ref } = request;
  // A server's name without its group is one server's here, and its row belongs to that group's report.
  const group = request.group ?? (action === 'resume' ? null : groupOfServer(config, server));
  const text = request.text?.trim() || null;
  return { ok: true, entry: { kind: 'pause', receivedAt: now, action, group, server, site, text, actor, ref } };
}

function pauseProblem(request: PauseRequest, config: CollectorConfig, pauses: readonly PauseRow[]): string | null {
  if (pauses.length >= PAUSES_MAX)
    return `${PAUSES_MAX} pauses are in force already; resume some, or pause more at once`;
  return placeProblem(request, config) ?? serverAmbiguity(request, config);
}

/** "primary" is a server of every pair. */
export function serverAmbiguity(
  { group, server }: Pick<PauseRequest, 'group' | 'server'>,
  config: CollectorConfig,
): string | null {
  if (server === null || group !== null) return null;
  const having = groupsWith(config, server);
  return having.length < 2 ? null : `a server "${server}" is in groups ${having.join(', ')}; say which with its group`;
}

/** The group of a server that is in one alone. */
export const groupOfServer = (config: CollectorConfig, server: string | null): string | null =>
  server === null ? null : (groupsWith(config, server)[0] ?? null);

const groupsWith = ({ groups }: CollectorConfig, server: string): readonly string[] =>
  groups.filter(({ servers }) => servers.some(({ name }) => name === server)).map(({ name }) => name);

function resumeProblem(request: PauseRequest, config: CollectorConfig, pauses: readonly PauseRow[]): string | null {
  // What the configuration no longer has can still be paused, and its pause must end some day.
  if (pauses.some((pause) => isWithin(pause, request))) return null;
  const unknown = placeProblem(request, config);
  if (unknown !== null) return unknown;
  const wider = pauses.find((pause) => isWithin(request, pause));
  return wider === undefined
    ? `nothing is paused ${request.group === null && request.server === null && request.site === null ? 'anywhere' : scopeText(request)}`
    : `that is paused with all ${scopeText(wider)}: resume that, and then pause what is to stay so`;
}
