/**
 * What is answered about people: who asks, who may come in, tokens for them, and the audit list. Whatever is given out or taken back is
 * written into the access journal before it is answered.
 */
import type * as people from '../../shared/core/people-view.ts';
import { afterUs, type UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { type AccessBook, validGiven } from '../core/access/access-book.ts';
import { auditRow, bearerId, isAsked } from '../core/access/audit-row.ts';
import { validBearers } from '../core/access/bearer-book.ts';
import type { Caller } from '../core/access/caller.ts';
import { isIdentityName } from '../core/access/identity.ts';
import { BEARER_TTL_MAX_MS, BEARERS_MAX } from '../core/access/limits.ts';
import { PERSON_ROLES, type PersonRole } from '../core/access/roles.ts';
import { TOKEN_TTL_MAX_MS } from '../core/access/trust-limits.ts';
import { oneOf } from '../core/config/values.ts';
import { authored, OPEN_REFUSAL } from './access-answers.ts';
import type { AccessJournal } from './access-journal.ts';
import { newBearer, secretHash } from './bearer-secret.ts';
import { Refusal } from './refusal.ts';
import type { Registry } from './registry.ts';

/** Each answers, or throws a Refusal. */
export interface PeopleAnswers {
  whoAmI(by: Caller): people.WhoAmIView;
  people(): people.PeopleView;
  invite(request: people.InviteRequest, by: Caller): Promise<people.GivenToken>;
  revoke(request: people.PersonNameRequest, by: Caller): Promise<people.RevokedPersonView>;
  createBearer(request: people.InviteRequest, by: Caller): Promise<people.GivenToken>;
  bearers(): people.BearersView;
  /** Oldest first. */
  audit(request: people.AuditRequest): AsyncIterable<people.AuditRow>;
}

export interface PeopleSources {
  readonly journal: AccessJournal;
  /** Null: the collector is open. */
  readonly registry: Registry | null;
  readonly clock: Clock;
  /** Cuts a person's connections. @returns how many */
  cut(name: string): number;
}

export function createPeopleAnswers(sources: PeopleSources): PeopleAnswers {
  const { journal, clock } = sources;
  const registry = (): Registry => {
    if (sources.registry !== null) return sources.registry;
    throw new Refusal('not-now', OPEN_REFUSAL);
  };
  return {
    whoAmI: (by) => (by.kind === 'person' ? { name: by.name, role: by.role } : { name: null, role: 'admin' }),
    people: () => ({ people: peopleRows(journal.book, clock.wall()) }),
    invite: async (request, by) => {
      const { name, role, ttlMs } = judged(request, TOKEN_TTL_MAX_MS);
      const order = { invited: { kind: 'person', name, role }, ttlMs, uses: 1 } as const;
      const { text, token } = await registry().createToken(order, authored(by));
      return { token: text, name, role, until: token.until };
    },
    revoke: ({ name }, by) => revoke(sources, registry(), name, by),
    createBearer: (request, by) => {
      registry();
      return createBearer(sources, judged(request, BEARER_TTL_MAX_MS), by);
    },
    bearers: () => ({
      bearers: validBearers(journal.book.bearers, clock.wall()).map(({ bearer, name, role, at, until, by }) => ({
        ...{ id: bearerId(bearer), name, role, at, until, by },
      })),
    }),
    audit: (request) => audit(journal, request),
  };
}

interface Ordered {
  readonly name: string;
  readonly role: PersonRole;
  readonly ttlMs: number;
}

/** @throws Refusal invalid */
function judged({ name, role, ttl_ms: ttlMs }: people.InviteRequest, ttlMaxMs: number): Ordered {
  const known = PERSON_ROLES.find((one) => one === role);
  if (!isIdentityName(name))
    throw new Refusal('invalid', `"${name}" is no name: letters, digits, ".", "_" and "-", 63 at most`);
  if (known === undefined) throw new Refusal('invalid', `there is no role "${role}"; there is ${oneOf(PERSON_ROLES)}`);
  if (ttlMs < 1000 || ttlMs > ttlMaxMs)
    throw new Refusal('invalid', `a token lives for a second at least, and ${ttlMaxMs / 86_400_000} days at most`);
  return { name, role: known, ttlMs };
}

async function createBearer(
  { journal, clock }: PeopleSources,
  { name, role, ttlMs }: Ordered,
  by: Caller,
): Promise<people.GivenToken> {
  const token = newBearer();
  const at = clock.wall();
  const until = afterUs(at, ttlMs * 1000);
  await journal.record((book) => {
    if (validBearers(book.bearers, at).length >= BEARERS_MAX)
      throw new Refusal(
        'not-now',
        `there are ${BEARERS_MAX} bearer tokens already; dorawatch people revoke NAME takes one's back`,
      );
    return { at, ...authored(by), act: 'bearer-created', bearer: secretHash(token), name, as: role, until };
  });
  return { token, name, role, until };
}

async function revoke(
  { journal, clock, cut }: PeopleSources,
  registry: Registry,
  name: string,
  by: Caller,
): Promise<people.RevokedPersonView> {
  const now = clock.wall();
  const { members, bearers: book } = journal.book;
  const bearers = validBearers(book, now, name).length;
  const member = members.get(name);
  const invited = [...journal.book.tokens.values()].filter(
    (token) => token.invited.kind === 'person' && token.invited.name === name && token.usesLeft > 0,
  );
  if (member === undefined && bearers === 0 && invited.length === 0)
    throw new Refusal('not-found', `nobody here is called ${name}; dorawatch people list shows who is`);
  // A login token that is on its way must not bring them back.
  for (const { id } of invited) await registry.withdrawToken(id, authored(by));
  await registry.revoke({ kind: 'person', name }, authored(by));
  return { name, was_enrolled: validGiven(member, now) !== null, bearers, cut: cut(name) };
}

function peopleRows(book: AccessBook, now: UnixMicros): readonly people.PersonRow[] {
  const members = [...book.members.values()].filter(({ identity }) => identity.kind === 'person');
  const bearers = validBearers(book.bearers, now);
  const invited = [...book.tokens.values()].flatMap(({ invited, until, usesLeft }) =>
    invited.kind === 'person' && usesLeft > 0 && until > now ? [{ ...invited, until }] : [],
  );
  const names = new Set(
    [
      members.map(({ identity }) => identity.name),
      bearers.map(({ name }) => name),
      invited.map(({ name }) => name),
    ].flat(),
  );
  return [...names].sort().map((name) => {
    const member = members.find(({ identity }) => identity.name === name);
    const [own, token] = [bearers.filter((one) => one.name === name), invited.find((one) => one.name === name)];
    const certificate = validGiven(member, now);
    const given = member?.identity.kind === 'person' && certificate !== null ? member.identity.role : null;
    return {
      name,
      role:
        given ?? token?.role ?? own.at(-1)?.role ?? (member?.identity.kind === 'person' ? member.identity.role : ''),
      certificate_until: certificate?.until ?? null,
      bearers: own.length,
      invited_until: token?.until ?? null,
      revoked_at: member?.revokedAt ?? null,
    };
  });
}

async function* audit(journal: AccessJournal, request: people.AuditRequest): AsyncIterable<people.AuditRow> {
  for await (const entry of journal.entries()) {
    const row = auditRow(entry);
    if (isAsked(row, request)) yield row;
  }
}
