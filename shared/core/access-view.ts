/**
 * What admins ask about who may come in, and what they are answered: tokens, agents that wait for approval, revocations. Apart from the
 * other questions, since nobody but an admin asks these. Keys are the keys of `--json`.
 */
import type { UnixMicros } from './units.ts';

/** A token that is to be made: for agents of a site. */
export interface TokenRequest {
  readonly site: string;
  readonly ttl_ms: number;
  /** How many agents it is for. */
  readonly uses: number;
  /** An admin has to approve each. */
  readonly approval: boolean;
}

/** A token as it is listed: never its secret. */
export interface TokenRow {
  readonly id: string;
  /** "agent" or "person". */
  readonly kind: string;
  /** An agent's site; null: a person's token. */
  readonly site: string | null;
  /** A person's name and role; null: an agent's token. */
  readonly name: string | null;
  readonly role: string | null;
  readonly approval: boolean;
  readonly uses: number;
  readonly uses_left: number;
  readonly at: UnixMicros;
  readonly until: UnixMicros;
  /** Who made it. */
  readonly by: string;
}

export interface CreatedToken {
  /** What is pasted on the host; told once, and nowhere kept. */
  readonly token: string;
  readonly row: TokenRow | null;
}

export interface TokensView {
  readonly tokens: readonly TokenRow[];
}

export interface TokenIdRequest {
  readonly id: string;
}

/** An agent that has shown a token that needs approval. */
export interface PendingRow {
  readonly agent: string;
  readonly site: string;
  /** Tells hosts apart; empty: not told. */
  readonly host: string;
  readonly version: string;
  /** Address that it came from. */
  readonly address: string | null;
  /** SHA-256 of its public key, hexadecimal; `dorawatch-agent join` prints the same. */
  readonly key: string;
  readonly since: UnixMicros;
  /** "waiting", "approved" (and not back yet) or "rejected". */
  readonly state: string;
}

export interface PendingView {
  readonly pending: readonly PendingRow[];
}

export interface AgentNameRequest {
  readonly agent: string;
}

export interface RevokedView {
  readonly agent: string;
  /** It had a certificate that was valid until now. */
  readonly was_enrolled: boolean;
  /** Connections that were cut. */
  readonly cut: number;
}
