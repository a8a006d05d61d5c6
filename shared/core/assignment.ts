/**
 * What a collector tells one agent to do: which servers to probe, how often, and how to look like a client. It is pushed
 * whole at every change (a delta needs both ends to agree on what was before), and the agent keeps the last one on disk.
 */
import type { ExchangeKind } from './outcome.ts';
import type { Milliseconds } from './units.ts';

/** How a probe asks for a subnet other than giaddr's: option 82.5 (RFC 3527) or option 118 (RFC 3011). Index = wire code. */
export const SELECTIONS = ['link-selection', 'subnet-selection'] as const;
export type Selection = (typeof SELECTIONS)[number];

/** What marks a probe as ours on the server; null = not sent. */
export interface Identify {
  /** First octets of every chaddr, "02:00:5e": one to three, locally administered; null = 02 and hashed ones. */
  readonly macPrefix: string | null;
  /** Options 60 and 77. */
  readonly vendorClass: string | null;
  readonly userClass: string | null;
  /** Relay agent information, 82.1 and 82.2. */
  readonly circuitId: string | null;
  readonly remoteId: string | null;
}

export const ANONYMOUS: Identify = {
  macPrefix: null,
  vendorClass: null,
  userClass: null,
  circuitId: null,
  remoteId: null,
};

/** One server as this agent probes it: as such, or a sweep over `scopes` of it, or (client role) whoever answers on `interface`. */
export interface Target {
  readonly group: string;
  /** Empty in client role. */
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
  /** Dotted network address asked for in every probe; null = none. Without meaning in a sweep or in client role. */
  readonly probeSubnet: string | null;
  readonly selection: Selection;
  /** A sweep: these subnets in turn ("10.80.1.0/24"), one an exchange; empty = none. */
  readonly scopes: readonly string[];
  /** Client role: the interface to broadcast on; null = relay role. */
  readonly interface: string | null;
  /** A drill: `secs` tells how long the path has been unanswered, as a waiting client's would; otherwise it is 0. */
  readonly raiseSecs: boolean;
}

/** What a target is that asks one server, as such, for its giaddr's subnet. */
export const PLAIN_TARGET = {
  probeSubnet: null,
  selection: 'link-selection',
  scopes: [],
  interface: null,
  raiseSecs: false,
} as const satisfies Partial<Target>;

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
  readonly identify: Identify;
  /** Send from a fresh port an exchange with 82.19 (RFC 8357), instead of from 67. */
  readonly relayPort: boolean;
}

/** How many identities a rate and a drop time need: those that can be in flight when nobody answers, and one more. */
export const identitiesNeeded = (ratePerSecond: number, dropTimeMs: number): number =>
  Math.ceil((ratePerSecond * dropTimeMs) / 1000) + 1;

/** How many a target uses, whoever asks: the agent that shows them, its count of leases at worst, and `check-config`. */
export const identitiesOf = (
  { clients, dropTimeMs }: Pick<Assignment, 'clients' | 'dropTimeMs'>,
  { ratePerSecond }: Pick<Target, 'ratePerSecond'>,
): number => Math.max(1, clients ?? identitiesNeeded(ratePerSecond, dropTimeMs));
