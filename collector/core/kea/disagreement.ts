/**
 * Where what Kea says of itself and what its sites see do not fit together, in one word and one sentence. The sites are the
 * truth about clients; Kea knows why. Only what an operator can act on is told: a standby that says it is silent and is silent
 * fits, and so does a server that cannot be asked while nobody hears it either (that is one fact, not two).
 */
import type { State } from '../finding.ts';
import type { KeaEntry, KeaWord } from '../log-entry.ts';
import type { VerdictsView } from '../verdicts/views.ts';

/** What the sites see of the same server. */
export interface Outside {
  readonly state: State;
  /** Of the sites that report, how many it serves. */
  readonly served: number;
  readonly reporting: number;
}

export type KeaReason =
  | 'says-serving'
  | 'says-silent'
  | 'terminated'
  | 'clock-skew'
  | 'unacked-clients'
  | 'maintenance'
  | 'not-asked';

export interface Disagreement {
  readonly reason: KeaReason;
  /** Reads on after the server's name: "says … , but …". */
  readonly text: string;
  /** Kea's state is planned work rather than a fault. */
  readonly isPlanned: boolean;
}

/** Kea warns from here on, and terminates HA at twice as much (facts of its HA hook: 30 s and 60 s). */
const SKEW_TOLD_MS = 30_000;

/** What the fold has of the server that an entry is about. */
export function outsideOf(
  { servers }: VerdictsView,
  about: { readonly group: string; readonly server: string },
): Outside {
  const found = servers.find(({ group, server }) => group === about.group && server === about.server);
  if (found === undefined) return { state: 'unknown', served: 0, reporting: 0 };
  const { serving, degraded, nonServing } = found.sites;
  return { state: found.state, served: serving + degraded, reporting: serving + degraded + nonServing };
}

/** The gravest of what does not fit; null: it all does. */
export function disagreementOf(
  { word, problem }: Pick<KeaEntry, 'word' | 'problem'>,
  outside: Outside,
): Disagreement | null {
  if (word === null) return notAsked(problem ?? 'no answer', outside);
  return (
    terminated(word) ?? saysServing(word, outside) ?? saysSilent(word, outside) ?? maintenance(word) ?? warnings(word)
  );
}

const told = (reason: KeaReason, text: string, isPlanned = false): Disagreement => ({ reason, text, isPlanned });

const serves = ({ state }: Outside): boolean => state === 'serving' || state === 'degraded';

function notAsked(problem: string, outside: Outside): Disagreement | null {
  return serves(outside) ? told('not-asked', `serves, but cannot be asked for its own word: ${problem}`) : null;
}

function terminated({ state, clockSkewMs }: KeaWord): Disagreement | null {
  if (state !== 'terminated') return null;
  const skew = clockSkewMs === null ? '' : ` (its clock and its partner's are ${seconds(clockSkewMs)} apart)`;
  return told('terminated', `says terminated: its HA has ended for good until both are restarted${skew}`);
}

function saysServing({ state, scopes }: KeaWord, { state: seen, reporting }: Outside): Disagreement | null {
  if (scopes.length === 0 || seen !== 'non-serving') return null;
  const sites = reporting === 1 ? 'the one site that reports' : `each of the ${reporting} sites that report`;
  return told(
    'says-serving',
    `says it serves (${state ?? 'no HA'}, scopes ${scopes.join(', ')}), but is silent to ${sites}`,
  );
}

function saysSilent({ state, scopes }: KeaWord, outside: Outside): Disagreement | null {
  // Without HA there are no scopes to be silent in; in maintenance the partner's leaving it is the plan.
  if (state === null || scopes.length > 0 || outside.state !== 'serving') return null;
  return told(
    'says-silent',
    `says it serves nobody (${state}), but answers ${outside.served} of ${outside.reporting} sites`,
  );
}

function maintenance({ state, partnerState }: KeaWord): Disagreement | null {
  if (state === 'in-maintenance') return told('maintenance', 'is in maintenance, as planned: its partner serves', true);
  if (state !== 'partner-in-maintenance') return null;
  return told(
    'maintenance',
    `serves alone, as planned: its partner is in maintenance (${partnerState ?? 'no word of it'})`,
    true,
  );
}

function warnings({
  clockSkewMs,
  unackedClients,
  unackedClientsLeft,
  communicationInterrupted,
}: KeaWord): Disagreement | null {
  if (clockSkewMs !== null && Math.abs(clockSkewMs) >= SKEW_TOLD_MS)
    return told(
      'clock-skew',
      `says its clock and its partner's are ${seconds(clockSkewMs)} apart; at 60 s its HA ends`,
    );
  if (communicationInterrupted !== true || !unackedClients) return null;
  const left = unackedClientsLeft === null ? '' : `, ${unackedClientsLeft} more and it takes over`;
  return told('unacked-clients', `hears nothing of its partner, and ${unackedClients} clients wait unanswered${left}`);
}

const seconds = (ms: number): string => `${Math.round(Math.abs(ms) / 1000)} s`;
