/**
 * What a collector tells one agent to do: which servers to probe, how often, and how to look like a client. It is pushed
 * whole at every change (a delta needs both ends to agree on what was before), and the agent keeps the last one on disk.
 */
import type { ExchangeKind } from './outcome.ts';
import type { Milliseconds } from './units.ts';

/** One server as this agent probes it. */
export interface Target {
  readonly group: string;
  readonly server: string;
  /** Dotted IPv4 address to send to. */
  readonly address: string;
  /** Further source addresses or prefixes ("10.0.3.0/24") whose answers count as this server's. */
  readonly sources: readonly string[];
  readonly bucket: number | null;
  readonly kind: ExchangeKind;
  /** This agent's share of the server's rate. */
  readonly ratePerSecond: number;
  /** Where in its period this agent's first exchange stands, 0 ≤ phase < 1, so that sites and paths interleave. */
  readonly phase: number;
}

export interface Assignment {
  /** Rises with every accepted configuration and every re-share; 0 is "none yet". */
  readonly version: number;
  readonly targets: readonly Target[];
  readonly dropTimeMs: Milliseconds;
  /** Identities per target; null = as many as rate × drop time need, rounded up, plus one. */
  readonly clients: number | null;
  readonly release: 'always' | 'never';
  /** giaddr to use instead of the address found by route; null = by route. */
  readonly relayAddress: string | null;
  /** Link selection (82.5) put into every probe, dotted network address; null = none. */
  readonly probeSubnet: string | null;
}
