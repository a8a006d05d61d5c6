/**
 * A drill, step by step: the primary is taken down, its partner takes over, it is brought back, and service returns. Everything
 * outside (collector, commands, the operator at the terminal, time) comes in as a host, so that the steps can be tried without a
 * failover a test. A step that fails, a time limit and Ctrl-C all end in the same place: where things stand, and the way back.
 */
import { errorText } from '../../shared/core/error-text.ts';
import type { GroupView, ReportView } from '../../shared/core/ops-view.ts';
import { afterUs, type UnixMicros } from '../../shared/core/units.ts';
import { elapsedText } from '../core/answers/clock-text.ts';
import { type DrillPair, readiness, standing } from '../core/drill/readiness.ts';
import { type DrillLimits, type DrillRecord, type DrillStep, drillChecks } from '../core/drill/verdict.ts';
import { LENGTH_MAX_MS } from '../core/maintenance/limits.ts';
import { OpsError } from './ops-error.ts';

export interface DrillPlan {
  readonly group: string;
  /** Whom to take down; null: the primary. */
  readonly server: string | null;
  /** Shell commands; null: the operator is asked to do it. */
  readonly down: string | null;
  readonly up: string | null;
  readonly raiseSecs: boolean;
  readonly holdMs: number;
  /** For each wait. */
  readonly limitMs: number;
  readonly limits: DrillLimits;
  readonly ref: string | null;
  readonly actor: string | null;
  /** People are to be called as if nobody had planned it. */
  readonly page: boolean;
  /** Nobody is to be asked anything. */
  readonly yes: boolean;
}

/** Everything outside that a drill needs. */
export interface DrillHost {
  now(): UnixMicros;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
  state(): Promise<GroupView>;
  mark(text: string, server: string, at: UnixMicros): Promise<void>;
  /** For so long from now; 0: no longer. */
  raiseSecs(forMs: number): Promise<void>;
  /** Plans maintenance of the group for so long, at most. @returns false: a person has planned it already, which is left as it is */
  beginMaintenance(forMs: number): Promise<boolean>;
  endMaintenance(): Promise<void>;
  report(since: UnixMicros): Promise<ReportView>;
  /** @returns what it ended with; 0 is good */
  run(command: string): Promise<number>;
  /** @returns false when the answer is no, or none can be given */
  confirm(question: string): Promise<boolean>;
  say(line: string): void;
  /** Replaces the line before it that was a progress too. */
  progress(line: string): void;
  /** Ends early when interrupted. */
  pause(ms: number): Promise<void>;
}

const POLL_MS = 1000;
/** A state that has lasted this long is no moment between two findings. */
const SETTLED_MS = 15_000;
/** The mark of the taking down should not be the first thing in the report. */
const LEAD_US = 60e6;
/** Raised secs end by themselves soon after whoever raised them is gone. */
const SECS_FOR_MS = 60_000;
/** A group that is still normal this long after somebody was taken down: whoever it was, it was not that server. */
const DOUBT_MS = 60_000;

class EndedEarly extends Error {}

/** @throws OpsError when it may not begin; nothing has been done then */
export async function runDrill(plan: DrillPlan, host: DrillHost): Promise<DrillRecord> {
  const ready = readiness(await host.state(), plan.server);
  if (!ready.ok) throw new OpsError(`no drill now: ${ready.problem}`, 1);
  const drill = new Drill(plan, host, ready.pair);
  drill.announce();
  if (!plan.yes && !(await host.confirm('Go on?'))) throw new OpsError('no drill: nothing has been done', 1);
  return drill.run();
}

class Drill {
  readonly #plan: DrillPlan;
  readonly #host: DrillHost;
  readonly #pair: DrillPair;
  readonly #steps: DrillStep[] = [];
  readonly #startedAt: UnixMicros;
  #downAt: UnixMicros | null = null;
  #isBack = false;
  #isPlanned = false;

  constructor(plan: DrillPlan, host: DrillHost, pair: DrillPair) {
    this.#plan = plan;
    this.#host = host;
    this.#pair = pair;
    this.#startedAt = host.now();
  }

  announce(): void {
    const { down, takesOver } = this.#pair;
    const { group, holdMs, limits, limitMs, page } = this.#plan;
    const gap = limits.maxGapMs === null ? '' : `; nobody may serve for ${elapsedText(limits.maxGapMs)} at most`;
    this.#host.say(
      `Drill of ${group}: ${down.name} (${down.address}) goes down, ${takesOver.name} takes over, is held for`,
    );
    this.#host.say(
      `${elapsedText(holdMs)}, and ${down.name} comes back. Each wait ends after ${elapsedText(limitMs)}${gap}.`,
    );
    if (!page) this.#host.say('Maintenance is planned for as long as it lasts: nobody is called (--page: as ever).');
  }

  async run(): Promise<DrillRecord> {
    let problem: string | null = null;
    try {
      await this.#planIt();
      await this.#failOver();
      await this.#hold();
      await this.#failBack();
    } catch (error) {
      problem = error instanceof EndedEarly ? error.message : errorText(error);
      await this.#endEarly(problem);
    } finally {
      if (this.#plan.raiseSecs) await this.#host.raiseSecs(0).catch(() => undefined);
      await this.#endMaintenance();
    }
    return this.#record(problem);
  }

  /** Each of two waits, and each answer of a person to two questions, may last as long as the limit. */
  async #planIt(): Promise<void> {
    const { page, limitMs, holdMs, group } = this.#plan;
    if (page) return;
    const forMs = Math.min(4 * limitMs + holdMs + SETTLED_MS * 4, LENGTH_MAX_MS);
    this.#isPlanned = await this.#host.beginMaintenance(forMs);
    if (!this.#isPlanned) this.#host.say(`maintenance of ${group} is planned already, and is left as it is`);
  }

  async #endMaintenance(): Promise<void> {
    if (!this.#isPlanned) return;
    const { group } = this.#plan;
    try {
      await this.#host.endMaintenance();
    } catch (error) {
      const stop = `dorawatch maintenance stop --group ${group}`;
      this.#host.say(`maintenance of ${group} could not be ended (${errorText(error)}): ${stop}`);
    }
  }

  async #failOver(): Promise<void> {
    const { down, takesOver } = this.#pair;
    this.#downAt = this.#host.now();
    await this.#act(this.#plan.down, `take ${down.name} (${down.address}) down`, `${down.name} taken down`);
    await this.#waitFor(`${takesOver.name} to take over`, ({ state }) => state === 'failed-over', true);
    this.#note(`${takesOver.name} has taken over`);
  }

  async #hold(): Promise<void> {
    const { holdMs } = this.#plan;
    const until = afterUs(this.#host.now(), holdMs * 1000);
    for (let now = this.#host.now(); now < until; now = this.#host.now()) {
      const view = await this.#look();
      if (view.state !== 'failed-over') throw new EndedEarly(`while it was held, the group became ${view.state}`);
      this.#host.progress(`held for ${elapsedText((until - now) / 1000)} more: ${standing(view)}`);
      await this.#host.pause(POLL_MS);
    }
  }

  async #failBack(): Promise<void> {
    const { down } = this.#pair;
    await this.#bringBack();
    await this.#waitFor(`${down.name} to serve again`, ({ state }) => state === 'normal', false);
    this.#note(`${down.name} serves again; the group is normal`);
  }

  async #bringBack(): Promise<void> {
    const { down } = this.#pair;
    this.#isBack = true;
    await this.#act(this.#plan.up, `bring ${down.name} (${down.address}) back`, `${down.name} brought back`);
  }

  /** The mark stands where the doing began: what follows from it cannot come before. */
  async #act(command: string | null, asked: string, done: string): Promise<void> {
    const text = `Drill: ${done}`;
    if (command === null) {
      if (!(await this.#host.confirm(`Now ${asked}, and confirm when it is done.`)))
        throw new EndedEarly(`nobody confirmed to ${asked}`);
      await this.#host.mark(text, this.#pair.down.name, this.#host.now());
    } else {
      const at = this.#host.now();
      this.#host.say(`running: ${command}`);
      await this.#host.mark(text, this.#pair.down.name, at);
      const code = await this.#host.run(command);
      if (code !== 0) throw new EndedEarly(`"${command}" ended with ${code}`);
    }
    this.#note(done);
  }

  async #waitFor(what: string, isSo: (view: GroupView) => boolean, raises: boolean): Promise<void> {
    const { limitMs, raiseSecs } = this.#plan;
    const began = this.#host.now();
    let since: UnixMicros | null = null;
    let raisedAt = Number.NEGATIVE_INFINITY;
    let doubted = false;
    for (let now = began; ; now = this.#host.now()) {
      const view = await this.#look();
      since = isSo(view) ? (since ?? now) : null;
      const waitedMs = (now - began) / 1000;
      if (since !== null && now - since >= SETTLED_MS * 1000) return;
      if (waitedMs > limitMs)
        throw new EndedEarly(`waited ${elapsedText(limitMs)} for ${what}; the group is ${view.state}`);
      if (raises && raiseSecs && now - raisedAt >= (SECS_FOR_MS * 1000) / 2) {
        await this.#host.raiseSecs(SECS_FOR_MS);
        raisedAt = now;
      }
      if (raises && !doubted && view.state === 'normal' && waitedMs > DOUBT_MS) {
        doubted = true;
        this.#host.say(
          `still normal ${elapsedText(waitedMs)} later: was it really ${this.#pair.down.name} that was taken down?`,
        );
      }
      this.#host.progress(`waiting for ${what}, ${elapsedText(waitedMs)}: ${standing(view)}`);
      await this.#host.pause(POLL_MS);
    }
  }

  async #look(): Promise<GroupView> {
    if (this.#host.interrupted.aborted) throw new EndedEarly('interrupted');
    return this.#host.state();
  }

  async #endEarly(problem: string): Promise<void> {
    const { down } = this.#pair;
    this.#note(`ended early: ${problem}`);
    if (this.#downAt === null) return;
    const ago = elapsedText((this.#host.now() - this.#downAt) / 1000);
    try {
      this.#host.say(`where things stand: ${standing(await this.#host.state())}`);
    } catch (error) {
      this.#host.say(`where things stand is not known: ${errorText(error)}`);
    }
    if (this.#isBack)
      return this.#host.say(`${down.name} was asked to come back; dorawatch status shows when it serves`);
    this.#host.say(`${down.name} (${down.address}) was to go down ${ago} ago and has not been brought back`);
    await this.#wayBack();
  }

  async #wayBack(): Promise<void> {
    const { up, yes } = this.#plan;
    const { down } = this.#pair;
    if (up === null) return this.#host.say(`the way back: bring ${down.name} back yourself, then: dorawatch status`);
    // Nobody is there to be asked, and a server that stays down is worse than one that is started.
    if (!yes && !(await this.#host.confirm(`The way back: run "${up}" now?`)))
      return this.#host.say(`not run. The way back stays: ${up}`);
    try {
      await this.#bringBack();
    } catch (error) {
      this.#host.say(`the way back failed: ${errorText(error)}. Bring ${down.name} back yourself: ${up}`);
    }
  }

  #note(text: string): void {
    this.#steps.push({ at: this.#host.now(), text });
    this.#host.say(text);
  }

  async #record(problem: string | null): Promise<DrillRecord> {
    const { group, ref, actor, limits } = this.#plan;
    const report = await this.#host.report(afterUs(this.#startedAt, -LEAD_US));
    const checks = drillChecks(report, limits);
    const result = problem !== null ? 'ended early' : checks.every(({ ok }) => ok) ? 'passed' : 'failed';
    return { group, server: this.#pair.down.name, ref, actor, result, problem, checks, steps: this.#steps, report };
  }
}
