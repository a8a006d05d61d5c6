/**
 * What admins are answered about who may come in: tokens, approvals, revocations. Written into the access journal before it is answered.
 * Rejected: leaving these methods out of a collector that is open; "unimplemented" tells nobody what to do.
 */
import type * as access from '../../shared/core/access-view.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { type Pending, type Token, validGiven } from '../core/access/access-book.ts';
import { type Caller, callerName } from '../core/access/caller.ts';
import { isIdentityName } from '../core/access/identity.ts';
import type { Author } from '../core/access/journal-entry.ts';
import { TOKEN_TTL_MAX_MS, TOKEN_USES_MAX } from '../core/access/trust-limits.ts';
import { Refusal } from './refusal.ts';
import type { Registry } from './registry.ts';

/** Each answers, or throws a Refusal. */
export interface AccessAnswers {
  createToken(request: access.TokenRequest, by: Caller): Promise<access.CreatedToken>;
  tokens(): access.TokensView;
  withdrawToken(request: access.TokenIdRequest, by: Caller): Promise<access.TokensView>;
  pending(): access.PendingView;
  answer(request: access.AgentNameRequest, answer: 'approved' | 'rejected', by: Caller): Promise<access.PendingView>;
  revokeAgent(request: access.AgentNameRequest, by: Caller): Promise<access.RevokedView>;
}

export interface AccessSources {
  /** Null: the collector is open. */
  readonly registry: Registry | null;
  readonly clock: Clock;
  /** Why no agent may speak for a site; null: one may. */
  refuseSite(site: string): string | null;
  /** Cuts an agent's connections. @returns how many */
  cut(agent: string): number;
}

/** Of a collector that lets everybody in. */
export const OPEN_REFUSAL =
  'this collector lets everybody in, so there is nobody to let in; "dorawatch-collector init --state DIR --name HOST" makes it ask for certificates';

export function createAccessAnswers(sources: AccessSources): AccessAnswers {
  const { clock } = sources;
  const registry = (): Registry => {
    if (sources.registry !== null) return sources.registry;
    throw new Refusal('not-now', OPEN_REFUSAL);
  };
  const tokens = (): access.TokensView => ({ tokens: usable(registry(), clock.wall()).map(tokenRow) });
  const pending = (): access.PendingView => ({ pending: [...registry().book.pending.values()].map(pendingRow) });
  return {
    createToken: async (request, by) => {
      const problem = tokenProblem(request) ?? sources.refuseSite(request.site);
      if (problem !== null) throw new Refusal('invalid', problem);
      const { site, approval, ttl_ms: ttlMs, uses } = request;
      const made = await registry().createToken(
        { invited: { kind: 'agent', site, approval }, ttlMs, uses },
        authored(by),
      );
      return { token: made.text, row: tokenRow(made.token) };
    },
    tokens,
    withdrawToken: async ({ id }, by) => {
      await registry().withdrawToken(id, authored(by));
      return tokens();
    },
    pending,
    answer: async ({ agent }, answer, by) => {
      await registry().answerPending(agent, answer, authored(by));
      return pending();
    },
    revokeAgent: async ({ agent }, by) => {
      if (!isIdentityName(agent)) throw new Refusal('invalid', `"${agent}" is no name of an agent`);
      const known = registry().book.members.get(`agent:${agent}`);
      await registry().revoke({ kind: 'agent', name: agent }, authored(by));
      return { agent, was_enrolled: validGiven(known, clock.wall()) !== null, cut: sources.cut(agent) };
    },
  };
}

/** As the journal names who asked. */
export const authored = (by: Caller): Author => ({
  who: callerName(by),
  role: by.kind === 'person' ? by.role : null,
  from: by.from,
});

function tokenProblem({ ttl_ms: ttlMs, uses }: access.TokenRequest): string | null {
  if (uses < 1 || uses > TOKEN_USES_MAX) return `a token is for 1 to ${TOKEN_USES_MAX} agents, not ${uses}`;
  if (ttlMs >= 1000 && ttlMs <= TOKEN_TTL_MAX_MS) return null;
  return `a token lives for a second at least, and ${TOKEN_TTL_MAX_MS / 86_400_000} days at most`;
}

const usable = ({ book }: Registry, now: UnixMicros): readonly Token[] =>
  [...book.tokens.values()].filter(({ until, usesLeft }) => until > now && usesLeft > 0);

function tokenRow({ id, invited, uses, usesLeft, at, until, by }: Token): access.TokenRow {
  const figures = { uses, uses_left: usesLeft, at, until, by };
  return invited.kind === 'agent'
    ? { id, kind: 'agent', site: invited.site, name: null, role: null, approval: invited.approval, ...figures }
    : { id, kind: 'person', site: null, name: invited.name, role: invited.role, approval: false, ...figures };
}

const pendingRow = ({ agent, site, host, version, from, key, at, answer }: Pending): access.PendingRow => ({
  agent,
  site,
  host,
  version,
  address: from,
  key,
  since: at,
  state: answer ?? 'waiting',
});
