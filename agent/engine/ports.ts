/**
 * What the engine asks of whoever runs it, and what it tells: the daemon and the one-shot probe each bring their own pace
 * and keep their own books. Events by name (an emitter) were refused: a typing mistake would be a silent one.
 */

import type { Ipv4 } from '../../shared/core/net/ipv4.ts';
import type { MonotonicNs } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Stray } from '../core/batcher.ts';
import type { Answer, Ending, Exchange } from '../core/exchange.ts';
import type { Lease } from '../core/probe-packet.ts';
import type { ProbePath } from '../core/probe-path.ts';
import type { Heard } from '../core/sighting.ts';
import type { OpenSocket } from './probe-sockets.ts';

/** What the engine reports, as it happens. */
export interface EngineSink {
  readonly onSent: (path: ProbePath, exchange: Exchange) => void;
  readonly onEnding: (exchange: Exchange, ending: Ending, released: boolean) => void;
  readonly onLate: (exchange: Exchange, lateNs: number) => void;
  /** `path` is undefined when nobody we probe sent it. */
  readonly onStray: (stray: Stray, path: ProbePath | undefined, source: Ipv4, reason: string) => void;
  readonly onForeign: (path: ProbePath, source: Ipv4) => void;
  /** A server answered: OFFER, ACK or NAK, in time or not. */
  readonly onAnswer: (path: ProbePath, answer: Answer) => void;
  readonly onSendError: (path: ProbePath, said: string) => void;
  /** Any answer to an exchange that is known, whatever became of it; absent: nobody looks into answers. */
  readonly onHeard?: (exchange: Exchange, heard: Heard) => void;
}

/** What decides when exchanges begin. */
export interface EngineFeed {
  /** Begins, through `begin`, what is due at `now`. */
  readonly dispatch: (now: MonotonicNs) => void;
  /** When to be asked again; undefined for "only when something ends". */
  readonly nextDue: (now: MonotonicNs) => MonotonicNs | undefined;
  /** The path whose server has this address, for answers that match no exchange. */
  readonly pathOf: (source: Ipv4) => ProbePath | undefined;
}

/** What keeps account of the addresses that servers may hold for us. It is told before anybody else. */
export interface LeaseBook {
  /** A REQUEST for this lease leaves next: the last moment at which it can be written down. */
  readonly onRequest: (exchange: Exchange, lease: Lease) => void;
  /** An exchange that had begun is over. `released`: a RELEASE for the ending's lease has left. */
  readonly onEnding: (exchange: Exchange, ending: Ending, released: boolean) => void;
  /** An ACK after the end: the server gave the lease after all. */
  readonly onLateLease: (exchange: Exchange, lease: Lease, released: boolean) => void;
}

/** Where an exchange's own source port comes from; see `SourcePorts`. */
export interface PortSource {
  /** Undefined when there is none to be had on this relay address. */
  readonly take: (address: string) => number | undefined;
  /** The exchange is over; when it was not answered, an answer may come yet. */
  readonly free: (address: string, port: number, answered: boolean) => void;
}

/** What an engine is made of. */
export interface EngineOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly localPort: number;
  readonly serverPort: number;
  /** `user` refuses kernel stamps even where they are to be had. */
  readonly stamps: 'auto' | 'user';
  readonly sink: EngineSink;
  readonly feed: EngineFeed;
  /** Where paths get a port for each exchange; absent: no path has one. */
  readonly sourcePorts?: PortSource | undefined;
  /** Absent: a relay's sockets. */
  readonly open?: OpenSocket;
  /** Absent: nobody keeps account. */
  readonly leases?: LeaseBook | undefined;
  /** Option 54 for every REQUEST instead of the OFFER's own (perfdhcp -1). */
  readonly serverFor?: (lease: Lease) => Ipv4;
}
