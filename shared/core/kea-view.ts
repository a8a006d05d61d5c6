/** What a server says of itself, as people are told beside what its sites see; it never decides (collector/core/kea). */
import type { UnixMicros } from './units.ts';

/** What Kea says of itself; a null was not said. */
export interface KeaView {
  readonly asked_at: UnixMicros;
  /** Why it could not be asked; null: it answered, and the rest is what it said. */
  readonly problem: string | null;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly partner_state: string | null;
  readonly communication_interrupted: boolean | null;
  readonly unacked_clients: number | null;
  readonly unacked_clients_left: number | null;
  readonly connecting_clients: number | null;
  readonly clock_skew_ms: number | null;
  /** Where what it says and what its sites see disagree; null: they agree. */
  readonly disagreement: string | null;
}
