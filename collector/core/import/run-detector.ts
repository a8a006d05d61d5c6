/**
 * Transitions of one server from observations that each cover a span. A server that answers none of a long enough stretch does
 * not serve; one that answers some of a run changed inside it, or is degraded. Where in the run is not printed, but something
 * is known: of n exchanges k were answered, so the last answered was the k-th or a later one, and the first the (n−k)-th or
 * an earlier one. Brackets rest on nothing else, and so contain the truth whatever the order was.
 *
 * Rejected: feeding invented exchanges to the live detector, whose brackets would then rest on invented times.
 */
import type { ObservationView } from '../../../shared/core/ops-request.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import type { Bracket, Reason, State, Transition } from '../finding.ts';
import { findingId } from '../verdicts/finding-id.ts';
import * as limits from './limits.ts';
import { type LossChange, lossChanges } from './run-loss.ts';

/** What the observations of one server amount to. */
export interface ServerReading {
  readonly transitions: readonly Transition[];
  /** The latest moment at which it surely served, µs; −1: never. */
  readonly aliveAt: number;
}

type Runs = readonly ObservationView[];

/** Consecutive runs in which it served, or did not. */
interface Stretch {
  readonly serves: boolean;
  readonly runs: ObservationView[];
}

/** @param watch of one server: between two spells, and after the last if it is over, nothing is known of it */
export function readServer(group: string, server: string, { spells, isOver }: Watch): ServerReading {
  const transitions: Transition[] = [];
  let aliveAt = -1;
  spells.forEach((runs, i) => {
    const state = transitions.at(-1)?.to ?? 'unknown';
    const spell = readSpell({ group, server, state, before: transitions.at(-1) }, runs);
    transitions.push(...spell.transitions);
    aliveAt = Math.max(aliveAt, spell.aliveAt);
    if (i === spells.length - 1 && !isOver) return;
    const from = transitions.at(-1)?.to ?? 'unknown';
    const end = Math.max(...runs.map(({ to }) => to));
    const lost = { group, server, from, to: 'unknown', reason: 'silent-agent', lossRatio: null } as const;
    if (from !== 'unknown') transitions.push(transition(lost, { earliest: end, latest: end + 1 }, transitions.at(-1)));
  });
  return { transitions, aliveAt };
}

interface Begin {
  readonly group: string;
  readonly server: string;
  readonly state: State;
  readonly before: Transition | undefined;
}

function readSpell({ group, server, state: begun, before: last }: Begin, runs: Runs): ServerReading {
  const stretches = stretchesOf(runs);
  const transitions: Transition[] = [];
  let state = begun;
  const add = (to: State, span: Span, reason: Reason, lossRatio: number | null): void => {
    if (to === state) return;
    const made = transition({ group, server, from: state, to, reason, lossRatio }, span, transitions.at(-1) ?? last);
    transitions.push(made);
    state = to;
  };
  stretches.forEach((stretch, i) => {
    const before = stretches[i - 1];
    const after = stretches[i + 1];
    if (!stretch.serves) {
      add(
        'non-serving',
        before ? stopSpan(before.runs, stretch.runs) : firstSpan(stretch.runs),
        silence(stretch.runs),
        null,
      );
      return;
    }
    add('serving', before ? startSpan(before.runs, stretch.runs) : firstSpan(stretch.runs), 'answered', null);
    // The runs at its ends lost what they lost because it was not serving yet, or no more.
    const inner = stretch.runs.slice(before ? 1 : 0, after ? -1 : undefined);
    for (const change of lossChanges(inner))
      add(change.to, change, change.to === 'serving' ? 'answered' : 'loss', shareOf(change));
  });
  return { transitions, aliveAt: Math.max(-1, ...stretches.filter((s) => s.serves).map((s) => lastAnswer(s.runs))) };
}

const shareOf = ({ to, share }: LossChange): number | null => (to === 'degraded' ? share : null);

/** When one server was watched. */
export interface Watch {
  /** Runs in the order of `from`, without a hole in a spell. */
  readonly spells: readonly Runs[];
  /** Others were still watched when its last spell had long ended. */
  readonly isOver: boolean;
}

/**
 * One server's spells. Runs that stand far apart are one spell all the same when nobody else was watched in between: then
 * nothing is claimed of that time.
 * @param others the runs of the group's other servers, in the order of `from`
 */
export function watchOf(runs: Runs, others: Runs): Watch {
  const steps = runs.map((run, i) => run.from - (runs[i - 1]?.from ?? run.from)).sort((a, b) => a - b);
  const hole = Math.max(limits.HOLE_US, limits.HOLE_STEPS * (steps[steps.length >> 1] ?? 0));
  const isHole = (from: number, to: number): boolean =>
    to - from > hole && others.some((other) => other.from < to - hole / 2 && other.to > from + hole / 2);
  const spells: ObservationView[][] = [];
  let end = 0;
  for (const run of runs) {
    const spell = spells.at(-1);
    if (spell === undefined || isHole(end, run.from)) spells.push([run]);
    else spell.push(run);
    end = Math.max(end, run.to);
  }
  return { spells, isOver: isHole(end, Math.max(0, ...others.map(({ to }) => to))) };
}

/** Runs parted into stretches of service and of none; what says nothing, or too little, is left out of both. */
function stretchesOf(runs: Runs): Stretch[] {
  const parts: Stretch[] = [];
  for (const run of runs) {
    if (run.answered === 0 && run.dropped === 0) continue;
    const serves = run.answered > 0;
    const last = parts.at(-1);
    if (last?.serves === serves) last.runs.push(run);
    else parts.push({ serves, runs: [run] });
  }
  return joined(joined(parts, isStray), isMereLoss);
}

/** Late answers of another run, matched by their xid alone: between two unanswered stretches they are no service. */
const isStray = (part: Stretch, before: Stretch | undefined, after: Stretch | undefined): boolean =>
  part.serves &&
  before !== undefined &&
  after !== undefined &&
  sum(part.runs, 'answered') < limits.RISE &&
  part.runs.length === 1;

/** Unanswered exchanges that the loss before them explains. */
function isMereLoss(part: Stretch, before: Stretch | undefined): boolean {
  if (part.serves) return false;
  const missed = sum(part.runs, 'dropped');
  const loss = Math.max(limits.LOSS_LEAST, before ? lossRatio(before.runs) : 0);
  return missed < limits.FALL || missed * Math.log(loss) > limits.SURPRISE_LN;
}

/** Takes away what `isNothing` and joins what it stood between; its runs stay, as losses of their neighbours. */
function joined(
  parts: readonly Stretch[],
  isNothing: (part: Stretch, before: Stretch | undefined, after: Stretch | undefined) => boolean,
): Stretch[] {
  const kept: Stretch[] = [];
  parts.forEach((part, i) => {
    const last = kept.at(-1);
    if (isNothing(part, last ?? parts[i - 1], parts[i + 1])) {
      if (last) last.runs.push(...part.runs);
      return;
    }
    if (last?.serves === part.serves) last.runs.push(...part.runs);
    else kept.push({ serves: part.serves, runs: [...part.runs] });
  });
  return kept;
}

const sum = (runs: Runs, key: 'answered' | 'dropped' | 'offered'): number =>
  runs.reduce((total, run) => total + run[key], 0);

/** Share of judged exchanges lost, of the last few runs and without the last one, which may hold the change itself. */
function lossRatio(runs: Runs): number {
  const recent = runs.slice(-1 - limits.NEIGHBOURS, -1);
  const dropped = sum(recent, 'dropped');
  const judged = dropped + sum(recent, 'answered');
  return judged === 0 ? 0 : dropped / judged;
}

interface Span {
  readonly earliest: number;
  readonly latest: number;
}

/** When the server was alive for the last time at least: the sending of the exchange that was answered k-th, or the first. */
function lastAnswer(runs: Runs): number {
  const run = runs.findLast((one) => one.answered > 0);
  return run === undefined ? -1 : run.from + elapsedAt(run, run.answered - 2);
}

/** Earliest µs from the first DISCOVER to the n-th (from 0). */
const elapsedAt = ({ rate_per_second: rate }: ObservationView, n: number): number =>
  rate === null || rate <= 0 ? 0 : (Math.max(0, n) / rate) * 1e6;

/** What may be lost by chance at the edge of a stretch, as time. */
function chanceUs(edge: ObservationView, lit: Runs): number {
  const loss = lossRatio(lit);
  return loss === 0 ? 0 : elapsedAt(edge, Math.ceil(limits.MERE_LOSS_LN / Math.log(Math.min(0.8, loss))));
}

const slowest = (runs: Runs): number => Math.max(limits.ANSWER_LEAST_US, ...runs.map((run) => run.slowest_us ?? 0));

/** From the last answer to when the first of the unanswered would have been answered. */
function stopSpan(lit: Runs, dark: Runs): Span {
  const patience = slowest(lit.slice(-limits.NEIGHBOURS));
  // A run with OFFERs and no ACK, where the next has neither: it was still dying.
  const dying = dark[0] !== undefined && dark[0].offered > 0 && dark[1]?.offered === 0;
  const first = (dying ? dark[1] : dark[0]) as ObservationView;
  return { earliest: lastAnswer(lit), latest: first.from_latest + patience + chanceUs(first, lit) };
}

/** From the last that would have been answered and was not, to the first answer. */
function startSpan(dark: Runs, lit: Runs): Span {
  const patience = slowest(lit.slice(0, limits.NEIGHBOURS));
  const last = dark.at(-1) as ObservationView;
  const first = lit.find((run) => run.answered > 0) as ObservationView;
  const earliest = Math.max(last.from, last.last_sent - patience) - chanceUs(last, lit.slice().reverse());
  return { earliest, latest: answeredBy(first, patience) };
}

/** The first answer had come by then: at worst the unanswered came first. */
function answeredBy(run: ObservationView, patience: number): number {
  const { rate_per_second: rate, sent, answered, from_latest: from, to } = run;
  if (rate === null || rate <= 0) return to;
  const behind = Math.max(0, to - from - elapsedAt(run, sent - 1));
  return Math.min(to, from + elapsedAt(run, sent - answered) + behind + patience);
}

/** Nothing is known of before the first run. */
function firstSpan(runs: Runs): Span {
  const first = runs[0] as ObservationView;
  return {
    earliest: first.from,
    latest: first.answered > 0 ? answeredBy(first, slowest(runs.slice(0, limits.NEIGHBOURS))) : first.to,
  };
}

/** Why it does not serve: OFFERs without an ACK are a server half alive. */
const silence = (runs: Runs): Reason =>
  sum(runs, 'offered') > sum(runs, 'answered') + runs.length ? 'no-ack' : 'no-offer';

interface Change {
  readonly group: string;
  readonly server: string;
  readonly from: State;
  readonly to: State;
  readonly reason: Reason;
  readonly lossRatio: number | null;
}

/** Transitions go on in time: a bracket never begins before the one before it does, nor ends before that one ends. */
function transition(change: Change, span: Span, before: Transition | undefined): Transition {
  const earliest = Math.max(span.earliest, before?.earliest ?? span.earliest);
  const latest = Math.max(span.latest, earliest + 1, (before?.latest ?? 0) + 1);
  const bracket: Bracket = {
    at: unixMicros(Math.round((earliest + latest) / 2)),
    earliest: unixMicros(Math.round(earliest)),
    latest: unixMicros(Math.round(latest)),
  };
  const { group, server, from, to } = change;
  return {
    kind: 'transition',
    id: findingId('imported', group, server, from, to, bracket.earliest, bracket.latest),
    ...bracket,
    ...change,
    site: null,
    bucket: null,
    detectedAt: unixMicros(0),
    sites: null,
    evidence: null,
    late: false,
  };
}
