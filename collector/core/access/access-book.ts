/**
 * What the access journal amounts to: tokens with the uses that they have left, who waits for approval, agents and people with their
 * certificates, who was thrown out and when. A pure fold; what is over is forgotten by the moments of the lines, never by a clock.
 *
 * Certificates are refused by a line drawn in time (all of a member's that were given before it), not by a list of numbers: so also
 * those are out that a restored backup of the journal has forgotten. Rejected: a list of what is valid; that backup would lock agents out.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { type Bearer, type BearerBook, bearersWithout, withBearer } from './bearer-book.ts';
import { type Identity, memberKey } from './identity.ts';
import type { Given, Invited, JournalEntry } from './journal-entry.ts';
import { MEMBER_KEPT_US, PENDING_KEPT_US, SERIALS_PER_MEMBER } from './trust-limits.ts';

export interface Token {
  readonly id: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string;
  readonly invited: Invited;
  readonly uses: number;
  readonly usesLeft: number;
  readonly at: UnixMicros;
  readonly until: UnixMicros;
  readonly by: string;
  /** Public keys (SHA-256, hexadecimal) that it was used for: the same request again costs no use. */
  readonly keys: readonly string[];
}

/** An agent that waits, or has been answered and has not come back for its certificate. */
export interface Pending {
  readonly agent: string;
  readonly site: string;
  readonly token: string;
  readonly key: string;
  readonly host: string;
  readonly version: string;
  readonly from: string | null;
  readonly at: UnixMicros;
  readonly answer: 'approved' | 'rejected' | null;
}

export interface Member {
  readonly identity: Identity;
  /** Given since it was last thrown out, oldest first. */
  readonly given: readonly (Given & { readonly at: UnixMicros })[];
  readonly revokedAt: UnixMicros | null;
  /** The roots that it is known to believe, as one hash; null: not known. */
  readonly roots: string | null;
}

export interface AccessBook {
  /** By id, those that can be used or that somebody waits by. */
  readonly tokens: ReadonlyMap<string, Token>;
  /** By agent. */
  readonly pending: ReadonlyMap<string, Pending>;
  /** By memberKey. */
  readonly members: ReadonlyMap<string, Member>;
  /** The root that signs, by its SHA-256, and since when; null: it was never written down. */
  readonly signing: { readonly root: string; readonly since: UnixMicros } | null;
  readonly bearers: BearerBook;
}

export const EMPTY_BOOK: AccessBook = {
  tokens: new Map(),
  pending: new Map(),
  members: new Map(),
  signing: null,
  bearers: new Map(),
};

/** The book after one more line. */
export function bookAfter(book: AccessBook, entry: JournalEntry): AccessBook {
  switch (entry.act) {
    case 'token-created':
      return { ...book, tokens: withToken(book, entry) };
    case 'token-withdrawn':
      return { ...book, tokens: without(book.tokens, entry.token), pending: pendingWithout(book, entry.token) };
    case 'agent-pending':
      return waiting(book, entry);
    case 'agent-approved':
    case 'agent-rejected':
      return answered(book, entry.agent, entry.act === 'agent-approved' ? 'approved' : 'rejected');
    case 'agent-joined':
      return joined(book, entry, { kind: 'agent', site: entry.site, name: entry.agent });
    case 'person-joined':
      return joined(book, entry, { kind: 'person', role: entry.as, name: entry.name });
    case 'agent-renewed':
      return certified(book, entry, { kind: 'agent', site: entry.site, name: entry.agent });
    case 'person-renewed':
      return certified(book, entry, { kind: 'person', role: entry.as, name: entry.name });
    case 'agent-revoked':
      return revoked(book, `agent:${entry.agent}`, { kind: 'agent', site: '', name: entry.agent }, entry.at);
    case 'bearer-created':
      return { ...book, bearers: withBearer(book.bearers, bearerOf(entry)) };
    case 'person-revoked':
      return revoked(
        { ...book, bearers: bearersWithout(book.bearers, entry.name) },
        entry.name,
        { kind: 'person', role: 'viewer', name: entry.name },
        entry.at,
      );
    case 'agent-told':
      return told(book, entry);
    case 'roots-changed':
      return rooted(book, entry);
    default:
      return book;
  }
}

/** Whether a certificate was thrown out. @param issuedAt when it began to be valid */
export function isRevoked(
  book: AccessBook,
  identity: Identity,
  { serial, issuedAt }: { readonly serial: string; readonly issuedAt: UnixMicros },
): boolean {
  const member = book.members.get(memberKey(identity));
  if (member === undefined || member.revokedAt === null || issuedAt > member.revokedAt) return false;
  return !member.given.some((own) => own.serial === serial);
}

/** The newest certificate of a member that has not been thrown out and is not over; null: it has none. */
export function validGiven(member: Member | undefined, now: UnixMicros): Given | null {
  return member?.given.findLast(({ until }) => until > now) ?? null;
}

const bearerOf = ({ bearer, name, as, until, at, who }: Extract<JournalEntry, { act: 'bearer-created' }>): Bearer => ({
  ...{ bearer, name, role: as, until, at, by: who },
});

const without = <Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> =>
  new Map([...map].filter(([own]) => own !== key));

const pendingWithout = ({ pending }: AccessBook, token: string): AccessBook['pending'] =>
  new Map([...pending].filter(([, own]) => own.token !== token));

function withToken(
  { tokens, pending }: AccessBook,
  entry: Extract<JournalEntry, { act: 'token-created' }>,
): AccessBook['tokens'] {
  const { token: id, hash, invited, uses, until, at, who: by } = entry;
  const awaited = new Set([...pending.values()].map(({ token }) => token));
  // One that was used up is told from one that never was only to whom it was given.
  const living = [...tokens].filter(([, own]) => own.until > at || awaited.has(own.id));
  return new Map([...living, [id, { id, hash, invited, uses, usesLeft: uses, at, until, by, keys: [] }]]);
}

function waiting(book: AccessBook, entry: Extract<JournalEntry, { act: 'agent-pending' }>): AccessBook {
  const { agent, site, token, key, host, version, from, at } = entry;
  const living = [...book.pending].filter(([, own]) => own.at > at - PENDING_KEPT_US);
  const pending = new Map(living).set(agent, { agent, site, token, key, host, version, from, at, answer: null });
  return { ...book, pending, tokens: spent(book.tokens, token, key) };
}

function answered(book: AccessBook, agent: string, answer: 'approved' | 'rejected'): AccessBook {
  const before = book.pending.get(agent);
  if (before === undefined) return book;
  return { ...book, pending: new Map(book.pending).set(agent, { ...before, answer }) };
}

/** A use gone, unless this key has had its own. */
function spent(tokens: AccessBook['tokens'], id: string, key: string): AccessBook['tokens'] {
  const before = tokens.get(id);
  if (before === undefined || before.keys.includes(key)) return tokens;
  return new Map(tokens).set(id, { ...before, usesLeft: before.usesLeft - 1, keys: [...before.keys, key] });
}

type Certified = Given & { readonly at: UnixMicros };

function joined(book: AccessBook, entry: Certified & { readonly token: string }, identity: Identity): AccessBook {
  const tokens = spent(book.tokens, entry.token, entry.key);
  if (identity.kind === 'person') return certified({ ...book, tokens }, entry, identity);
  // An agent is on one host: what it was given before, for another key or another site, counts no longer.
  const fresh = book.members.has(memberKey(identity)) ? revoked(book, memberKey(identity), identity, entry.at) : book;
  return certified({ ...fresh, tokens, pending: without(book.pending, identity.name) }, entry, identity);
}

function certified(book: AccessBook, { serial, key, until, at }: Certified, identity: Identity): AccessBook {
  const before = book.members.get(memberKey(identity));
  const given = [...(before?.given ?? []), { serial, key, until, at }].slice(-SERIALS_PER_MEMBER);
  return withMember(book, { identity, given, revokedAt: before?.revokedAt ?? null, roots: before?.roots ?? null }, at);
}

function revoked(book: AccessBook, key: string, unknown: Identity, at: UnixMicros): AccessBook {
  const identity = book.members.get(key)?.identity ?? unknown;
  return withMember(book, { identity, given: [], revokedAt: at, roots: null }, at);
}

function rooted(book: AccessBook, { roots, at }: Extract<JournalEntry, { act: 'roots-changed' }>): AccessBook {
  const [root] = roots;
  return root === undefined || root === book.signing?.root ? book : { ...book, signing: { root, since: at } };
}

function told(book: AccessBook, { agent, roots, at }: Extract<JournalEntry, { act: 'agent-told' }>): AccessBook {
  const member = book.members.get(`agent:${agent}`);
  return member === undefined ? book : withMember(book, { ...member, roots }, at);
}

function withMember(book: AccessBook, member: Member, at: UnixMicros): AccessBook {
  const isOver = ({ given, revokedAt }: Member): boolean =>
    Math.max(revokedAt ?? 0, given.at(-1)?.until ?? 0) < at - MEMBER_KEPT_US;
  const kept = [...book.members].filter(([, own]) => !isOver(own));
  return { ...book, members: new Map(kept).set(memberKey(member.identity), member) };
}
