/**
 * What the picture lacks, a line each: agents that are silent, behind or ill, and readers of the log that lag. Sites that
 * are silent for one reason are one line, since a dead collector's line would otherwise be 142 of them.
 */
import type {
  AgentsView,
  AgentView,
  ConsumerView,
  SitesView,
  SiteView,
  StatusView,
} from '../../../shared/core/ops-view.ts';
import { elapsedText } from '../../core/answers/clock-text.ts';
import { CONSUMER_BEHIND_MS } from '../../core/answers/limits.ts';
import { agoText, momentText, type Viewer } from './moment-text.ts';
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
/** Results are complete a drop time late, and agents are told of every ten seconds; later than this is late, µs. */
const LATE_US = 30e6;
/** When verdicts are behind by this, so is the page, ms; other readers of the log write now and then. */
const LAG_MS = 10_000;

/** @param sites null: not asked for, since all of them are known of */
export function missingOf({ status, agents, sites }: Told, viewer: Viewer): readonly MissingLine[] {
  return [
    ...agentlessLines(sites?.sites ?? []),
    ...silentLines(agents?.agents ?? [], viewer),
    ...(agents?.agents ?? []).flatMap((agent) => agentLines(agent, viewer)),
    ...status.consumers.flatMap((consumer) => consumerLines(consumer)),
    ...(status.store.problem === null ? [] : [warn('The collector’s disk', status.store.problem)]),
  ];
}

const warn = (text: string, detail: string): MissingLine => ({ text, detail, tone: 'warn' });

interface Told {
  readonly status: StatusView;
  readonly agents: AgentsView | null;
  readonly sites: SitesView | null;
}

/** Sites of the configuration that no agent was ever heard from. */
function agentlessLines(sites: readonly SiteView[]): readonly MissingLine[] {
  const none = [...new Set(sites.filter((one) => one.agent_state === 'none').map(({ site }) => site))];
  if (none.length === 0) return [];
  const text = none.length === 1 ? `Site ${none[0]} has no agent` : `${none.length} sites have no agent`;
  const detail = 'none was ever heard; dorawatch-agent run begins one';
  return [{ text, detail: none.length === 1 ? detail : `${named(none)}: ${detail}`, tone: 'unknown' }];
}

function silentLines(agents: readonly AgentView[], viewer: Viewer): readonly MissingLine[] {
  const heard = new Set(agents.filter(({ connected }) => connected).map(({ site }) => site));
  const silent = agents.filter(({ site, connected }) => !connected && !heard.has(site));
  const [first] = silent;
  if (first === undefined) return [];
  if (silent.length === 1) {
    return [{ text: `Site ${first.site} is silent`, detail: knownText(first, viewer), tone: 'unknown' }];
  }
  return [
    { text: `${silent.length} sites are silent`, detail: named(silent.map(({ site }) => site)), tone: 'unknown' },
  ];
}

/** Up to when its results are known, whatever was heard of it since. */
function knownText({ complete_through: through }: AgentView, viewer: Viewer): string {
  if (through === null) return 'none of its results ever came';
  return `nothing is known of it since ${momentText(through, viewer)}, ${agoText(through, viewer.now)}`;
}

function named(sites: readonly string[]): string {
  const more = sites.length - NAMES_MAX;
  return sites.slice(0, NAMES_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function agentLines(agent: AgentView, viewer: Viewer): readonly MissingLine[] {
  const { site, trouble, resting } = agent;
  return [
    ...lateLines(agent, viewer),
    ...(trouble === null ? [] : [warn(`Agent at ${site}`, trouble)]),
    ...(resting === null ? [] : [warn(`Agent at ${site} probes nothing`, resting)]),
  ];
}

/** Connected, and yet what is shown of its site is not of now: by what it says that it has, and by what came of it. */
function lateLines(agent: AgentView, viewer: Viewer): readonly MissingLine[] {
  const { site, connected, backlog_batches: backlog, complete_through: through, resting } = agent;
  const isBehind = through !== null && resting === null && viewer.now - through > LATE_US;
  const waits = (backlog ?? 0) >= BACKLOG_BATCHES;
  if (!connected || !(isBehind || waits)) return [];
  const words = [isBehind ? knownText(agent, viewer) : '', waits ? `${backlog} batches wait at its agent` : ''];
  return [warn(`Site ${site} is late`, words.filter((word) => word !== '').join('; '))];
}

function consumerLines({ name, lag_ms: lag, problem }: ConsumerView): readonly MissingLine[] {
  if (problem !== null) return [warn(`The collector’s ${name}`, problem)];
  const most = name === 'verdicts' ? LAG_MS : CONSUMER_BEHIND_MS;
  return (lag ?? 0) > most ? [warn(`The collector’s ${name} lag`, `${elapsedText(lag ?? 0)} behind`)] : [];
}
