/**
 * The sockets of an engine and the stamps of what comes out of them: one that probes leave by and answers come in on, and in
 * relay role one that hears routers complain. Kept apart from the engine, which need not know what kind of socket it has.
 *
 * Opening them in the engine itself was refused: a client's broadcasts need another socket, and everything else the same.
 */
import type { MonotonicNs } from '../../shared/core/units.ts';
import { QUEUE_DELAY_NS } from '../core/probe-limits.ts';
import { type KernelTimestamps, kernelTimestamps } from '../io/kernel-timestamp.ts';
import { loadNativeCalls, type NativeCalls } from '../io/native-calls.ts';
import { openRawSocket, type PacketReader, type RawSocket } from '../io/raw-socket.ts';

/** Which sockets to read: the one that called, or all of them. */
export type WakeUp = 'udp' | 'icmp' | 'all';

/** Opens the socket that probes leave by, in place of a relay's; see `openClientSocket`. */
export type OpenSocket = (port: number, native: NativeCalls | undefined, onReadable: () => void) => RawSocket;

/** What the sockets are opened with. */
export interface SocketsOptions {
  readonly localPort: number;
  readonly stamps: 'auto' | 'user';
  readonly monotonic: () => MonotonicNs;
  /** A relay's exchanges may have ports of their own from this one up. */
  readonly portsFrom?: number | undefined;
  readonly onReadable: (which: WakeUp) => void;
  /** Absent: a relay's sockets, the one for ICMP among them. Nobody complains about a broadcast. */
  readonly open?: OpenSocket | undefined;
}

/** An engine's sockets, open. */
export class ProbeSockets {
  readonly native: NativeCalls | undefined;
  readonly udp: RawSocket;
  readonly #icmp: RawSocket | undefined;
  readonly #stamps: KernelTimestamps | undefined;
  #isAligned = false;
  #drops = 0;

  /** Throws RawSocketError. */
  constructor({ localPort: port, portsFrom, stamps, monotonic, onReadable, open }: SocketsOptions) {
    this.native = loadNativeCalls();
    const { native } = this;
    const raw = (protocol: 'udp' | 'icmp'): RawSocket =>
      openRawSocket({ protocol, port, portsFrom, native, onReadable: () => onReadable(protocol) });
    this.udp = open === undefined ? raw('udp') : open(port, native, () => onReadable('udp'));
    this.#icmp = open === undefined ? raw('icmp') : undefined;
    const { fd } = this.udp;
    if (stamps === 'auto' && fd !== undefined && native !== undefined)
      this.#stamps = kernelTimestamps({ native, fd, monotonic });
  }

  /** False: every answer is stamped when it is read. */
  get isStamping(): boolean {
    return this.#stamps !== undefined;
  }

  /** False when more may be waiting: the sockets then call for the next turn themselves, once other work had its own. */
  drain(what: WakeUp, onReply: PacketReader, onIcmp: PacketReader): boolean {
    this.#isAligned = false;
    const reads = (socket: WakeUp): boolean => what === 'all' || what === socket;
    const isUdpEmpty = !reads('udp') || this.udp.drain(onReply);
    return (!reads('icmp') || this.#icmp === undefined || this.#icmp.drain(onIcmp)) && isUdpEmpty;
  }

  /** When the kernel received what was read at `readNs`, with the sockets last known to be empty at `emptyNs`; if it says. */
  stampOf(readNs: MonotonicNs, emptyNs: MonotonicNs): MonotonicNs | undefined {
    if (!this.#isAligned) this.#stamps?.align();
    this.#isAligned = true;
    return this.#stamps?.last((emptyNs - QUEUE_DELAY_NS) as MonotonicNs, readNs);
  }

  /** Whether the kernel has had to drop packets since this was last asked. */
  haveDropped(): boolean {
    const drops = this.udp.drops();
    const isMore = drops !== this.#drops;
    this.#drops = drops;
    return isMore;
  }

  close(): void {
    this.udp.close();
    this.#icmp?.close();
  }
}
