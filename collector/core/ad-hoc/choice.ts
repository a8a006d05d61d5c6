/**
 * Which agent makes an ad-hoc exchange, and with which server: read off what a person typed and what is so now. Each "no" says
 * what to do about it. Rejected: asking whichever agent has the server; a person at the terminal means a place.
 */
import { type AdHocRequest, isAdHocTarget } from '../../../shared/core/ad-hoc.ts';
import type { Assignment, Target } from '../../../shared/core/assignment.ts';
import { FEATURES } from '../../../shared/core/features.ts';
import { AD_HOC_WAIT_MAX_MS } from '../../../shared/core/limits.ts';
import type { PauseRow } from '../../../shared/core/ops-reply.ts';
import type { ProbeRequest } from '../../../shared/core/ops-request.ts';
import type { AgentView } from '../../../shared/core/ops-view.ts';
import { EXCHANGE_KINDS, type ExchangeKind } from '../../../shared/core/outcome.ts';
import { milliseconds, type UnixMicros } from '../../../shared/core/units.ts';
import type { AgentState } from '../agent-table.ts';
import { elapsedText } from '../answers/clock-text.ts';
import { unknownName } from '../answers/mark-request.ts';
import type { CollectorConfig } from '../config/config.ts';
import { scopeText } from '../pauses.ts';
import { isWithin } from '../steering.ts';
import { ownBucket } from '../verdicts/group-state.ts';
import { type ServerChoice, serverChoice } from './server-choice.ts';

/** A session as far as it matters here. */
export type AdHocAgent = Pick<
  AgentState,
  'agent' | 'site' | 'version' | 'connected' | 'lastSeen' | 'features' | 'clockOffsetUs' | 'clockErrorUs'
>;

export interface Circumstances {
  readonly config: CollectorConfig;
  readonly pauses: readonly PauseRow[];
  /** Sessions of this run, those that have ended too. */
  readonly sessions: readonly AdHocAgent[];
  /** Every agent heard of, by this run or an earlier one. */
  readonly known: readonly Pick<AgentView, 'id' | 'site' | 'last_seen'>[];
  assignmentOf(agent: string): Assignment | undefined;
  readonly now: UnixMicros;
}

/** `not-now`: it can be had another time. */
export interface No {
  readonly ok: false;
  readonly kind: 'not-found' | 'invalid' | 'not-now';
  readonly problem: string;
}

export interface AdHocChoice {
  readonly ok: true;
  readonly agent: AdHocAgent;
  readonly place: ServerChoice;
  readonly asked: AdHocRequest;
}

const no = (kind: No['kind'], problem: string): No => ({ ok: false, kind, problem });

export function chooseAdHoc(request: ProbeRequest, now: Circumstances): AdHocChoice | No {
  const { config } = now;
  const sites = config.sites.map(({ name }) => name);
  if (!sites.includes(request.site)) return no('not-found', unknownName('site', request.site, sites));
  const place = serverChoice(request, config);
  if (!place.ok) return no(place.kind, place.problem);
  const kind = kindOf(request);
  if (kind === undefined) return no('invalid', `an exchange is "dora" or "do", not "${request.kind}"`);
  const waitMs = request.wait_ms ?? config.probe.dropTimeMs;
  if (!(waitMs >= 1 && waitMs <= AD_HOC_WAIT_MAX_MS))
    return no('invalid', `an answer is waited for from 1 ms to ${AD_HOC_WAIT_MAX_MS / 1000} s, not ${waitMs} ms`);
  const paused = pauseProblem(request.site, place, now);
  if (paused !== null) return no('not-now', paused);
  const agent = agentOf(request, now);
  if ('ok' in agent) return agent;
  const targets = targetsAt(now.assignmentOf(agent.agent), place);
  const [target] = targets;
  if (target === undefined)
    return no(
      'not-now',
      `agent ${agent.agent} has not been told yet to probe ${place.server.name}; try again in a second`,
    );
  // A DORA holds a lease for a moment: where the schedule has none, somebody has to say so.
  const usual: ExchangeKind = targets.some((one) => one.kind === 'dora') ? 'dora' : 'do';
  const { group, server, bucket } = target;
  const asked = { group, server, bucket, kind: kind ?? usual, dropTimeMs: milliseconds(waitMs) };
  return { ok: true, agent, place, asked };
}

/** Null: as usual; undefined: it is none. */
const kindOf = ({ kind }: ProbeRequest): ExchangeKind | null | undefined =>
  kind === null ? null : EXCHANGE_KINDS.find((one) => one === kind);

function targetsAt(assignment: Assignment | undefined, { group, server }: ServerChoice): readonly Target[] {
  // In load balancing, the clients that the server answers when all is well.
  const asked = { group: group.name, server: server.name, bucket: ownBucket(group.mode, server.role) };
  return (assignment?.targets ?? []).filter((target) => isAdHocTarget(target, asked));
}

function pauseProblem(site: string, { group, server }: ServerChoice, { pauses, now }: Circumstances): string | null {
  const place = { group: group.name, server: server.name, site };
  const pause = pauses.find((one) => isWithin(place, one));
  if (pause === undefined) return null;
  const flags = (['group', 'server', 'site'] as const).flatMap((key) =>
    pause[key] === null ? [] : [`--${key} ${pause[key]}`],
  );
  const by = pause.actor === null ? '' : ` by ${pause.actor}`;
  const why = pause.text === null ? '' : ` (${pause.text})`;
  const since = elapsedText((now - pause.since) / 1000);
  const resume = `dorawatch resume ${flags.length === 0 ? '--all' : flags.join(' ')}`;
  return `probing ${scopeText(pause)} was paused ${since} ago${by}${why}; to go on: ${resume}`;
}

function agentOf({ site, agent: wanted }: ProbeRequest, now: Circumstances): AdHocAgent | No {
  const known = now.known.filter((one) => one.site === site);
  if (known.length === 0)
    return no(
      'not-now',
      `no agent has ever been heard from site ${site}; start one there: dorawatch-agent run --site ${site}`,
    );
  if (wanted !== null && !known.some(({ id }) => id === wanted)) {
    const ids = known.map(({ id }) => id);
    return no('not-found', `${unknownName('agent', wanted, ids)} (of site ${site})`);
  }
  const here = now.sessions
    .filter((one) => one.site === site && one.connected && (wanted === null || one.agent === wanted))
    .sort((a, b) => b.lastSeen - a.lastSeen);
  const [last] = here;
  if (last === undefined) return no('not-now', absentText(site, wanted, now));
  const able = here.find(({ features }) => features.includes(FEATURES.adHocExchange));
  if (able !== undefined) return able;
  const version = last.version === '' ? '' : ` (version ${last.version})`;
  return no(
    'not-now',
    `agent ${last.agent}${version} is too old: it does not know ad-hoc exchanges; install this version of dorawatch-agent there`,
  );
}

function absentText(site: string, wanted: string | null, { known, now }: Circumstances): string {
  const [last] = known
    .filter((one) => one.site === site && (wanted === null || one.id === wanted))
    .sort((a, b) => (b.last_seen ?? 0) - (a.last_seen ?? 0));
  const at = last?.last_seen ?? null;
  const heard = last === undefined || at === null ? '' : `: ${last.id} was last heard ${ago(at, now)}`;
  const who = wanted === null ? `no agent of site ${site} is connected` : `agent ${wanted} is not connected`;
  return `${who}${heard}; dorawatch agents shows them all`;
}

const ago = (at: UnixMicros, now: UnixMicros): string => `${elapsedText((now - at) / 1000)} ago`;
