/**
 * The client role beside the relay's: an engine for each interface that a target names, with a client's socket in place of a
 * relay's and everything else the same. An interface that is not there (renamed, switched off, unplugged) is tried again when the
 * assignment is looked at anew, once a minute; what falls due meanwhile is unsent, which is nobody's fault but ours.
 *
 * One engine for both roles was refused: what a client hears belongs to one link, and a relay's answers to none.
 */
import type { UnsentCause } from '../../shared/core/outcome.ts';
import { type MonotonicNs, microseconds } from '../../shared/core/units.ts';
import { CLIENT_INTERFACES_MAX } from '../core/probe-limits.ts';
import type { ProbePath } from '../core/probe-path.ts';
import { type ClientSocket, openClientSocket } from '../io/client-socket.ts';
import { RawSocketError } from '../io/raw-socket.ts';
import { ProbeEngine } from './engine.ts';
import type { EngineOptions } from './ports.ts';

/** What the client role shares with the relay's engine, and whom to tell of an interface that cannot be used. */
export interface ClientEnginesOptions extends Pick<EngineOptions, 'clock' | 'random' | 'stamps' | 'sink' | 'leases'> {
  readonly warn: (text: string, fields: object) => void;
}

interface Client {
  readonly engine: ProbeEngine;
  readonly socket: ClientSocket;
}

/** How answers were stamped, and the worst delay of any of these engines. */
type Quality = ReturnType<ProbeEngine['takeQuality']>;

/** All engines in client role, by interface. */
export class ClientEngines {
  readonly #options: ClientEnginesOptions;
  readonly #clients = new Map<string, Client>();

  constructor(options: ClientEnginesOptions) {
    this.#options = options;
  }

  /** Opens what these interfaces lack, anew where one is another than it was, and closes what is idle and no longer named. */
  use(interfaces: ReadonlySet<string>): void {
    for (const [name, { engine, socket }] of this.#clients) {
      const isWanted = interfaces.has(name) ? !socket.isStale() : engine.inFlight > 0;
      if (isWanted) continue;
      engine.close();
      this.#clients.delete(name);
    }
    for (const name of interfaces) if (!this.#clients.has(name)) this.#open(name);
  }

  /** Broadcasts a DISCOVER on the path's interface. Returns why it did not leave, undefined when it did. */
  begin(path: ProbePath): UnsentCause | undefined {
    const engine = this.#clients.get(path.ref.interface ?? '')?.engine;
    if (engine === undefined) return 'send_error';
    const cause = engine.begin(path);
    // Nobody else sets this engine's timer: it has no schedule of its own.
    engine.turn();
    return cause;
  }

  /** DISCOVER of the oldest exchange in flight on any interface, or another engine's `oldest` if that is older. */
  oldestSent(oldest: MonotonicNs | undefined): MonotonicNs | undefined {
    let least = oldest;
    for (const { engine } of this.#clients.values()) {
      const { oldestSentNs } = engine;
      if (oldestSentNs !== undefined && (least === undefined || oldestSentNs < least)) least = oldestSentNs;
    }
    return least;
  }

  /** Since the last call, all interfaces together with what another engine says of itself. */
  takeQuality(of: Quality): Quality {
    let { stamped, loopDelayMaxUs } = of;
    for (const { engine } of this.#clients.values()) {
      const own = engine.takeQuality();
      if (own.stamped === 'user') stamped = 'user';
      loopDelayMaxUs = microseconds(Math.max(loopDelayMaxUs, own.loopDelayMaxUs));
    }
    return { stamped, loopDelayMaxUs };
  }

  /** As an engine's own, on every interface. */
  async finished(silenceNs: number): Promise<void> {
    await Promise.all(Array.from(this.#clients.values(), ({ engine }) => engine.finished(silenceNs)));
  }

  close(): void {
    for (const { engine } of this.#clients.values()) engine.close();
    this.#clients.clear();
  }

  #open(name: string): void {
    const { warn, ...shared } = this.#options;
    const fields = { interface: name };
    if (this.#clients.size >= CLIENT_INTERFACES_MAX) {
      warn(`no more than ${CLIENT_INTERFACES_MAX} interfaces can be probed as a client`, fields);
      return;
    }
    let socket: ClientSocket | undefined;
    try {
      const engine = new ProbeEngine({
        ...shared,
        localPort: 68,
        serverPort: 67,
        feed: { dispatch: () => undefined, nextDue: () => undefined, pathOf: () => undefined },
        open: (port, native, onReadable) => {
          socket = openClientSocket({ interface: name, port, native, onReadable });
          return socket;
        },
      });
      if (socket !== undefined) this.#clients.set(name, { engine, socket });
    } catch (error) {
      if (!(error instanceof RawSocketError)) throw error;
      warn(`cannot probe as a client: ${error.message}; tried again in a minute`, fields);
    }
  }
}
