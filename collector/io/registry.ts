/**
 * Who is let in and thrown out: the book of the access journal, and the CA that signs what it says. Each act is decided on the newest
 * book, written down and flushed, and only then does it have effect. Rejected: signing inside the journal's turn; a slow key would
 * hold up every revocation.
 */
import { createHash } from 'node:crypto';
import type { UnixMicros } from '../../shared/core/units.ts';
import { afterUs } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { randomBytes } from '../../shared/io/random.ts';
import type { CertificateReply } from '../../shared/wire/enrolment-codec.ts';
import { tokenText } from '../../shared/wire/enrolment-token.ts';
import { type AccessBook, isRevoked, type Pending, type Token } from '../core/access/access-book.ts';
import { type Identity, memberKey } from '../core/access/identity.ts';
import type { JoinVerdict } from '../core/access/join.ts';
import type { Act, Author, Given, Invited, JournalEntry } from '../core/access/journal-entry.ts';
import type { CertifiedPeer } from '../core/access/peer.ts';
import { RENEWALS_PER_AGENT, TOKENS_MAX } from '../core/access/trust-limits.ts';
import { createBucketShelf } from '../core/bucket-shelf.ts';
import type { AccessJournal } from './access-journal.ts';
import type { SigningRequest } from './certificate-authority.ts';
import { Refusal } from './refusal.ts';
import { shownRoot, type Trust } from './trust-files.ts';

export interface RegistryOptions {
  readonly journal: AccessJournal;
  readonly clock: Clock;
  trust(): Trust;
}

export interface JoinAttempt {
  judge(book: AccessBook): JoinVerdict;
  readonly signing: SigningRequest;
  readonly from: string;
  readonly host: string;
  readonly version: string;
}

export type JoinOutcome =
  | { readonly kind: 'certificate'; readonly certificate: CertificateReply }
  | Exclude<JoinVerdict, { kind: 'give' }>;

export interface Renewed {
  readonly reply: CertificateReply;
  readonly until: UnixMicros;
}

export interface TokenOrder {
  readonly invited: Invited;
  readonly ttlMs: number;
  readonly uses: number;
}

export interface Registry {
  readonly book: AccessBook;
  /** The same with what others have written since: a token may have been made beside us, on this host. */
  newestBook(): Promise<AccessBook>;
  /** @returns a sentence: it is no signing request, or this collector cannot sign */
  readRequest(der: Uint8Array): Promise<SigningRequest | string>;
  join(attempt: JoinAttempt): Promise<JoinOutcome>;
  /** @returns a sentence: why not */
  renew(peer: CertifiedPeer, signing: SigningRequest, from: string): Promise<Renewed | string>;
  /** The roots as they are, and nothing else new. */
  rootsFor(identity: Identity): CertificateReply;
  /** An agent has these roots; a line of the journal unless that is known. */
  told(agent: string, roots: CertificateReply): Promise<void>;
  /** @returns the token, and its text, which is nowhere else. @throws Refusal */
  createToken(order: TokenOrder, author: Author): Promise<{ readonly token: Token; readonly text: string }>;
  /** @throws Refusal not-found */
  withdrawToken(id: string, author: Author): Promise<void>;
  /** @throws Refusal not-found */
  answerPending(agent: string, answer: 'approved' | 'rejected', author: Author): Promise<Pending>;
  /** An agent's or a person's certificates count no longer. */
  revoke(member: Pick<Identity, 'kind' | 'name'>, author: Author): Promise<void>;
  /** A line of the journal without further effect. */
  note(act: Act, author: Author): Promise<void>;
}

export function createRegistry(options: RegistryOptions): Registry {
  const { journal, clock, trust } = options;
  const renewals = createBucketShelf(RENEWALS_PER_AGENT, TOKENS_MAX);
  const write = (author: Author, act: (book: AccessBook) => Act | null): Promise<JournalEntry | null> =>
    journal.record((book) => {
      const made = act(book);
      return made === null ? null : { at: clock.wall(), ...author, ...made };
    });
  return {
    get book() {
      return journal.book;
    },
    newestBook: async () => {
      await journal.catchUp();
      return journal.book;
    },
    readRequest: async (der) => {
      const { cannotSign } = trust();
      if (cannotSign !== null) return `this collector cannot sign certificates: ${cannotSign}`;
      const { readSigningRequest } = await import('./certificate-authority.ts');
      return readSigningRequest(der);
    },
    join: (attempt) => join(options, attempt),
    renew: async (peer, signing, from) => {
      const { identity } = peer;
      if (peer.signedBy === 'other') return 'its certificate is from an outside CA, which has to renew it';
      if (!renewals.take(memberKey(identity), clock.monotonic() / 1000)) return 'it was renewed a moment ago';
      const { der, ...given } = await issue(options, identity, signing);
      const written = await write({ who: memberKey(identity), role: null, from }, (book) =>
        isRevoked(book, identity, peer) ? null : renewal(identity, given),
      );
      if (written === null) return 'its certificate was revoked';
      return { reply: reply(trust(), identity, [der]), until: given.until };
    },
    rootsFor: (identity) => reply(trust(), identity, []),
    told: async (agent, { roots }) => {
      const hash = rootsHash(roots);
      const own = journal.book.members.get(`agent:${agent}`);
      if (own === undefined || own.roots === hash) return;
      await write({ who: `agent:${agent}`, role: null, from: null }, () => ({ act: 'agent-told', agent, roots: hash }));
    },
    createToken: async (order, author) => createToken(options, order, author),
    withdrawToken: async (id, author) => {
      const written = await write(author, (book) =>
        book.tokens.has(id) ? { act: 'token-withdrawn', token: id } : null,
      );
      if (written === null)
        throw new Refusal('not-found', `there is no token ${id}; dorawatch token list shows those there are`);
    },
    answerPending: async (agent, answer, author) => {
      const act = answer === 'approved' ? 'agent-approved' : 'agent-rejected';
      const written = await write(author, (book) => (book.pending.get(agent)?.answer === null ? { act, agent } : null));
      const pending = journal.book.pending.get(agent);
      if (written === null || pending === undefined)
        throw new Refusal('not-found', `no agent ${agent} waits for approval; dorawatch agents pending shows who does`);
      return pending;
    },
    revoke: async ({ kind, name }, author) => {
      await write(author, () =>
        kind === 'agent' ? { act: 'agent-revoked', agent: name } : { act: 'person-revoked', name },
      );
    },
    note: async (act, author) => {
      await write(author, () => act);
    },
  };
}

async function join({ journal, clock, trust }: RegistryOptions, attempt: JoinAttempt): Promise<JoinOutcome> {
  const { judge, signing, from, host, version } = attempt;
  const first = judge(journal.book);
  if (first.kind === 'refuse') return first;
  const made = first.kind === 'give' ? await issue({ clock, trust }, first.identity, signing) : null;
  let verdict: JoinVerdict = first;
  await journal.record((book) => {
    verdict = judge(book);
    const at = clock.wall();
    if (verdict.kind === 'refuse' || (verdict.kind === 'wait' && !verdict.isNew)) return null;
    const author = { who: memberKey(verdict.identity), role: null, from };
    const { token, identity } = verdict;
    if (verdict.kind === 'wait')
      return {
        at,
        ...author,
        act: 'agent-pending',
        agent: identity.name,
        site: verdict.identity.site,
        token,
        key: signing.keyHash,
        host,
        version,
      };
    return made === null ? null : { at, ...author, ...joining(identity, made), token };
  });
  const last = verdict as JoinVerdict;
  if (last.kind !== 'give') return last;
  // Approved between the two looks: its next request finds that.
  if (made === null || first.kind === 'wait')
    return { ...(first as Extract<JoinVerdict, { kind: 'wait' }>), isNew: false };
  return { kind: 'certificate', certificate: reply(trust(), last.identity, [made.der]) };
}

function joining(identity: Identity, { serial, key, until }: Given) {
  return identity.kind === 'agent'
    ? ({ act: 'agent-joined', agent: identity.name, site: identity.site, serial, key, until } as const)
    : ({ act: 'person-joined', name: identity.name, as: identity.role, serial, key, until } as const);
}

function renewal(identity: Identity, { serial, key, until }: Given): Act {
  return identity.kind === 'agent'
    ? { act: 'agent-renewed', agent: identity.name, site: identity.site, serial, key, until }
    : { act: 'person-renewed', name: identity.name, as: identity.role, serial, key, until };
}

async function issue(
  { clock, trust }: Pick<RegistryOptions, 'clock' | 'trust'>,
  identity: Identity,
  signing: SigningRequest,
): Promise<Given & { readonly der: Uint8Array }> {
  const { signer, cannotSign } = trust();
  if (signer === null) throw new Error(`this collector cannot sign: ${cannotSign}`);
  const { issueMember } = await import('./certificate-authority.ts');
  const { der, serial, until } = await issueMember(signer, signing, { identity, now: clock.wall() });
  return { der, serial, until, key: signing.keyHash };
}

/** What tells one set of roots from another: SHA-256 over all of them, hexadecimal. */
export function rootsHash(roots: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const root of roots) hash.update(root);
  return hash.digest('hex');
}

const reply = ({ roots }: Trust, identity: Identity, chain: readonly Uint8Array[]): CertificateReply => ({
  kind: 'certificate',
  chain,
  roots: roots.map(({ raw }) => raw),
  site: identity.kind === 'agent' ? identity.site : null,
  name: identity.name,
});

async function createToken(
  { journal, clock, trust }: RegistryOptions,
  { invited, ttlMs, uses }: TokenOrder,
  author: Author,
): Promise<{ readonly token: Token; readonly text: string }> {
  const { cannotSign } = trust();
  const root = shownRoot(trust());
  if (cannotSign !== null || root === undefined)
    throw new Refusal(
      'not-now',
      `tokens are of no use here, since this collector cannot sign certificates: ${cannotSign}`,
    );
  const now: UnixMicros = clock.wall();
  const secret = randomBytes(16);
  const id = Buffer.from(randomBytes(4)).toString('hex');
  const hash = createHash('sha256').update(secret).digest('hex');
  await journal.record((book) => {
    const usable = [...book.tokens.values()].filter(({ until, usesLeft }) => until > now && usesLeft > 0);
    if (usable.length >= TOKENS_MAX)
      throw new Refusal(
        'not-now',
        `there are ${TOKENS_MAX} tokens that nobody has used; dorawatch token withdraw ID lets go of one`,
      );
    return {
      at: now,
      ...author,
      act: 'token-created',
      token: id,
      hash,
      invited,
      uses,
      until: afterUs(now, ttlMs * 1000),
    };
  });
  const token = journal.book.tokens.get(id);
  if (token === undefined) throw new Error('a token was written and is not in the book');
  const fingerprint = createHash('sha256').update(root.raw).digest();
  return { token, text: tokenText({ fingerprint, secret }) };
}
