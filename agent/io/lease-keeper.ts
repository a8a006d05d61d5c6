/**
 * The agent's lease ledger at work: the engine tells what it asks for and how that ended, and every step is in the file
 * before it matters. The REQUEST's line is written at once, one system call; the rest with the next of them, or within a
 * second. Rejected: flushing to the disk; a power cut takes the agent's host along, and leases expire by themselves.
 */
import type { EpochMicros, MonotonicNs, UnixMicros } from '../../shared/core/units.ts';
import { epochMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Ending, Exchange } from '../core/exchange.ts';
import { type HeldLease, LeaseLedger, type LeasePlace } from '../core/lease-ledger.ts';
import { LEDGER_RETRY_MS, LEDGER_WRITE_MS } from '../core/ledger-limits.ts';
import {
  askedLine,
  endedLine,
  headerLine,
  heldUntil,
  type LeaseEnd,
  placeLine,
  readLedger,
} from '../core/ledger-record.ts';
import { type Lease, releasePacket } from '../core/probe-packet.ts';
import type { ProbePath } from '../core/probe-path.ts';
import { LedgerFile } from './ledger-file.ts';
import { hardwareAddressOf } from './sending-interface.ts';

export interface LeaseKeeperOptions {
  /** The state directory. */
  readonly directory: string;
  readonly anchor: UnixMicros;
  readonly epochStart: MonotonicNs;
  readonly clock: Clock;
}

/** What the file of the last start was worth. */
export interface LedgerFinding {
  /** Leases in a file of another directory, or one that does not say whose: nothing of it may be given back from here. */
  readonly foreign: number;
  readonly damagedLines: number;
  /** What the last start may have left. */
  readonly leases: readonly HeldLease[];
}

/** A LeaseBook of the engine's. */
export class LeaseKeeper {
  readonly finding: LedgerFinding;
  readonly #options: LeaseKeeperOptions;
  readonly #ledger = new LeaseLedger();
  readonly #file: LedgerFile;
  /** By exchange, from its REQUEST to its end. */
  readonly #asked = new Map<Exchange, HeldLease>();
  readonly #placeOf = new WeakMap<ProbePath, LeasePlace>();
  /** Numbers of the places that this generation of the file has. */
  readonly #places = new Map<LeasePlace, number>();
  readonly #timer: NodeJS.Timeout;
  #renewedNs: MonotonicNs;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#file = new LedgerFile(options.directory);
    this.finding = this.#find();
    this.#renewedNs = options.clock.monotonic();
    this.#renew();
    this.#timer = setInterval(() => this.#tick(), LEDGER_WRITE_MS);
  }

  /** What is wrong with it, for people; null: nothing. */
  get trouble(): string | null {
    const { forgotten } = this.#ledger;
    return this.#file.trouble ?? (forgotten === 0 ? null : `${forgotten} leases were too many for the ledger`);
  }

  /** Moments on the ledger's clock, the epoch's. */
  now(): EpochMicros {
    return epochMicros(Math.floor((this.#options.clock.monotonic() - this.#options.epochStart) / 1_000));
  }

  get held(): Iterable<HeldLease> {
    return this.#ledger.held;
  }

  onRequest = (exchange: Exchange, lease: Lease): void => {
    const place = this.#place(exchange, lease);
    const asked = this.#ledger.ask(place, exchange.identity.chaddr, lease, this.now());
    this.#asked.set(exchange, asked);
    this.#add(asked);
    this.#file.write();
  };

  onEnding = (exchange: Exchange, { outcome, lease }: Ending, released: boolean): void => {
    const asked = this.#asked.get(exchange);
    if (asked === undefined) return;
    this.#asked.delete(exchange);
    if (lease !== undefined) this.#onLease(asked, lease, released);
    else if (exchange.state.kind === 'offer') this.#unask(asked);
    else if (outcome === 'naked') this.#strike(asked, 'refused');
    // All others may have been granted without our knowing.
  };

  onLateLease = (exchange: Exchange, lease: Lease, released: boolean): void => {
    const place = this.#place(exchange, lease);
    this.#onLease(this.#ledger.ask(place, exchange.identity.chaddr, lease, this.now()), lease, released);
  };

  /** Still held as far as is known, and asked for by nobody since. */
  isHeld(lease: HeldLease): boolean {
    return this.#ledger.has(lease) && lease.untilUs > this.now();
  }

  /** A RELEASE for it has left. */
  released(lease: HeldLease): void {
    this.#strike(lease, 'released');
  }

  close(): void {
    clearInterval(this.#timer);
    this.#file.close();
  }

  #onLease(asked: HeldLease, lease: Lease, released: boolean): void {
    const given = this.#ledger.give(asked, lease, this.now());
    if (released) {
      this.#strike(given, 'released', asked.number);
      return;
    }
    this.#add(given);
    if (given.number !== asked.number) this.#file.add(endedLine(asked, this.#unixSeconds(), 'refused'));
  }

  /** The REQUEST never left. */
  #unask(asked: HeldLease): void {
    if (!this.#ledger.has(asked)) return;
    const before = this.#ledger.unask(asked);
    if (before === undefined) this.#file.add(endedLine(asked, this.#unixSeconds(), 'refused'));
    else this.#add(before);
  }

  #strike(lease: HeldLease, end: LeaseEnd, number = lease.number): void {
    if (this.#ledger.strike(lease)) this.#file.add(endedLine({ number }, this.#unixSeconds(), end));
  }

  /** Leases in a copy of another directory are its own agent's to count and to give back. */
  #find(): LedgerFinding {
    const { owner, leases, damagedLines } = readLedger(this.#file.found);
    const now = this.now();
    const open = leases.flatMap(({ at, seconds, ...lease }) => {
      const untilUs = heldUntil({ at, seconds }, this.#options.anchor, now);
      return untilUs > now ? [{ ...lease, untilUs }] : [];
    });
    const isOurs = owner === this.#file.owner;
    const found = isOurs ? open.map((lease) => this.#ledger.find(lease)) : [];
    return {
      foreign: isOurs ? 0 : open.length,
      damagedLines,
      leases: found.filter((lease) => this.#ledger.has(lease)),
    };
  }

  #tick(): void {
    const expired = this.#ledger.expire(this.now());
    for (const lease of expired) this.#file.add(endedLine(lease, this.#unixSeconds(), 'expired'));
    this.#file.write();
    const now = this.#options.clock.monotonic();
    const isRefused = this.#file.trouble !== null && now - this.#renewedNs < LEDGER_RETRY_MS * 1e6;
    if (!this.#file.isDue || isRefused) return;
    this.#renewedNs = now;
    this.#renew();
  }

  /** A new generation holds what is open, and nothing else. */
  #renew(): void {
    this.#places.clear();
    const lines = [headerLine(this.#file.owner)];
    for (const lease of this.#ledger.held) lines.push(...this.#linesOf(lease));
    this.#file.renew(lines);
  }

  #add(lease: HeldLease): void {
    for (const line of this.#linesOf(lease)) this.#file.add(line);
  }

  #linesOf(lease: HeldLease): readonly string[] {
    const left = Math.ceil((lease.untilUs - this.now()) / 1e6);
    const known = this.#places.get(lease.place);
    const number = known ?? this.#places.size + 1;
    this.#places.set(lease.place, number);
    const asked = askedLine(lease, number, this.#unixSeconds(), left);
    return known === undefined ? [placeLine(number, lease.place), asked] : [asked];
  }

  #place(exchange: Exchange, lease: Lease): LeasePlace {
    const { path } = exchange;
    const known = this.#placeOf.get(path);
    if (known !== undefined) return known;
    const { group, server, scope, address, giaddr, interface: on } = path.ref;
    const place: LeasePlace = {
      ...{ group, server, scope, address, giaddr, interface: on },
      card: hardwareAddressOf({ giaddr, interface: on }) ?? '',
      release: path.release,
      packet: releasePacket(path.packets, exchange, lease).slice(),
    };
    this.#placeOf.set(path, place);
    return place;
  }

  #unixSeconds(): number {
    return Math.floor((this.#options.anchor + this.now()) / 1e6);
  }
}
