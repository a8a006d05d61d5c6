/**
 * How many leases one agent's probes hold at one server: what an agent's ledger adds up to, what its heartbeat carries, and what
 * `dorawatch agents` prints. Each address by itself stays in the agent's ledger: a collector has no use for a thousand of them.
 */
export interface LeaseCount {
  readonly group: string;
  /** Empty in client role. */
  readonly server: string;
  /** The subnet that was asked for; null = none in particular. */
  readonly scope: string | null;
  /** Given, and neither released nor expired. */
  readonly held: number;
  /** As many as there can be at once under the agent's assignment, whatever happens. */
  readonly worst: number;
}
