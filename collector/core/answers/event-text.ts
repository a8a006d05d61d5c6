/**
 * One sentence for each finding. In load balancing a server's own clients are "leases", as everywhere, and those that it
 * answers in its partner's place are named by their owner's role: "Secondary starts serving the primary's clients".
 *
 * Rejected: bucket numbers alone. Nobody on call knows whose bucket 1 is.
 */
import type { Failover, Interval, Transition } from '../finding.ts';
import { ownerOf } from '../verdicts/group-state.ts';
import { capitalised } from '../words.ts';

/** @param state a State, or a word that a newer collector has for one */
export const isServed = (state: string): boolean => state === 'serving' || state === 'degraded';

/** @returns "the primary's clients" */
export const clientsText = (bucket: number): string => `the ${ownerOf(bucket)}'s clients`;

/** @param servedBefore whether the same was served at any time before */
export function textOf(finding: Transition, servedBefore: boolean): string {
  if (finding.kind === 'silent') return silenceText(finding);
  return finding.kind === 'disagreement' ? disagreementText(finding) : transitionText(finding, servedBefore);
}

function disagreementText({ site, server, to, agents }: Transition): string {
  const [one, other] = [agents?.unanswered ?? '?', agents?.answered ?? '?'];
  const who = `Site ${site ?? '?'}: agents ${[one, other].sort().join(' and ')}`;
  if (to !== 'degraded') return `${who} agree about ${server ?? '?'} again`;
  return `${who} disagree about ${server ?? '?'} (${one} is not answered)`;
}

function silenceText({ site, to }: Transition): string {
  return to === 'unknown' ? `Site ${site ?? '?'} is silent: no agent reports` : `Site ${site ?? '?'} reports again`;
}

/** "Primary stops serving leases", with the site at the end when it is one path's. */
function transitionText(finding: Transition, servedBefore: boolean): string {
  const at = finding.site === null ? '' : ` at ${finding.site}`;
  return `${capitalised(finding.server ?? '?')} ${verb(finding, servedBefore)}${at}`;
}

function verb(finding: Transition, servedBefore: boolean): string {
  const { from, to, reason, bucket, clients } = finding;
  const others = clients === 'partner' && bucket !== null ? clientsText(bucket) : null;
  const what = others ?? 'leases';
  const whose = others === null ? '' : ` for ${others}`;
  switch (to) {
    case 'serving':
      return `${servedBefore || isServed(from) ? 'resumes' : 'starts'} serving ${what}`;
    case 'non-serving':
      // Out of unknown nothing was seen to stop.
      return from === 'unknown' && !servedBefore ? `is not serving ${what}` : `stops serving ${what}`;
    case 'degraded':
      return `is degraded${whose}${degradedText(finding)}`;
    case 'unknown':
      return `is unknown${whose}: ${UNKNOWN_BY[reason] ?? 'no news of it'}`;
  }
}

const UNKNOWN_BY: Readonly<Record<string, string>> = {
  'foreign-source': 'only other addresses answer',
  paused: 'probing is paused',
};

/** What a degraded server has, where its figures do not say it in a few words; the evidence does. */
const DEGRADED_BY: Readonly<Record<string, string>> = {
  slow: 'far slower than usual',
  overloaded: 'overloaded: loses while answers queue',
  'some-identities': 'some identities are refused',
};

function degradedText({ sites, reason, lossRatio }: Transition): string {
  if (sites !== null && sites.served < sites.reporting) return ` (${sites.served} of ${sites.reporting} sites served)`;
  const why = DEGRADED_BY[reason];
  if (why !== undefined) return ` (${why})`;
  return lossRatio === null ? '' : ` (${Math.round(lossRatio * 100)} % of exchanges lost)`;
}

export function intervalText({ kind, bucket }: Interval): string {
  const who = kind === 'gap' ? 'No server serves' : 'More than one server serves';
  return bucket === null ? `${who} leases` : `${who} ${clientsText(bucket)} (bucket ${bucket})`;
}

export function failoverText({ kind, bucket, from, to }: Failover): string {
  if (bucket === null) return `${kind === 'failover' ? 'Failover' : 'Fail-back'} from ${from} to ${to}`;
  if (kind === 'failover') return `${capitalised(to)} takes over ${clientsText(bucket)} from ${from}`;
  return `${capitalised(to)} takes its clients back from ${from}`;
}
