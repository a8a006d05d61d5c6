/**
 * The transitions told against what was done and what the servers' own links saw. Missed: a server began or ceased to answer
 * while some site could see it, and no row says so with a bracket that can hold the moment. Invented: a row whose bracket
 * holds nothing that could have been its cause. What no site could see is nobody's to tell. A state that the exchanges
 * themselves contradict counts as well.
 */
import { type Bracket, servicePeriods } from '../../lab/truth.ts';
import type { WireExchange } from '../../lab/wire.ts';
import { contradictionsOf } from './contradictions.ts';
import type { Disturbance, EventRow, Evidence } from './evidence.ts';

export interface TransitionVerdict {
  readonly missed: number;
  readonly invented: number;
  /** Times that a server began or ceased to answer, and those of them that some site could see undisturbed. */
  readonly moments: number;
  readonly seen: number;
  readonly said: readonly string[];
}

interface Moment {
  readonly server: string;
  readonly to: 'serving' | 'non-serving';
  readonly bracket: Bracket;
}

/** Where the wire is read is a WAN delay away from where the agent is, and the machine is busy. */
const SLACK_US = 300_000;
/** Looked on undisturbed from so long before a moment until so long after it: a drop time, ten exchanges and a batch. */
const BEFORE_US = 4_000_000;
const AFTER_US = 9_000_000;
/** What lasts shorter need not be told: twice `fall` exchanges of the one site that may be left to see it. */
const TOLD_US = 4_500_000;
/** Shorter runs are no period: frames lost on a WAN leave exchanges unfinished though the server answered. */
const RUNS = { fall: 6, rise: 2 };

export function judgeTransitions(evidence: Evidence): TransitionVerdict {
  const moments = momentsOf(evidence.servers, evidence);
  const rows = evidence.rows.filter(({ kind, to }) => kind === 'transition' && to !== 'unknown');
  const seen = moments.filter((moment) => lasts(moment, moments) && isSeen(moment, evidence));
  const missed = seen.filter((moment) => !rows.some((row) => tells(row, moment)));
  const bySite = new Map(evidence.sites.map(({ site, wire }) => [site, momentsOf(wire, evidence)]));
  const invented = rows.filter((row) => {
    // A server that has just come back may answer one site a second before the other: a path is judged by its own wire too.
    const own = row.site === null ? [] : (bySite.get(row.site) ?? []);
    return row.from !== 'unknown' && !hasCause(row, [...moments, ...own], evidence);
  });
  const { answered, unanswered } = contradictionsOf(evidence);
  return {
    missed: missed.length + unanswered.length,
    invented: invented.length + answered.length,
    moments: moments.length,
    seen: seen.length,
    said: [
      ...missed.map((moment) => `missed: ${moment.server} → ${moment.to} ${spanText(moment.bracket)}`),
      ...unanswered.map((text) => `missed: ${text}`),
      ...invented.map((row) => `invented: ${rowText(row)}`),
      ...answered.map((text) => `invented: ${text}`),
    ],
  };
}

function momentsOf(wire: readonly WireExchange[], { serverNames, dropTimeUs }: Evidence): Moment[] {
  return servicePeriods(wire, dropTimeUs, RUNS).flatMap((period) => {
    const server = serverNames[period.server] ?? period.server;
    const began: Moment[] = period.from === undefined ? [] : [{ server, to: 'serving', bracket: period.from }];
    const ended: Moment[] = period.to === undefined ? [] : [{ server, to: 'non-serving', bracket: period.to }];
    return [...began, ...ended];
  });
}

/** Neither what it begins nor what it ends was over in a moment. */
function lasts({ server, bracket }: Moment, moments: readonly Moment[]): boolean {
  return moments
    .filter((other) => other.server === server && other.bracket !== bracket)
    .every((other) =>
      other.bracket.earliest > bracket.earliest
        ? other.bracket.earliest - bracket.latest >= TOLD_US
        : bracket.earliest - other.bracket.latest >= TOLD_US,
    );
}

/** A wrong clock and a full disk blind no agent, and change nothing that it sees. */
const BLINDING = ['kill', 'pause', 'cut', 'weather'];

/** Some site's agent ran, and its WAN was whole, all around the moment. */
function isSeen({ bracket }: Moment, { sites, lives, disturbances }: Evidence): boolean {
  const span = { fromUs: bracket.earliest - BEFORE_US, untilUs: bracket.latest + AFTER_US };
  return sites.some(({ agent }, index) => {
    const isRunning = lives.some(
      (life) => life.agent === agent && life.startedUs <= span.fromUs && life.endedUs >= span.untilUs,
    );
    const own = disturbances.filter(
      ({ kind, target }) => BLINDING.includes(kind) && (target === agent || target === `wan${index}`),
    );
    return isRunning && !own.some((each) => overlap(each, span));
  });
}

function tells(row: EventRow, { server, to, bracket }: Moment): boolean {
  if (row.server !== server || row.site !== null || !holds(row, bracket)) return false;
  return to === 'non-serving' ? row.to === 'non-serving' : row.to === 'serving' || row.to === 'degraded';
}

function hasCause(row: EventRow, moments: readonly Moment[], evidence: Evidence): boolean {
  const isWorse = row.to === 'non-serving' || row.from === 'serving';
  const own = moments.filter(({ server, to }) => server === row.server && (to === 'non-serving') === isWorse);
  if (own.some(({ bracket }) => holds(row, bracket))) return true;
  return evidence.disturbances
    .filter((each) => concerns(each, row, evidence))
    .some((each) => causes(each, isWorse).some((bracket) => holds(row, bracket)));
}

/** What happens at a site may change that site's paths, and through them a server's state over all sites. */
function concerns({ target }: Disturbance, row: EventRow, { sites }: Evidence): boolean {
  return sites.some(({ agent, site }, index) => {
    return (row.site === null || row.site === site) && (target === agent || target === `wan${index}`);
  });
}

/** A cut makes worse where it begins and better where it ends; lost frames and silent agents may do either throughout. */
function causes({ kind, fromUs, untilUs }: Disturbance, isWorse: boolean): Bracket[] {
  const moment = isWorse ? fromUs : untilUs;
  if (kind === 'cut') return [{ earliest: moment, latest: moment }];
  return !BLINDING.includes(kind) ? [] : [{ earliest: fromUs, latest: untilUs + BEFORE_US }];
}

function holds({ earliestUs, latestUs }: EventRow, { earliest, latest }: Bracket): boolean {
  return earliestUs <= latest + SLACK_US && earliest - SLACK_US <= latestUs;
}

const overlap = (each: Disturbance, span: { fromUs: number; untilUs: number }): boolean =>
  each.fromUs <= span.untilUs && span.fromUs <= each.untilUs;

const spanText = ({ earliest, latest }: Bracket): string => `[${timeText(earliest)}, ${timeText(latest)}]`;

function rowText({ server, site, from, to, earliestUs, latestUs }: EventRow): string {
  const where = site === null ? '' : ` at ${site}`;
  return `${server}${where} ${from} → ${to} [${timeText(earliestUs)}, ${timeText(latestUs)}]`;
}

const timeText = (us: number): string => new Date(us / 1000).toISOString().slice(11, 23);
