/**
 * What lets a person, or a program, in over HTTP: a bearer token, or a session of the page that a token opened. A session has an
 * identifier of its own, so that what a browser keeps is not what an admin gave out, and goes with its token, at logout, and when
 * there are too many, the oldest first. Held by hash: who reads the list can use none of it.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { SESSIONS_MAX, SESSIONS_PER_BEARER } from './limits.ts';
import type { PersonRole } from './roles.ts';

export interface Credential {
  readonly name: string;
  readonly role: PersonRole;
  /** SHA-256 of the bearer token, hexadecimal. */
  readonly bearer: string;
  /** It ends before this moment, collector's clock. */
  readonly until: UnixMicros;
}

/** Sessions of the page by the hash of their identifier. */
export interface SessionShelf {
  /** @param bearer hash of the token that opens it */
  open(session: string, bearer: string): void;
  close(session: string): void;
  /** @returns the hash of its token; null: there is no such session */
  bearerOf(session: string): string | null;
}

export function createSessionShelf(): SessionShelf {
  /** In the order in which they were opened. */
  const bearers = new Map<string, string>();
  return {
    open: (session, bearer) => {
      bearers.set(session, bearer);
      const own = [...bearers].filter(([, one]) => one === bearer).map(([id]) => id);
      for (const id of own.slice(0, -SESSIONS_PER_BEARER)) bearers.delete(id);
      const [oldest] = bearers.keys();
      if (bearers.size > SESSIONS_MAX && oldest !== undefined) bearers.delete(oldest);
    },
    close: (session) => void bearers.delete(session),
    bearerOf: (session) => bearers.get(session) ?? null,
  };
}
