/**
 * Highest sustained DORA rate without loss: both tools climb the same ladder of rates against the same server, in turn. A
 * rung holds when two of three trials lose nothing and keep the rate (the median trial, that is). First great steps until
 * one fails, then halving between the last that held and the first that failed.
 *
 * Rejected: "as fast as possible" runs. They measure how fast a tool can overload a server, which is no use to anyone.
 */
import type { Lab } from '../lab/lab.ts';
import { probeTrial } from './agent-probe.ts';
import { pin, SERVER_CORE } from './cores.ts';
import type { Figure, Tell } from './figure.ts';
import { perfdhcpTrial } from './perfdhcp.ts';
import type { RateTrial, TrialOptions } from './rate-trial.ts';
import { compileResponder, startResponder } from './responder.ts';

type Trial = (lab: Lab, options: TrialOptions) => Promise<RateTrial>;

const SECONDS = 2;
/** Both tools' clients together fit into the lab's pool of 32,768, as neither gives its addresses back. */
const CLIENTS = 15_000;
const FIRST_RATE = 300;
const STEP = 1.25;
const RUNGS = 24;
const GREAT_STEP = 5;
/** A run may start and end a little off; below this share of the rate asked for, the rate was not kept. */
const KEPT = 0.95;

/** Runs both rows: a real Kea, and a responder that costs next to nothing. */
export async function rateFigures(lab: Lab, tell: Tell): Promise<readonly Figure[]> {
  for (const { pid } of [lab.primary, lab.standby]) pin(pid, SERVER_CORE);
  const figures = [await compare(lab, 'Kea, small configuration', tell)];
  await Promise.all([lab.primary.kill(), lab.standby.kill()]);
  const compiled = compileResponder(lab);
  if ('problem' in compiled) {
    tell(compiled.problem);
    return figures;
  }
  const responder = await startResponder(lab, lab.network.primary, compiled.path);
  figures.push(await compare(lab, 'plain responder', tell));
  await responder.stop('SIGKILL');
  return figures;
}

async function compare(lab: Lab, server: string, tell: Tell): Promise<Figure> {
  const climbs = [new Climb(lab, 'perfdhcp', perfdhcpTrial), new Climb(lab, 'dorawatch', probeTrial)] as const;
  while (climbs.some((climb) => !climb.isOver)) {
    for (const climb of climbs) if (!climb.isOver) tell(`rate, ${server}: ${await climb.try()}`);
  }
  const [theirs, ours] = climbs.map(({ best }) => best);
  const ratio = (ours ?? 0) / (theirs ?? 0);
  return {
    name: `DORA/s without loss, ${server}`,
    dorawatch: `${ours}/s`,
    peer: `${theirs}/s`,
    ratio,
    aim: 'ratio >= 1.0',
    isMet: ratio >= 1,
  };
}

/** One tool's way up the ladder, a rung a call, so that the tools take turns. */
class Climb {
  readonly #lab: Lab;
  readonly #name: string;
  readonly #trial: Trial;
  #said = '';
  /** Index of the highest rung that held, and of the lowest that did not. */
  #held = -1;
  #failed = RUNGS;

  constructor(lab: Lab, name: string, trial: Trial) {
    this.#lab = lab;
    this.#name = name;
    this.#trial = trial;
  }

  get isOver(): boolean {
    return this.#failed - this.#held <= 1;
  }

  /** Exchanges a second; 0 when no rung held. */
  get best(): number {
    return this.#held < 0 ? 0 : rateOf(this.#held);
  }

  async try(): Promise<string> {
    const isBounded = this.#failed < RUNGS;
    const rung = isBounded ? Math.floor((this.#held + this.#failed) / 2) : nextGreat(this.#held);
    const rate = rateOf(Math.max(0, rung));
    const holds = await this.#holds(rate, isBounded || rung === RUNGS - 1);
    if (holds) this.#held = Math.max(0, rung);
    else this.#failed = Math.max(0, rung);
    return `${this.#name.padEnd(9)} ${String(rate).padStart(6)}/s ${holds ? 'holds' : 'does not hold'} (${this.#said})`;
  }

  /** The best of three, ended as soon as it is decided; on the way up one success is enough, as it is tried again. */
  async #holds(ratePerSecond: number, isFinal: boolean): Promise<boolean> {
    const needed = isFinal ? 2 : 1;
    for (let held = 0, failed = 0; ; ) {
      const run = await this.#trial(this.#lab, { ratePerSecond, seconds: SECONDS, clients: CLIENTS });
      this.#said = `${run.acked} of ${run.sent} answered, ${run.ratePerSecond.toFixed(0)}/s`;
      if (run.acked >= run.sent && run.ratePerSecond >= ratePerSecond * KEPT) held += 1;
      else failed += 1;
      if (held >= needed) return true;
      if (failed >= 2) return false;
    }
  }
}

const rateOf = (rung: number): number => Math.round(FIRST_RATE * STEP ** rung);

const nextGreat = (held: number): number => (held < 0 ? 0 : Math.min(RUNGS - 1, held + GREAT_STEP));
