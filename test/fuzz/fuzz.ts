/**
 * The driver: takes an input from the corpus, changes it, has the target judge it, and keeps what ran code that nothing ran before.
 * The same seed gives the same inputs; a finding is told once for each place that it comes from.
 */
import { type CoverageMeter, coverageMeter } from './coverage.ts';
import { type Dice, dice, mutated } from './mutation.ts';
import type { Target } from './target.ts';

/** Inputs between two looks at the coverage; more where it was long that one was new. */
const ROUND = 512;
const ROUND_MAX = 16_384;
/** Inputs that are kept to be changed further. */
const CORPUS_MAX = 4_096;
/** A run with more than this many different ones is no news any more. */
const FINDINGS_MAX = 16;

export interface Finding {
  readonly what: string;
  readonly octets: Uint8Array;
}

export interface FuzzRun {
  readonly target: string;
  readonly inputs: number;
  readonly findings: readonly Finding[];
  readonly corpus: number;
  /** Characters of the product's source that ran; null: nobody looked. */
  readonly covered: number | null;
  /** Work of the costliest round, as a share of what its inputs may cost. */
  readonly workShare: number;
}

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** So many of the inputs look for code that nothing ran before; the rest go out from what was kept, at full speed. */
  readonly guided: number;
  /** Told after each round. */
  readonly progress?: (inputs: number, findings: number, corpus: number) => void;
}

interface State {
  readonly target: Target;
  readonly roll: Dice;
  readonly corpus: Uint8Array[];
  readonly findings: Map<string, Finding>;
  done: number;
  round: number;
  workShare: number;
}

export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzRun> {
  const roll = dice(options.seed);
  const findings = new Map<string, Finding>();
  const state: State = { target, roll, corpus: [...target.seeds], findings, done: 0, round: ROUND, workShare: 0 };
  for (const octets of target.seeds) await judge(state, octets);
  const covered = options.guided === 0 ? null : await guidedPart(state, options);
  while (isGoingOn(state, options.inputs)) tell(state, options, await rolled(state, options.inputs));
  const { corpus, workShare, done: inputs } = state;
  return { target: target.name, inputs, findings: [...findings.values()], corpus: corpus.length, covered, workShare };
}

/** V8's counters cost nine tenths of the speed, so this ends early. @returns characters of source that ran */
async function guidedPart(state: State, options: FuzzOptions): Promise<number> {
  const meter = await coverageMeter();
  for (const octets of state.target.seeds) await judge(state, octets);
  await meter.take(true);
  const most = Math.min(options.guided, options.inputs);
  while (isGoingOn(state, most)) {
    const round = await rolled(state, most);
    await look(state, meter, round);
    tell(state, options, round);
  }
  await meter.close();
  return meter.size();
}

const isGoingOn = ({ done, findings }: State, inputs: number): boolean => done < inputs && findings.size < FINDINGS_MAX;

/** Makes a round of inputs and judges them. */
async function rolled(state: State, inputs: number): Promise<readonly Uint8Array[]> {
  const { target, corpus, roll } = state;
  const length = Math.min(state.round, inputs - state.done);
  const round = Array.from({ length }, () => mutated(target, corpus, roll));
  for (const octets of round) await judge(state, octets);
  return round;
}

function tell(state: State, { progress }: FuzzOptions, round: readonly Uint8Array[]): void {
  state.done += round.length;
  progress?.(state.done, state.findings.size, state.corpus.length);
}

async function judge({ target, findings }: State, octets: Uint8Array): Promise<void> {
  const what = await verdict(target, octets);
  if (what !== null && !findings.has(placeOf(what))) findings.set(placeOf(what), { what, octets: octets.slice() });
}

/** @returns what is wrong with how a target takes these octets; null: nothing */
export async function verdict(target: Target, octets: Uint8Array): Promise<string | null> {
  try {
    return await target.judge(octets);
  } catch (error) {
    const { stack = '' } = error as Error;
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
    return `${error}${frames.slice(0, 4).join('')}`;
  }
}

/** Figures and octets differ from one input to the next that shows the same. */
const placeOf = (what: string): string => what.replaceAll(/\d+/g, 'N').slice(0, 120);

async function look(state: State, meter: CoverageMeter, round: readonly Uint8Array[]): Promise<void> {
  const { fresh, work } = await meter.take(false);
  const { base, perOctet } = state.target.work;
  const allowed = round.reduce((sum, { length }) => sum + base + perOctet * length, 0);
  state.workShare = Math.max(state.workShare, work / allowed);
  const [first = new Uint8Array()] = round;
  if (work > allowed)
    state.findings.set('work', { what: `work of ${work} where ${allowed} is allowed`, octets: first });
  const isNews = fresh > 0 && state.corpus.length < CORPUS_MAX;
  state.round = isNews ? ROUND : Math.min(ROUND_MAX, state.round * 2);
  if (isNews) await keepFresh(state, meter, round);
}

/** Keeps those inputs that run new code, found by halves; each run again, since counts are of all that ran. */
async function keepFresh(state: State, meter: CoverageMeter, inputs: readonly Uint8Array[]): Promise<void> {
  for (const octets of inputs) await verdict(state.target, octets);
  const [only] = inputs;
  const { fresh } = await meter.take(inputs.length === 1);
  if (fresh === 0 || only === undefined) return;
  if (inputs.length === 1) {
    state.corpus.push(only);
    return;
  }
  const half = inputs.length >> 1;
  await keepFresh(state, meter, inputs.slice(0, half));
  await keepFresh(state, meter, inputs.slice(half));
}
