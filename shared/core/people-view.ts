/**
 * What is asked about people and who did what, and what is answered. Apart from access-view, which is about agents and tokens. Keys are
 * the keys of `--json`; fields as in people.proto.
 */
import type { UnixMicros } from './units.ts';

export interface WhoAmIView {
  /** Null: the collector asks nobody who they are. */
  readonly name: string | null;
  readonly role: string;
}

export interface PeopleView {
  readonly people: readonly PersonRow[];
}

export interface PersonRow {
  readonly name: string;
  readonly role: string;
  readonly certificate_until: UnixMicros | null;
  /** Bearer tokens that are valid. */
  readonly bearers: number;
  readonly invited_until: UnixMicros | null;
  readonly revoked_at: UnixMicros | null;
}

/** A token that is to be made for a person, or a program: to log in with, or to send along. */
export interface InviteRequest {
  readonly name: string;
  readonly role: string;
  readonly ttl_ms: number;
}

/** A secret that is told once, and nowhere kept. */
export interface GivenToken {
  readonly token: string;
  readonly name: string;
  readonly role: string;
  readonly until: UnixMicros;
}

export interface PersonNameRequest {
  readonly name: string;
}

export interface RevokedPersonView {
  readonly name: string;
  readonly was_enrolled: boolean;
  readonly bearers: number;
  readonly cut: number;
}

export interface BearersView {
  readonly bearers: readonly BearerRow[];
}

export interface BearerRow {
  /** The first digits of its SHA-256. */
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly at: UnixMicros;
  readonly until: UnixMicros;
  readonly by: string;
}

/** A null leaves open what it stands for. */
export interface AuditRequest {
  readonly since: UnixMicros | null;
  readonly until: UnixMicros | null;
  readonly who: string | null;
}

export interface AuditRow {
  readonly at: UnixMicros;
  readonly who: string;
  readonly role: string | null;
  readonly from: string | null;
  readonly act: string;
  readonly about: string;
  readonly actor: string | null;
}
