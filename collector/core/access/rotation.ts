/**
 * Whether the next step of a CA's rotation can be taken: the old root must not sign the collector's certificate no longer before every
 * agent believes the new one, and must not be forgotten before everybody's certificate is from the new one. Pure, over the book.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { listText } from '../words.ts';
import { type AccessBook, type Member, validGiven } from './access-book.ts';
import { memberKey } from './identity.ts';

/** @param roots the hash of the roots that are believed now @returns why not yet; null: it can be */
export function switchProblem(book: AccessBook, roots: string, now: UnixMicros): string | null {
  const late = membersThat(book, now, ({ identity, roots: told }) => identity.kind === 'agent' && told !== roots);
  return late.length === 0
    ? null
    : `${listText(late)} ${late.length === 1 ? 'has' : 'have'} not heard of the new root yet, and would not come back; an agent hears of it when it is connected. ` +
        '--force leaves them behind: each needs dorawatch agents revoke and a new token then';
}

/** @returns why not yet; null: it can be */
export function finishProblem(book: AccessBook, now: UnixMicros): string | null {
  const since = book.signing?.since ?? 0;
  const late = membersThat(book, now, (member) => (member.given.at(-1)?.at ?? 0) < since);
  return late.length === 0
    ? null
    : `${listText(late)} still ${late.length === 1 ? 'has a certificate' : 'have certificates'} from the old root; agents renew theirs within 20 days, people log in anew. ` +
        '--force leaves them behind: each needs a new token then';
}

const membersThat = (book: AccessBook, now: UnixMicros, isLate: (member: Member) => boolean): readonly string[] =>
  [...book.members.values()]
    .filter((member) => validGiven(member, now) !== null && isLate(member))
    .map(({ identity }) => memberKey(identity));
