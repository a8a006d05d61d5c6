/**
 * What a run has to say beside its figures: each remark once, with how often it applied, and which addresses were given
 * to two identities at a time (-u).
 */

import type { Ipv4 } from '../../shared/core/net/ipv4.ts';
import type { Ending, Exchange } from '../core/exchange.ts';
import { ADDRESSES_MAX } from '../core/probe-limits.ts';
import type { ProbeTally } from '../core/probe-tally.ts';

const REMARKS_MAX = 64;

/** Remarks of a run. */
export class ProbeNotes {
  readonly addresses = new HeldAddresses();
  readonly #remarks = new Map<string, number>();

  /** Adds a remark, or one more to its count. */
  add(remark: string): void {
    const count = this.#remarks.get(remark);
    if (count !== undefined || this.#remarks.size < REMARKS_MAX) this.#remarks.set(remark, (count ?? 0) + 1);
  }

  /** Each remark, with its count when it applied more than once. */
  lines(): readonly string[] {
    return [...this.#remarks].map(([remark, count]) => (count === 1 ? remark : `${remark} (${count} times)`));
  }
}

/** Addresses that identities hold, to find one that two of them hold. */
class HeldAddresses {
  readonly #slots = new Map<Ipv4, number>();

  /** Notes an ended exchange: an address is held from its ACK on, until its RELEASE. */
  note(tally: ProbeTally, { identity, path, state }: Exchange, { lease, outcome }: Ending, released: boolean): void {
    const offered = state.kind === 'ack' ? state.lease.address : undefined;
    if (offered !== undefined && this.#isHeldByAnother(offered, identity.slot)) tally.nonUnique.offer += 1;
    if (path.kind === 'do' || outcome !== 'acked' || lease === undefined) return;
    if (this.#isHeldByAnother(lease.address, identity.slot)) tally.nonUnique.ack += 1;
    if (released) this.#slots.delete(lease.address);
    else if (this.#slots.size < ADDRESSES_MAX) this.#slots.set(lease.address, identity.slot);
  }

  #isHeldByAnother(address: Ipv4, slot: number): boolean {
    const holder = this.#slots.get(address);
    return holder !== undefined && holder !== slot;
  }
}
