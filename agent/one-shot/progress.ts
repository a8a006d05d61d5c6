/**
 * What is shown while a probe runs: perfdhcp's interim line (-t), and on a terminal one line that renews itself. Nothing
 * here touches the run; it reads the tally twice a second.
 */
import { showProgressLine } from '../../shared/io/progress-line.ts';
import type { ProbeTally } from '../core/probe-tally.ts';
import type { ProbePlan } from './plan.ts';
import type { ProbeRun } from './run.ts';

/** What a probe says first, ms. */
const FIRST_MS = 500;

/** Prints perfdhcp's interim line every -t seconds: to standard output, or beside the JSON document. @returns its end */
export function showInterim(tally: ProbeTally, { reportSeconds, json }: ProbePlan): () => void {
  if (reportSeconds === undefined) return () => undefined;
  const out = json ? process.stderr : process.stdout;
  const timer = setInterval(() => out.write(`${interimLine(tally)}\n`), reportSeconds * 1000);
  return () => clearInterval(timer);
}

/** perfdhcp's words: both stages, in-flight exchanges counted among the drops. */
export function interimLine({ sent, offers, requests, acks, naked }: ProbeTally): string {
  return `sent: ${sent}/${requests}; received: ${offers}/${acks}; drops: ${sent - offers}/${requests - acks}; rejected: 0/${naked}`;
}

/** Shows the live line when standard error is a terminal. @returns its end, which removes the line */
export const showProgress = (run: ProbeRun, plan: ProbePlan): (() => void) =>
  showProgressLine(() => progressLine(run, plan), FIRST_MS);

function progressLine({ tally, engine }: ProbeRun, { server, exchanges }: ProbePlan): string {
  const { inFlight } = engine;
  const { sent, due, acked, dropped, naked, refused, unreachable } = tally;
  const goal = exchanges === undefined ? '' : ` of ${exchanges}`;
  const drops = dropped.offer + dropped.ack;
  const others = naked + refused + unreachable;
  return `${server}: due ${due}${goal}, answered ${acked}, dropped ${drops}, refused ${others}, sent ${sent}, in flight ${inFlight}`;
}
