/**
 * `dorawatch-agent probe` in the lab, and its JSON: the product's side of each comparison, run from the same host against
 * the same server as the peer, with the same number of clients, on the same core.
 */
import { readFileSync } from 'node:fs';
import type { Lab } from '../lab/lab.ts';
import { runPinned, TOOL_CORE } from './cores.ts';
import type { RateTrial, TrialOptions } from './rate-trial.ts';

const PROGRAM = new URL('../../dist/agent/main.js', import.meta.url).pathname;

/** Takes koffi away from a program, as on a host where it is not installed: answers are then stamped in user space. */
const WITHOUT_KOFFI = `data:text/javascript,${encodeURIComponent(`
import Module from 'node:module';
const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === 'koffi') throw new Error('left out for the bench');
  return load(name, ...rest);
};`)}`;

/** How the agent stamps answers: by the kernel where it can, or as without koffi. */
export type Stamping = 'kernel' | 'user';

/** The figures of a probe that the bench reads. */
interface ProbeReport {
  readonly duration_ms: number;
  readonly sent: number;
  readonly acked: number;
  readonly stamped: string;
  readonly latency_us: {
    readonly offer: { readonly mean: number | null };
    readonly ack: { readonly mean: number | null };
  };
}

/** `--keep-leases`, since perfdhcp gives nothing back either. */
export async function runProbe(lab: Lab, args: readonly string[], stamping: Stamping = 'kernel'): Promise<ProbeReport> {
  const node = stamping === 'user' ? [process.execPath, '--import', WITHOUT_KOFFI] : [process.execPath];
  const words = [...node, PROGRAM, 'probe', lab.primary.address, '--json', '--keep-leases', ...args];
  const child = runPinned(lab, lab.site, TOOL_CORE, words);
  const ending = await child.ended;
  const text = child.shedChars > 0 ? readFileSync(child.logPath, 'utf8') : ending.stdout;
  if (text === '') throw new Error(`probe printed nothing, exit ${ending.code}: ${ending.stderr}`);
  return JSON.parse(text) as ProbeReport;
}

/** One trial at a rate. What was due and never left (a stalled loop sends no burst) shows in the rate, as it does in perfdhcp. */
export async function probeTrial(lab: Lab, options: TrialOptions): Promise<RateTrial> {
  const { ratePerSecond, seconds, clients } = options;
  const count = Math.ceil(ratePerSecond * seconds);
  const args = ['-r', String(ratePerSecond), '-n', String(count), '-R', String(clients), '-d', '1'];
  const { sent, acked, duration_ms } = await runProbe(lab, args);
  return { sent, acked, ratePerSecond: (acked * 1000) / duration_ms };
}
