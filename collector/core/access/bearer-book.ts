/**
 * Bearer tokens that were given out, by the SHA-256 of each: part of the access book. One goes with its person, and when it is over by
 * the moments of the journal's lines. Rejected: taking back a single one; whose token is known to others is thrown out, and comes back
 * with a new one in a minute.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { Credential } from './credential.ts';

export interface Bearer extends Credential {
  readonly at: UnixMicros;
  /** Who made it. */
  readonly by: string;
}

/** By hash, oldest first. */
export type BearerBook = ReadonlyMap<string, Bearer>;

export function withBearer(book: BearerBook, bearer: Bearer): BearerBook {
  const living = [...book].filter(([, { until }]) => until > bearer.at);
  return new Map([...living, [bearer.bearer, bearer]]);
}

/** Without those of a person. */
export const bearersWithout = (book: BearerBook, name: string): BearerBook =>
  new Map([...book].filter(([, own]) => own.name !== name));

/** Those that are valid, of one person or of all. */
export const validBearers = (book: BearerBook, now: UnixMicros, name?: string): readonly Bearer[] =>
  [...book.values()].filter((own) => own.until > now && (name === undefined || own.name === name));
