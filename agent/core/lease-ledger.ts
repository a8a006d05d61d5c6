/**
 * Which addresses servers may hold for our probes: noted as asked for before the REQUEST leaves, as given at the ACK, and
 * struck out when given back, refused or expired. What is unsure counts as held: an unanswered REQUEST may have been granted.
 * Rejected: counting ACKs less RELEASEs; a lost ACK is exactly the lease that nobody would ever look for.
 */

import { formatIpv4, type Ipv4 } from '../../shared/core/net/ipv4.ts';
import { type EpochMicros, epochMicros } from '../../shared/core/units.ts';
import { LEASES_MAX, QUEUED_REQUEST_SECONDS, UNTOLD_LEASE_SECONDS } from './ledger-limits.ts';
import type { Lease } from './probe-packet.ts';

/** Where leases come from, and all that is needed to give one back from a later start. */
export interface LeasePlace {
  readonly group: string;
  /** Empty in client role. */
  readonly server: string;
  /** The subnet that was asked for; null: none in particular. */
  readonly scope: string | null;
  /** Where its packets go, dotted. */
  readonly address: string;
  readonly giaddr: string;
  /** Client role: where it broadcasts; null: relay role. */
  readonly interface: string | null;
  /** Hardware address of that interface, or of the one that has giaddr; empty: not known. */
  readonly card: string;
  readonly release: 'always' | 'never';
  /** A RELEASE of the path, a whole IPv4 packet; its identity, address and server identifier are of no meaning. */
  readonly packet: Uint8Array;
}

/** `asked`: a REQUEST has left, and nothing is known · `given`: by an ACK · `left`: by an earlier start, either of them. */
export type LeaseState = 'asked' | 'given' | 'left';

/** One address that a server may hold for an identity of ours. */
export interface HeldLease {
  /** In the ledger's file; the same as long as this address is asked for again and again. */
  readonly number: number;
  readonly place: LeasePlace;
  readonly chaddr: Uint8Array;
  readonly address: Ipv4;
  /** Option 54. */
  readonly server: Ipv4;
  readonly state: LeaseState;
  /** By then the server has it back, whatever happens. */
  readonly untilUs: EpochMicros;
  /** The same of what was known before this was asked for; null: nothing was. */
  readonly beforeUs: EpochMicros | null;
}

/** An address at a server belongs to one client at a time, so who asked for it last is who may hold it. */
const keyOf = ({ place, server, address }: Pick<HeldLease, 'place' | 'server' | 'address'>): string =>
  `${place.address} ${formatIpv4(server)} ${formatIpv4(address)}`;

/** Seconds that a lease is reckoned to last. */
export const lastsSeconds = ({ leaseSeconds }: Pick<Lease, 'leaseSeconds'>): number =>
  leaseSeconds ?? UNTOLD_LEASE_SECONDS;

export class LeaseLedger {
  /** In the order in which they were asked for. */
  readonly #held = new Map<string, HeldLease>();
  #next = 1;
  #forgotten = 0;

  /** Leases that were forgotten because there are too many. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** All that may be held, expired ones included until `expire`. */
  get held(): Iterable<HeldLease> {
    return this.#held.values();
  }

  /** True while nothing has been noted about it since. */
  has(lease: HeldLease): boolean {
    return this.#held.get(keyOf(lease)) === lease;
  }

  /** A REQUEST for this lease is about to leave. */
  ask(place: LeasePlace, chaddr: Uint8Array, lease: Lease, now: EpochMicros): HeldLease {
    const { address, server } = lease;
    const beforeUs = this.#held.get(keyOf({ place, server, address }))?.untilUs ?? null;
    // Until an ACK says otherwise, what was granted before may still hold.
    const untilUs = epochMicros(Math.max(until(lease, now, 'asked'), beforeUs ?? 0));
    return this.#note({ place, chaddr, address, server, state: 'asked', untilUs, beforeUs });
  }

  /** Its REQUEST could not leave. @returns what was known before, if anything was */
  unask(asked: HeldLease): HeldLease | undefined {
    if (!this.strike(asked) || asked.beforeUs === null) return undefined;
    return this.#note({ ...asked, untilUs: asked.beforeUs, beforeUs: null });
  }

  /** The ACK for it has come; `lease` is the ACK's own, which may name another address. */
  give(asked: HeldLease, lease: Lease, now: EpochMicros): HeldLease {
    const { place, chaddr } = asked;
    const { address, server } = lease;
    if (keyOf({ place, server, address }) !== keyOf(asked)) this.strike(asked);
    const untilUs = until(lease, now, 'given');
    return this.#note({ place, chaddr, address, server, state: 'given', untilUs, beforeUs: null });
  }

  /** An earlier start left it. */
  find(fields: Omit<HeldLease, 'number' | 'state' | 'beforeUs'>): HeldLease {
    return this.#note({ ...fields, state: 'left', beforeUs: null });
  }

  /** It was given back, or never given. @returns false when it has been asked for again since */
  strike(lease: HeldLease): boolean {
    return this.has(lease) && this.#held.delete(keyOf(lease));
  }

  /** Strikes out what has expired. */
  expire(now: EpochMicros): readonly HeldLease[] {
    const expired = [...this.#held.values()].filter(({ untilUs }) => untilUs <= now);
    for (const lease of expired) this.#held.delete(keyOf(lease));
    return expired;
  }

  /** An address that was known keeps its number. */
  #note(fields: Omit<HeldLease, 'number'> & { readonly number?: number }): HeldLease {
    const key = keyOf(fields);
    const known = this.#held.get(key)?.number ?? fields.number;
    const lease: HeldLease = { ...fields, number: known ?? this.#next };
    if (known === undefined) this.#next += 1;
    this.#held.delete(key);
    this.#held.set(key, lease);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= LEASES_MAX) break;
      this.#held.delete(oldest);
      this.#forgotten += 1;
    }
    return lease;
  }
}

function until(lease: Lease, now: EpochMicros, state: LeaseState): EpochMicros {
  const spare = state === 'asked' ? QUEUED_REQUEST_SECONDS : 0;
  return (now + (lastsSeconds(lease) + spare) * 1e6) as EpochMicros;
}
