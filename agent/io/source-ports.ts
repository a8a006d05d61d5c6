/**
 * The UDP sockets behind fresh source ports: one is bound for as long as an exchange can be answered, so that no other program
 * has the port meanwhile and the kernel does not tell servers that it is closed. What comes in is read from the raw socket.
 *
 * Some are bound ahead, since binding takes a turn of the loop and a DISCOVER must not wait for it. Never closing a socket
 * (a fixed set of ports in turn) was refused: the set would have to be thousands for a port to rest for minutes.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { MonotonicNs } from '../../shared/core/units.ts';
import { LATE_PORT_NS, SOURCE_PORTS_AHEAD, SOURCE_PORTS_MAX } from '../core/probe-limits.ts';
import { createPortTurn, nextPort } from '../core/source-port.ts';

/** Bound and not yet used, on one address, and those on their way. */
interface Ahead {
  readonly sockets: Socket[];
  readonly binding: Set<Promise<void>>;
}

/** A port's end, still guarded, since an answer may come after all. */
interface Lingering {
  readonly socket: Socket;
  readonly untilNs: number;
}

/** Source ports of every relay address; `close` ends all. */
export class SourcePorts {
  readonly #turn: ReturnType<typeof createPortTurn>;
  readonly #monotonic: () => MonotonicNs;
  readonly #ahead = new Map<string, Ahead>();
  readonly #taken = new Map<string, Socket>();
  readonly #lingering: Lingering[] = [];

  constructor({ random, monotonic }: { readonly random: () => number; readonly monotonic: () => MonotonicNs }) {
    this.#turn = createPortTurn(random());
    this.#monotonic = monotonic;
  }

  /** Binds ports ahead on these addresses, and lets go of those bound ahead on any other. Resolves once they are there. */
  async reserve(addresses: ReadonlySet<string>): Promise<void> {
    for (const [address, { sockets }] of this.#ahead) {
      if (addresses.has(address)) continue;
      for (const socket of sockets) socket.close();
      this.#ahead.delete(address);
    }
    for (const address of addresses) this.#fill(address);
    await Promise.all(Array.from(this.#ahead.values()).flatMap(({ binding }) => [...binding]));
  }

  /** A port that nobody else has; undefined when none could be bound, or none was reserved on this address. */
  take(address: string): number | undefined {
    const ahead = this.#ahead.get(address);
    if (ahead === undefined) return undefined;
    const socket = ahead.sockets.shift();
    const port = socket?.address().port;
    if (socket !== undefined) this.#taken.set(`${address}:${port}`, socket);
    this.#fill(address);
    return port;
  }

  /** The exchange of this port is over. `answered`: nothing more is to come. */
  free(address: string, port: number, answered: boolean): void {
    const name = `${address}:${port}`;
    const socket = this.#taken.get(name);
    this.#taken.delete(name);
    this.#sweep();
    if (socket === undefined) return;
    if (answered) socket.close();
    else this.#lingering.push({ socket, untilNs: this.#monotonic() + LATE_PORT_NS });
  }

  close(): void {
    for (const { sockets } of this.#ahead.values()) for (const socket of sockets) socket.close();
    for (const socket of this.#taken.values()) socket.close();
    for (const { socket } of this.#lingering) socket.close();
    this.#ahead.clear();
    this.#taken.clear();
    this.#lingering.length = 0;
  }

  get #count(): number {
    let ahead = 0;
    for (const { sockets, binding } of this.#ahead.values()) ahead += sockets.length + binding.size;
    return ahead + this.#taken.size + this.#lingering.length;
  }

  #fill(address: string): void {
    const ahead = this.#ahead.get(address) ?? { sockets: [], binding: new Set() };
    this.#ahead.set(address, ahead);
    while (ahead.sockets.length + ahead.binding.size < SOURCE_PORTS_AHEAD && this.#hasRoom()) {
      const binding = this.#bind(address, ahead).finally(() => ahead.binding.delete(binding));
      ahead.binding.add(binding);
    }
  }

  #hasRoom(): boolean {
    if (this.#count >= SOURCE_PORTS_MAX) this.#sweep(true);
    return this.#count < SOURCE_PORTS_MAX;
  }

  async #bind(address: string, ahead: Ahead): Promise<void> {
    const socket = await bound(address, nextPort(this.#turn));
    if (socket === undefined) return;
    // The address may have been given up, or everything closed, while the bind was on its way.
    if (this.#ahead.get(address) === ahead) ahead.sockets.push(socket);
    else socket.close();
  }

  /** Closes what has lingered long enough; `one`: and the oldest of the rest, as there is no room. */
  #sweep(one = false): void {
    const now = this.#monotonic();
    while (this.#lingering[0] !== undefined && (one || this.#lingering[0].untilNs <= now)) {
      this.#lingering.shift()?.socket.close();
      if (one) return;
    }
  }
}

/** A socket on this port; undefined when another program has it, or the address is not ours. */
function bound(address: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    // No larger a buffer than the kernel allows: what arrives here is a copy, and nobody reads it.
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 });
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error').on('error', () => undefined);
      resolve(socket);
    });
    socket.unref();
  });
}
