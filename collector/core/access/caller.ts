/**
 * Who asks, however the question came in: with a certificate over gRPC, with a bearer token or the page's cookie over HTTP, or named by a
 * reverse proxy. What each may do is roles.ts's; this file says it, and what a refusal tells (which role is needed, and who gives it).
 */
import { type PersonRole, suffices } from './roles.ts';

/** A person or a program that an admin has let in. */
export interface Person {
  readonly kind: 'person';
  readonly name: string;
  readonly role: PersonRole;
  /** Address that the question came from; null: it is not known. */
  readonly from: string | null;
}

/** `local`: whoever reaches a collector without enrolment, with all rights; `nobody`: who has not said who it is, with none. */
export type Caller =
  | { readonly kind: 'local'; readonly from: string | null }
  | { readonly kind: 'nobody'; readonly from: string | null }
  | Person;

export const LOCAL: Caller = { kind: 'local', from: null };

/** What lists call a caller. */
export const callerName = (caller: Caller): string => (caller.kind === 'person' ? caller.name : caller.kind);

/** Why a caller may not do something; `kind` as refusals have it. */
export interface RightsProblem {
  readonly kind: 'unauthenticated' | 'forbidden';
  readonly text: string;
}

/** @param what the method or route, as it is refused: "Pause", "POST /api/v1/marks" @returns null: it may */
export function rightsProblem(caller: Caller, needs: PersonRole, what: string): RightsProblem | null {
  if (caller.kind === 'local') return null;
  const needed = `${needs === 'viewer' ? 'a viewer' : `an ${needs}`}`;
  if (caller.kind === 'nobody') return { kind: 'unauthenticated', text: `${what} needs ${needed}; say who you are` };
  if (suffices(caller.role, needs)) return null;
  const is = `${caller.name} is ${caller.role === 'viewer' ? 'a viewer' : `an ${caller.role}`}`;
  const remedy = `an admin can change that: dorawatch people invite ${caller.name} --role ${needs}`;
  return { kind: 'forbidden', text: `${what} needs ${needed}, and ${is}; ${remedy}` };
}

/**
 * Whom something is put down to: the person that is known, and beside it what was typed, if that is another. Without enrolment what
 * was typed is all there is.
 */
export function authorOf(caller: Caller, typed: string | null): string | null {
  if (caller.kind !== 'person') return typed;
  return typed === null || typed.trim() === '' || typed === caller.name ? caller.name : `${caller.name} (${typed})`;
}
