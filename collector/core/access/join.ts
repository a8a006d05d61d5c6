/**
 * Whether whoever shows a token gets a certificate, has to wait for an admin, or gets neither: a function of the book, asked once
 * before signing and again when the line is written, so that two requests cannot share a last use. The same request again (same
 * token, same key) costs nothing, since its answer may have been lost on the way.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { type AccessBook, type Pending, type Token, validGiven } from './access-book.ts';
import { type AgentIdentity, type Identity, isIdentityName, memberKey } from './identity.ts';
import { MEMBERS_MAX, PENDING_KEPT_US, PENDING_MAX } from './trust-limits.ts';

/** Who asks, as far as it matters here. */
export interface Joining {
  /** Null: nobody's token has this secret. */
  readonly token: Token | null;
  readonly agent: string | null;
  /** SHA-256 of its public key, hexadecimal. */
  readonly key: string;
}

/** `unknown`: one word for a token that never was, is used up, over or withdrawn. */
export type JoinProblem = 'unknown' | 'misused' | 'taken' | 'rejected' | 'crowded';

export type JoinVerdict =
  | { readonly kind: 'give'; readonly identity: Identity; readonly token: string }
  | { readonly kind: 'wait'; readonly identity: AgentIdentity; readonly token: string; readonly isNew: boolean }
  | { readonly kind: 'refuse'; readonly problem: JoinProblem; readonly text: string };

const refuse = (problem: JoinProblem, text: string): JoinVerdict => ({ kind: 'refuse', problem, text });

const UNKNOWN = refuse(
  'unknown',
  'this token is not valid: it was used up, is over, was withdrawn, or is not from this collector; ask an admin for a new one',
);

export function judgeJoin(book: AccessBook, { token, agent, key }: Joining, now: UnixMicros): JoinVerdict {
  if (token === null) return UNKNOWN;
  if (book.members.size >= MEMBERS_MAX)
    return refuse('crowded', `this collector knows ${MEMBERS_MAX} agents and people already`);
  const { invited } = token;
  if (invited.kind === 'person') {
    if (agent !== null) return refuse('misused', 'this token is for a person: dorawatch login --token TOKEN');
    const identity = { kind: 'person', role: invited.role, name: invited.name } as const;
    return isUsable(book, token, { key, identity, now }) ? { kind: 'give', identity, token: token.id } : UNKNOWN;
  }
  if (agent === null) return refuse('misused', 'this token is for an agent: dorawatch-agent join --token TOKEN');
  if (!isIdentityName(agent))
    return refuse('misused', `"${agent}" is no name of an agent: letters, digits, ".", "_" and "-", 63 at most`);
  return judgeAgent(book, token, { identity: { kind: 'agent', site: invited.site, name: agent }, key, now });
}

interface Applicant<Who extends Identity = Identity> {
  readonly identity: Who;
  readonly key: string;
  readonly now: UnixMicros;
}

function judgeAgent(book: AccessBook, token: Token, applicant: Applicant<AgentIdentity>): JoinVerdict {
  const { identity, key, now } = applicant;
  const { name } = identity;
  const pending = book.pending.get(name);
  const isWaiting = pending !== undefined && pending.at > now - PENDING_KEPT_US;
  if (isWaiting && pending.token === token.id && pending.key === key) return judgeWaiting(pending, identity);
  if (!isUsable(book, token, applicant)) return UNKNOWN;
  const valid = validGiven(book.members.get(memberKey(identity)), now);
  if (valid !== null && valid.key !== key)
    return refuse(
      'taken',
      `an agent ${name} is enrolled already; if its host is replaced: dorawatch agents revoke ${name}`,
    );
  const needsApproval = token.invited.kind === 'agent' && token.invited.approval;
  if (!needsApproval || valid !== null) return { kind: 'give', identity, token: token.id };
  if (isWaiting && pending.answer !== 'rejected')
    return refuse(
      'taken',
      `another host waits as agent ${name} already; if it is a stranger: dorawatch agents reject ${name}`,
    );
  if (book.pending.size >= PENDING_MAX)
    return refuse('crowded', `${PENDING_MAX} agents wait for approval already; approve or reject some of them`);
  return { kind: 'wait', identity, token: token.id, isNew: true };
}

function judgeWaiting({ answer, token }: Pending, identity: AgentIdentity): JoinVerdict {
  if (answer === 'rejected') return refuse('rejected', `an admin has rejected agent ${identity.name}`);
  return answer === 'approved' ? { kind: 'give', identity, token } : { kind: 'wait', identity, token, isNew: false };
}

function isUsable(book: AccessBook, token: Token, { identity, key, now }: Applicant): boolean {
  if (token.until <= now) return false;
  if (!token.keys.includes(key)) return token.usesLeft > 0;
  // Its own once more, unless it was thrown out since.
  return book.members.get(memberKey(identity))?.given.some((given) => given.key === key) ?? false;
}
