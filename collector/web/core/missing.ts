/**
 * What the picture lacks, a line each: agents that are silent, behind or ill, and readers of the log that lag. Sites that
 * are silent for one reason are one line, since a dead collector's line would otherwise be 142 of them.
 */
import type { AgentsView, AgentView, ConsumerView, StatusView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { elapsedText } from '../../core/answers/clock-text.ts';
import { agoText } from './moment-text.ts';
import type { Tone } from './state-look.ts';

export interface MissingLine {
  readonly text: string;
  readonly detail: string;
  readonly tone: Tone;
}

/** More names than this are a number. */
const NAMES_MAX = 6;
/** A batch a second is normal; so many wait and what is shown of a site is old. */
const BACKLOG_BATCHES = 5;
/** Behind by this and the page is behind reality, ms. */
const LAG_MS = 10_000;

export function missingOf(status: StatusView, agents: AgentsView | null, now: UnixMicros): readonly MissingLine[] {
  return [
    ...silentLines(agents?.agents ?? [], now),
    ...(agents?.agents ?? []).flatMap((agent) => agentLines(agent)),
    ...status.consumers.flatMap((consumer) => consumerLines(consumer)),
    ...(status.store.problem === null ? [] : [warn('The collector’s disk', status.store.problem)]),
  ];
}

const warn = (text: string, detail: string): MissingLine => ({ text, detail, tone: 'warn' });

function silentLines(agents: readonly AgentView[], now: UnixMicros): readonly MissingLine[] {
  const heard = new Set(agents.filter(({ connected }) => connected).map(({ site }) => site));
  const silent = agents.filter(({ site, connected }) => !connected && !heard.has(site));
  const [first] = silent;
  if (first === undefined) return [];
  if (silent.length === 1) {
    const detail = first.last_seen === null ? 'no agent was ever heard' : `last heard ${agoText(first.last_seen, now)}`;
    return [{ text: `Site ${first.site} is silent`, detail, tone: 'unknown' }];
  }
  return [
    { text: `${silent.length} sites are silent`, detail: named(silent.map(({ site }) => site)), tone: 'unknown' },
  ];
}

function named(sites: readonly string[]): string {
  const more = sites.length - NAMES_MAX;
  return sites.slice(0, NAMES_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function agentLines({
  site,
  connected,
  backlog_batches: backlog,
  trouble,
  resting,
}: AgentView): readonly MissingLine[] {
  const late = connected && (backlog ?? 0) >= BACKLOG_BATCHES;
  return [
    ...(late ? [warn(`Site ${site} is late`, `${backlog} batches wait at its agent`)] : []),
    ...(trouble === null ? [] : [warn(`Agent at ${site}`, trouble)]),
    ...(resting === null ? [] : [warn(`Agent at ${site} probes nothing`, resting)]),
  ];
}

function consumerLines({ name, lag_ms: lag, problem }: ConsumerView): readonly MissingLine[] {
  if (problem !== null) return [warn(`The collector’s ${name}`, problem)];
  return (lag ?? 0) > LAG_MS ? [warn(`The collector’s ${name} lag`, `${elapsedText(lag ?? 0)} behind`)] : [];
}
