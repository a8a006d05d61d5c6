/** Tokens and their uses as they run out, are shared, misused and withdrawn. */
import t from 'tap';
import { type AccessBook, bookAfter, EMPTY_BOOK } from '../../../../collector/core/access/access-book.ts';
import { judgeJoin } from '../../../../collector/core/access/join.ts';
import { type Act, COLLECTOR } from '../../../../collector/core/access/journal-entry.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const us = (seconds: number) => unixMicros(seconds * 1e6);
const made = (invited: Extract<Act, { act: 'token-created' }>['invited'], uses = 1): Act => ({
  act: 'token-created',
  token: 't',
  hash: 'ab',
  invited,
  uses,
  until: us(100),
});
const agents = { kind: 'agent', site: 'corsham', approval: false } as const;
const joined = (agent: string, key: string): Act => ({
  act: 'agent-joined',
  agent,
  site: 'corsham',
  token: 't',
  serial: key,
  key,
  until: us(3000),
});
const after = (...acts: readonly Act[]): AccessBook =>
  acts.reduce((book, act, n) => bookAfter(book, { at: us(n + 1), ...COLLECTOR, ...act }), EMPTY_BOOK);

function asks(book: AccessBook, agent: string | null, key: string, at = 50): string {
  const verdict = judgeJoin(book, { token: book.tokens.get('t') ?? null, agent, key }, us(at));
  return verdict.kind === 'refuse' ? verdict.problem : verdict.kind;
}

t.test('a token of one use', async (t) => {
  const fresh = after(made(agents));
  t.equal(asks(fresh, 'a', 'k'), 'give');
  t.equal(asks(fresh, 'a', 'k', 100), 'unknown', 'over');
  t.equal(asks(fresh, null, 'k'), 'misused');
  t.equal(asks(fresh, 'a b', 'k'), 'misused');
  t.equal(asks(after(made({ kind: 'person', name: 'anna', role: 'viewer' })), 'a', 'k'), 'misused');
  t.equal(asks(after(made(agents), { act: 'token-withdrawn', token: 't' }), 'a', 'k'), 'unknown');
  const used = after(made(agents), joined('a', 'k'));
  t.equal(asks(used, 'b', 'l'), 'unknown', 'used up');
  t.equal(asks(used, 'a', 'k'), 'give', 'the same request again, since its answer may have been lost');
  t.equal(asks(used, 'b', 'k'), 'unknown', 'the same key under another name is no same request');
  const out = after(made(agents), joined('a', 'k'), { act: 'agent-revoked', agent: 'a' });
  t.equal(asks(out, 'a', 'k'), 'unknown', 'nor is it one after a revocation');
});

t.test('a name that is taken', async (t) => {
  const two = after(made(agents, 3), joined('a', 'k'));
  t.equal(asks(two, 'a', 'l'), 'taken');
  t.equal(asks(two, 'b', 'l'), 'give');
  t.equal(asks(after(made(agents, 3), joined('a', 'k'), { act: 'agent-revoked', agent: 'a' }), 'a', 'l'), 'give');
});

t.test('approval', async (t) => {
  const invited = { ...agents, approval: true };
  const pending = {
    act: 'agent-pending',
    agent: 'a',
    site: 'corsham',
    token: 't',
    key: 'k',
    host: '',
    version: '',
  } as const;
  const waits = after(made(invited), pending);
  t.equal(asks(after(made(invited)), 'a', 'k'), 'wait');
  t.equal(asks(waits, 'a', 'k'), 'wait');
  t.equal(asks(waits, 'a', 'l'), 'unknown', 'its use is gone');
  t.equal(
    asks(after(made(invited), pending, { act: 'agent-approved', agent: 'a' }), 'a', 'k', 5000),
    'give',
    'though the token is over',
  );
  t.equal(asks(after(made(invited), pending, { act: 'agent-rejected', agent: 'a' }), 'a', 'k'), 'rejected');
  t.equal(asks(after(made(invited), pending, { act: 'token-withdrawn', token: 't' }), 'a', 'k'), 'unknown');
});
