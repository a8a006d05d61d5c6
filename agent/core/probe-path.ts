/**
 * One path as the engine probes it: a server seen from this host, with the identities shown to it and the packets sent to
 * it. It is made anew when an assignment changes what is sent; exchanges in flight keep the path they began with.
 */
import type { PathRef } from '../../shared/core/batch.ts';
import { type Ipv4, noAddress, type Prefix, prefixContains } from '../../shared/core/net/ipv4.ts';
import type { ExchangeKind } from '../../shared/core/outcome.ts';
import type { Nanoseconds } from '../../shared/core/units.ts';
import type { IdentityPool } from './identity-pool.ts';
import type { PacketTrace } from './packet-trace.ts';
import type { PacketTemplates } from './probe-packet.ts';
import type { Waiting } from './raised-secs.ts';

/** Everything an exchange needs to know about where it goes. */
export interface ProbePath {
  /** How a batch names the path. */
  readonly ref: PathRef;
  readonly address: Ipv4;
  /** Further sources whose answers are this server's. */
  readonly sources: readonly Prefix[];
  readonly kind: ExchangeKind;
  readonly dropTimeNs: Nanoseconds;
  readonly release: 'always' | 'never';
  readonly pool: IdentityPool;
  readonly packets: PacketTemplates;
  /** Each exchange is sent from a port of its own (RFC 8357). */
  readonly isPortFresh?: boolean;
  /** Option 118 as sent: an answer without its echo is none (RFC 3011). */
  readonly subnetSelection?: Ipv4 | undefined;
  /** In a drill alone; otherwise `secs` is 0. */
  readonly waiting?: Waiting | undefined;
  /** Its exchange was asked for by somebody, who is told what it sent and received; it is no result. */
  readonly trace?: PacketTrace | undefined;
}

/** Sources of a path in client role: whoever answers is of interest. */
export const ANYBODY: readonly Prefix[] = [{ network: noAddress, length: 0 }];

/** True when an answer from this address is an answer of the path's server. */
export function isExpectedSource(path: Pick<ProbePath, 'address' | 'sources'>, source: Ipv4): boolean {
  return source === path.address || path.sources.some((prefix) => prefixContains(prefix, source));
}
