/**
 * Who is at the page, as the collector has it: let in, or asked to log in, and why. A collector that knows no people lets everybody in,
 * without a name.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { type PersonRole, suffices } from '../../core/access/roles.ts';

/** What /api/v1/whoami answers. */
export interface Whoami {
  /** Null: the collector knows no people. */
  readonly name: string | null;
  readonly role: PersonRole;
  readonly until: UnixMicros | null;
}

export type Who =
  | { readonly kind: 'asking' }
  /** `over`: somebody was let in before, and is not any more. */
  | { readonly kind: 'stranger'; readonly over: boolean }
  | { readonly kind: 'let-in'; readonly whoami: Whoami };

/** Who is there after an answer to "who am I?". @param status of it; null: none came @param whoami of a good one */
export function whoAfter(before: Who, status: number | null, whoami: Whoami | null): Who {
  if (whoami !== null) return isSame(before, whoami) ? before : { kind: 'let-in', whoami };
  if (status === 401 || status === 403) return { kind: 'stranger', over: isLetIn(before) };
  // A collector of which nothing is heard has thrown nobody out.
  return before.kind === 'asking' ? { kind: 'let-in', whoami: { name: null, role: 'viewer', until: null } } : before;
}

const isLetIn = (who: Who): boolean => (who.kind === 'stranger' ? who.over : who.kind === 'let-in');

/** The same value, so that nothing is drawn anew. */
const isSame = (who: Who, { name, role, until }: Whoami): boolean =>
  who.kind === 'let-in' && who.whoami.name === name && who.whoami.role === role && who.whoami.until === until;

/** Whether somebody may add marks. */
export const mayMark = ({ role }: Whoami): boolean => suffices(role, 'operator');
