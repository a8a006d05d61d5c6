/**
 * Exchanges that somebody asks for, one at a time, on the engine that the schedule uses: same sockets, same relay address, same
 * packets, so that what is seen is what the probes see. Whom it may ask is what its assignment has anyway.
 *
 * Rejected: an engine of its own; a second raw socket would take the first one's answers for orphans.
 */
import { type AdHocRequest, type AdHocResult, type Frame, isAdHocTarget } from '../../shared/core/ad-hoc.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import { AD_HOC_WAIT_MAX_MS } from '../../shared/core/limits.ts';
import {
  afterUs,
  type Microseconds,
  type MonotonicNs,
  microseconds,
  milliseconds,
  type UnixMicros,
} from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { type AdHocPace, takeTurn } from '../core/ad-hoc-pace.ts';
import type { Ending, Exchange } from '../core/exchange.ts';
import type { PacketTrace } from '../core/packet-trace.ts';
import type { ProbePath } from '../core/probe-path.ts';
import type { ProbeEngine } from './engine.ts';
import type { LaneMemory } from './lane-memory.ts';
import { adHocPath, type Lane } from './target.ts';

export interface AdHocOptions {
  readonly agent: string;
  readonly clock: Clock;
  /** The agent's wall clock at `epochStart`. */
  readonly anchor: UnixMicros;
  readonly epochStart: MonotonicNs;
  readonly memory: LaneMemory;
}

/** What is probed at the moment of asking. */
export interface Present {
  readonly engine: Pick<ProbeEngine, 'begin' | 'turn'>;
  readonly lanes: readonly Lane[];
  readonly assignment: Assignment | undefined;
}

interface UnderWay {
  readonly trace: PacketTrace;
  readonly server: string;
  readonly tell: (result: AdHocResult) => void;
  /** What the kernel said when a packet would not leave. */
  said: string | undefined;
}

const refusal = (text: string): AdHocResult => ({ kind: 'refusal', text });

export class AdHocExchanges {
  readonly #options: AdHocOptions;
  readonly #pace: AdHocPace = new Map();
  #underWay: UnderWay | undefined;

  constructor(options: AdHocOptions) {
    this.#options = options;
  }

  /** Resolves when the exchange has ended, or at once with why there is none. */
  ask(request: AdHocRequest, { engine, lanes, assignment }: Present): Promise<AdHocResult> {
    const lane = lanes.find(({ target }) => isAdHocTarget(target, request));
    if (lane === undefined || assignment === undefined) return Promise.resolve(refusal(unassignedText(request)));
    const problem = this.#problem(lane);
    if (problem !== null) return Promise.resolve(refusal(problem));
    const { agent, memory } = this.#options;
    const dropTimeMs = milliseconds(Math.min(request.dropTimeMs, AD_HOC_WAIT_MAX_MS));
    const path = adHocPath(lane, { agent, assignment, kind: request.kind, dropTimeMs }, memory);
    return new Promise((resolve) => {
      this.#underWay = { trace: path.trace, server: request.server, tell: resolve, said: undefined };
      const cause = engine.begin(path);
      if (cause !== undefined) this.#tell(refusal(this.#unsent(path)));
      // Its deadline is to be woken up for.
      engine.turn();
    });
  }

  /** One of its exchanges has ended. */
  onEnding = ({ path }: Exchange, ending: Ending, released: boolean): void => {
    const { trace } = path;
    if (trace === undefined || trace !== this.#underWay?.trace) return;
    const answers = trace.frames.filter(({ direction }) => direction === 'received');
    this.#tell({
      kind: 'exchange',
      outcome: ending.outcome,
      stage: ending.stage,
      offerUs: wholeUs(ending.offerNs),
      ackUs: wholeUs(ending.ackNs),
      totalUs: wholeUs(ending.totalNs),
      released,
      stamped: answers.length > 0 && answers.every(({ isStamped }) => isStamped) ? 'kernel' : 'user',
      frames: this.#frames(trace),
      shedFrames: trace.shed,
    });
  };

  onSendError = (_: ProbePath, said: string): void => {
    if (this.#underWay !== undefined) this.#underWay.said = said;
  };

  #problem({ isRouted, target: { server, address } }: Lane): string | null {
    if (!isRouted) return `this host has no route to ${address} (${server})`;
    if (this.#underWay !== undefined)
      return `this agent is busy with another such exchange, with ${this.#underWay.server}; try again when that has ended`;
    const waitNs = takeTurn(this.#pace, address, this.#options.clock.monotonic());
    if (waitNs === 0) return null;
    return `this agent has asked ${server} often enough for now; it may be asked again in ${Math.ceil(waitNs / 1e9)} s`;
  }

  #unsent({ ref }: ProbePath): string {
    const said = this.#underWay?.said;
    if (said !== undefined) return `nothing could be sent to ${ref.address}: ${said}`;
    return 'the identity of such exchanges still rests, or too many exchanges are in flight; try again in a moment';
  }

  #tell(result: AdHocResult): void {
    const underWay = this.#underWay;
    this.#underWay = undefined;
    underWay?.tell(result);
  }

  /** The received ones by when they came in: one may be read after what was sent later. */
  #frames({ frames }: PacketTrace): readonly Frame[] {
    const { anchor, epochStart } = this.#options;
    return [...frames]
      .sort((a, b) => a.atNs - b.atNs)
      .map(({ atNs, isStamped: _, ...frame }) => ({
        ...frame,
        at: afterUs(anchor, Math.round((atNs - epochStart) / 1_000)),
      }));
  }
}

const wholeUs = (ns: number | undefined): Microseconds | null =>
  ns === undefined ? null : microseconds(Math.round(ns / 1_000));

const unassignedText = ({ group, server }: AdHocRequest): string =>
  `server ${server} of group ${group} is not among what this agent probes now; if it has just begun to, try again in a moment`;
