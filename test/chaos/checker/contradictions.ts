/**
 * Between two transitions a state is claimed, and the stored exchanges of that time may contradict it: a server that answers
 * is not non-serving, one that leaves everything unanswered is not serving, and in a gap nobody answers. Asked of each server
 * over all sites and of each site's path. It needs no truth about what was done, so it also holds in the thick of several faults, where the causes of a
 * row cannot be told apart. Degraded and unknown claim too little to be contradicted.
 */
import type { EventRow, Evidence, StoredExchange } from './evidence.ts';

export interface Contradictions {
  /** Claimed non-serving, and answered. */
  readonly answered: readonly string[];
  /** Claimed serving, and nothing answered for long. */
  readonly unanswered: readonly string[];
}

/** `rise` exchanges in a row make a server serving; twice that inside a claim is no edge of it. */
const ANSWERED_MIN = 4;
/** Twice `fall`, and longer than a drop time and a burst of loss. */
const UNANSWERED_MIN = 20;
const UNANSWERED_MIN_US = 6_000_000;
/** A claim's edges are left alone: brackets may be short by the time between stamps. */
const EDGE_US = 500_000;

interface Claim {
  readonly state: string;
  readonly fromUs: number;
  readonly untilUs: number;
}

export function contradictionsOf(evidence: Evidence): Contradictions {
  const answered: string[] = [];
  const unanswered: string[] = [];
  const sites: readonly (string | null)[] = [null, ...evidence.sites.map(({ site }) => site)];
  for (const server of Object.values(evidence.serverNames)) {
    for (const site of sites) {
      const where = site === null ? server : `${server} at ${site}`;
      const agents = evidence.sites.filter((each) => site === null || each.site === site).map(({ agent }) => agent);
      const own = evidence.stored
        .filter((row) => row.server === server && agents.includes(row.agent))
        .sort((a, b) => a.sentUs - b.sentUs);
      for (const claim of claimsOf(evidence.rows.filter((row) => row.server === server && row.site === site))) {
        const within = own.filter((row) => isWithin(row, claim));
        const text = `${where} is told ${claim.state} ${timeText(claim.fromUs)} to ${timeText(claim.untilUs)}`;
        if (claim.state === 'non-serving' && longestRun(within, 'acked').length >= ANSWERED_MIN)
          answered.push(`${text}, and answers at ${timeText(longestRun(within, 'acked')[0]?.sentUs ?? 0)}`);
        if (claim.state === 'serving' && isLong(longestRun(within, 'dropped')))
          unanswered.push(`${text}, and is silent from ${timeText(longestRun(within, 'dropped')[0]?.sentUs ?? 0)}`);
      }
    }
  }
  for (const gap of evidence.gaps) {
    for (const server of Object.values(evidence.serverNames)) {
      const own = evidence.stored.filter((row) => row.server === server && isWithin(row, gap));
      const run = longestRun(
        own.sort((a, b) => a.sentUs - b.sentUs),
        'acked',
      );
      const text = `a gap is told ${timeText(gap.fromUs)} to ${timeText(gap.untilUs)}`;
      if (run.length >= ANSWERED_MIN)
        answered.push(`${text}, and ${server} answers at ${timeText(run[0]?.sentUs ?? 0)}`);
    }
  }
  return { answered, unanswered };
}

const isWithin = ({ sentUs }: StoredExchange, { fromUs, untilUs }: { fromUs: number; untilUs: number }): boolean =>
  sentUs > fromUs + EDGE_US && sentUs < untilUs - EDGE_US;

/** What is claimed between one transition's bracket and the next one's; after the last, until the end. */
function claimsOf(rows: readonly EventRow[]): Claim[] {
  const transitions = rows
    .filter(({ kind }) => kind === 'transition')
    .sort((a, b) => a.earliestUs + a.latestUs - b.earliestUs - b.latestUs);
  return transitions.map((row, index) => ({
    state: row.to ?? 'unknown',
    fromUs: row.latestUs,
    untilUs: transitions[index + 1]?.earliestUs ?? Number.MAX_SAFE_INTEGER,
  }));
}

function longestRun(rows: readonly StoredExchange[], outcome: string): readonly StoredExchange[] {
  let longest: readonly StoredExchange[] = [];
  let run: StoredExchange[] = [];
  for (const row of rows) {
    if (row.outcome === 'unmeasured') continue;
    if (row.outcome !== outcome) run = [];
    else run.push(row);
    if (run.length > longest.length) longest = [...run];
  }
  return longest;
}

function isLong(run: readonly StoredExchange[]): boolean {
  const lastsUs = (run.at(-1)?.sentUs ?? 0) - (run[0]?.sentUs ?? 0);
  return run.length >= UNANSWERED_MIN && lastsUs >= UNANSWERED_MIN_US;
}

const timeText = (us: number): string =>
  us === Number.MAX_SAFE_INTEGER ? 'the end' : new Date(us / 1000).toISOString().slice(11, 23);
