/**
 * Where exchanges meet sockets: one turn reads what the kernel holds, judges deadlines, and sends what is due, in that
 * order. The order is the point: after a stall the answers are in the kernel's queue while timers run first, and a
 * deadline judged before the queue is read is an invented drop.
 *
 * One timer for everything, set for the next moment that matters. A timer per exchange and a polling timer were refused:
 * the first invents drops, the second costs more than the probing.
 */
import type { Ipv4 } from '../../shared/core/net/ipv4.ts';
import type { UnsentCause } from '../../shared/core/outcome.ts';
import type { Microseconds, MonotonicNs } from '../../shared/core/units.ts';
import { type Answer, discoverSent, type Ending, type Exchange, requestFailed, requestSent } from '../core/exchange.ts';
import {
  type Arrival,
  abandoned,
  createTable,
  doubtAll,
  endExchange,
  expired,
  freeXid,
  hopeSince,
  nextDeadline,
  oldestSent,
  onArrival,
  onIcmpError,
  openExchange,
  type Receipt,
} from '../core/exchange-table.ts';
import { rest, returnIdentity, returnUnused, takeIdentity } from '../core/identity-pool.ts';
import { HEARTBEAT_NS, STAMPS_ON_NS } from '../core/probe-limits.ts';
import { discoverPacket, type Lease, releasePacket, requestPacket } from '../core/probe-packet.ts';
import type { ProbePath } from '../core/probe-path.ts';
import { type ProbePorts, readIcmp, readReply } from '../core/probe-reading.ts';
import { raisedSecs } from '../core/raised-secs.ts';
import { SOURCE_PORT_MIN, setSourcePort } from '../core/source-port.ts';
import type { NativeCalls } from '../io/native-calls.ts';
import { LoopWatch } from './loop-watch.ts';
import type { EngineOptions } from './ports.ts';
import { ProbeSockets, type WakeUp } from './probe-sockets.ts';
import { traceAnswer, traceSent } from './tracing.ts';

/** The prober's engine. Opens its sockets when made: throws RawSocketError without CAP_NET_RAW. */
export class ProbeEngine {
  readonly #options: EngineOptions;
  readonly #table = createTable();
  readonly #sockets: ProbeSockets;
  readonly #ports: ProbePorts;
  readonly #watch = new LoopWatch(() => this.turn());
  /** When the sockets were last known to be empty: what came before this moment has been read. */
  #emptyNs: MonotonicNs;
  #userStamps = 0;
  readonly #readReply = (packet: Uint8Array, mac?: string): void => this.#onReply(packet, mac);
  readonly #readIcmp = (packet: Uint8Array): void => this.#onIcmp(packet);
  #onIdle: (() => void) | undefined;
  #isClosed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { localPort, serverPort, stamps, clock, open, sourcePorts } = options;
    const onReadable = (which: WakeUp): void => this.turn(which);
    const portsFrom = sourcePorts === undefined ? undefined : SOURCE_PORT_MIN;
    this.#ports = { localPort, serverPort, hasSourcePorts: sourcePorts !== undefined };
    this.#sockets = new ProbeSockets({ localPort, portsFrom, stamps, monotonic: clock.monotonic, onReadable, open });
    this.#emptyNs = clock.monotonic();
  }

  get native(): NativeCalls | undefined {
    return this.#sockets.native;
  }

  get inFlight(): number {
    return this.#table.inFlight.size;
  }

  get oldestSentNs(): MonotonicNs | undefined {
    return oldestSent(this.#table);
  }

  /** Resolves when what is sent from now on can be stamped; `begin` may be called before. */
  async settled(): Promise<void> {
    if (this.#sockets.isStamping) await new Promise((resolve) => setTimeout(resolve, STAMPS_ON_NS / 1e6));
  }

  /** How answers were stamped, and the loop's worst delay, since the last call. */
  takeQuality(): { readonly stamped: 'kernel' | 'user'; readonly loopDelayMaxUs: Microseconds } {
    const stamped = this.#sockets.isStamping && this.#userStamps === 0 ? 'kernel' : 'user';
    this.#userStamps = 0;
    return { stamped, loopDelayMaxUs: this.#watch.takeDelayMaxUs() };
  }

  /** Sends a DISCOVER on a path. Returns why it did not leave, undefined when it did. */
  begin(path: ProbePath): UnsentCause | undefined {
    const { clock, random, sink } = this.#options;
    const identity = takeIdentity(path.pool, clock.monotonic());
    if (identity === undefined) return 'no_identity';
    const xid = freeXid(this.#table, random);
    if (xid === undefined) {
      returnUnused(path.pool, identity);
      return 'no_identity';
    }
    const sourcePort = path.isPortFresh === true ? this.#options.sourcePorts?.take(path.ref.giaddr) : undefined;
    const sender = { xid, identity, sourcePort, secs: raisedSecs(path.waiting, clock.monotonic()) };
    const packet = discoverPacket(path.packets, sender);
    const sentNs = clock.monotonic();
    const isPortless = path.isPortFresh === true && sourcePort === undefined;
    const said = isPortless ? 'no source port is to be had' : this.#send(packet, path, sourcePort);
    const exchange = discoverSent(path, sender, sentNs);
    if (said !== undefined) {
      this.#freePort(exchange, true);
      returnUnused(path.pool, identity);
      sink.onSendError(path, said);
      return 'send_error';
    }
    openExchange(this.#table, exchange);
    sink.onSent(path, exchange);
    return undefined;
  }

  /** Reads, judges, sends, and sets the timer for the next moment that matters. `wakeUp`: what called for it. */
  turn(wakeUp: WakeUp = 'all'): void {
    if (this.#isClosed) return;
    const now = this.#options.clock.monotonic();
    const isStalled = this.#watch.notice(now, this.#emptyNs);
    const isOver = (nextDeadline(this.#table, now) ?? Number.POSITIVE_INFINITY) <= now;
    const what = isStalled || isOver ? 'all' : wakeUp;
    if (this.#sockets.drain(what, this.#readReply, this.#readIcmp) && what === 'all') {
      this.#emptyNs = now;
      // Everything that came before `now` has been read, so deadlines before it can be judged.
      if (isStalled || isOver) this.#judge(now);
      this.#watch.caughtUp();
    }
    this.#options.feed.dispatch(this.#options.clock.monotonic());
    this.#arm();
    this.#onIdle?.();
  }

  /** Resolves when nothing is in flight, but on paths where nobody answered for `silenceNs`; the feed must begin no more. */
  async finished(silenceNs = Number.POSITIVE_INFINITY): Promise<void> {
    const hasHope = hopeSince(this.#table, this.#options.clock.monotonic() - silenceNs);
    await new Promise<void>((resolve) => {
      this.#onIdle = () => (hasHope() ? undefined : resolve());
      this.#onIdle();
    });
  }

  /** Ends everything at once; what is still in flight is unmeasured. */
  close(): void {
    if (this.#isClosed) return;
    for (const { exchange, ending } of abandoned(this.#table)) this.#end(exchange, ending);
    this.#isClosed = true;
    this.#watch.cancel();
    this.#sockets.close();
  }

  #judge(now: MonotonicNs): void {
    const over = expired(this.#table, now);
    if (over.length === 0 && this.#watch.stalledSinceNs === undefined) return;
    const isLossy = this.#sockets.haveDropped();
    if (isLossy) doubtAll(this.#table);
    // What the kernel dropped may have been these exchanges' answers.
    for (const { exchange, ending } of isLossy ? expired(this.#table, now) : over) this.#end(exchange, ending);
  }

  #arm(): void {
    const now = this.#options.clock.monotonic();
    const due = this.#options.feed.nextDue(now) ?? Number.POSITIVE_INFINITY;
    const deadline = nextDeadline(this.#table, now) ?? Number.POSITIVE_INFINITY;
    // While answers are awaited a stall must show soon after it began, or its answers look slow.
    const heartbeat = this.inFlight > 0 ? now + HEARTBEAT_NS : Number.POSITIVE_INFINITY;
    this.#watch.sleepUntil(Math.min(due, deadline, heartbeat), now);
  }

  #onReply(packet: Uint8Array, mac: string | undefined): void {
    const { clock, sink, feed } = this.#options;
    // First of all: without a kernel stamp this is the moment of arrival, and whatever comes before it counts as latency.
    const readNs = clock.monotonic();
    const reading = readReply(packet, this.#ports);
    if (reading === undefined) return;
    const stamp = this.#sockets.stampOf(readNs, this.#emptyNs);
    const isTraced = traceAnswer(this.#table, reading, packet, { stamp, readNs });
    if (reading.kind === 'malformed') {
      if (!isTraced) sink.onStray('malformed', feed.pathOf(reading.source), reading.source, reading.reason);
      return;
    }
    if (stamp === undefined) this.#userStamps += 1;
    const { kind: _, payload, ...marks } = reading;
    const earliestNs = stamp ?? this.#watch.stalledSinceNs ?? readNs;
    const receivedNs = stamp ?? readNs;
    const arrival = { ...marks, receivedNs, earliestNs };
    const receipt = onArrival(this.#table, arrival, clock.monotonic());
    this.#onReceipt(receipt, arrival);
    // Looked into last: an exchange must not wait for what is only worth telling.
    if (receipt.kind !== 'orphan')
      sink.onHeard?.(receipt.exchange, { ...marks, expected: receipt.kind !== 'foreign', mac: mac ?? null, payload });
  }

  #onReceipt(receipt: Receipt, arrival: Arrival): void {
    const { sink, feed } = this.#options;
    switch (receipt.kind) {
      case 'orphan':
        sink.onStray('orphans', feed.pathOf(arrival.source), arrival.source, arrival.type);
        return;
      case 'foreign':
        sink.onForeign(receipt.exchange.path, arrival.source);
        return;
      case 'duplicate':
        this.#onDuplicate(receipt.exchange.path, arrival);
        return;
      case 'late':
        sink.onAnswer(receipt.exchange.path, arrival);
        sink.onLate(receipt.exchange, receipt.lateNs);
        if (receipt.lease !== undefined) this.#onLateLease(receipt.exchange, receipt.lease);
        return;
      case 'step':
        this.#onStep(receipt, arrival);
    }
  }

  #onStep(receipt: Extract<Receipt, { kind: 'step' }>, answer: Answer & { source: Ipv4 }): void {
    const { exchange, step } = receipt;
    const { sink } = this.#options;
    switch (step.kind) {
      case 'malformed':
        sink.onStray('malformed', exchange.path, answer.source, step.reason);
        return;
      case 'duplicate':
        this.#onDuplicate(exchange.path, answer);
        return;
      case 'finish':
        sink.onAnswer(exchange.path, answer);
        this.#end(exchange, step.ending);
        return;
      case 'request':
        sink.onAnswer(exchange.path, answer);
        this.#request(exchange, step.lease, answer);
    }
  }

  /** A broadcast is answered by every server there is: another's OFFER is no repetition, and told as a sighting. */
  #onDuplicate(path: ProbePath, { type, source }: Answer & { source: Ipv4 }): void {
    if (path.ref.interface === null || type !== 'OFFER') this.#options.sink.onStray('duplicates', path, source, type);
  }

  #request(exchange: Exchange, offered: Lease, answer: Answer): void {
    const { clock, serverFor, sink, leases } = this.#options;
    const lease = serverFor === undefined ? offered : { ...offered, server: serverFor(offered) };
    const packet = requestPacket(exchange.path.packets, exchange, lease);
    leases?.onRequest(exchange, lease);
    const requestNs = clock.monotonic();
    const said = this.#send(packet, exchange.path, exchange.sourcePort);
    if (said === undefined) {
      requestSent(exchange, lease, answer, requestNs);
      return;
    }
    sink.onSendError(exchange.path, said);
    this.#end(exchange, requestFailed(exchange, answer));
  }

  #end(exchange: Exchange, ending: Ending): void {
    const now = this.#options.clock.monotonic();
    const released = this.#release(exchange, ending.lease);
    endExchange(this.#table, exchange, ending, now);
    returnIdentity(exchange.path.pool, exchange.identity, now);
    this.#freePort(exchange, ending.outcome === 'acked' || ending.outcome === 'naked');
    this.#options.leases?.onEnding(exchange, ending, released);
    this.#options.sink.onEnding(exchange, ending, released);
  }

  #release(exchange: Exchange, lease: Lease | undefined): boolean {
    const { path } = exchange;
    if (lease === undefined || path.release === 'never') return false;
    return this.#send(releasePacket(path.packets, exchange, lease), path, exchange.sourcePort) === undefined;
  }

  #send(packet: Uint8Array, path: ProbePath, sourcePort: number | undefined): string | undefined {
    if (sourcePort !== undefined) setSourcePort(packet, sourcePort);
    const sentNs = this.#options.clock.monotonic();
    const said = this.#sockets.udp.send(packet, path.ref.address);
    if (said === undefined) traceSent(path, packet, sentNs);
    return said;
  }

  #freePort({ path, sourcePort }: Exchange, answered: boolean): void {
    if (sourcePort !== undefined) this.#options.sourcePorts?.free(path.ref.giaddr, sourcePort, answered);
  }

  /** The server gave an address after all. An identity that is already asking again keeps it, and gives it back then. */
  #onLateLease(exchange: Exchange, lease: Lease): void {
    const released = !exchange.identity.isInFlight && this.#release(exchange, lease);
    if (released) rest(exchange.identity, this.#options.clock.monotonic());
    this.#options.leases?.onLateLease(exchange, lease, released);
  }

  #onIcmp(packet: Uint8Array): void {
    const error = readIcmp(packet, this.#ports);
    if (error === undefined) return;
    const found = onIcmpError(this.#table, error, error.outcome);
    if (found !== undefined) this.#end(found.exchange, found.ending);
  }
}
