/**
 * Who is let in over HTTP, against a real server: without a token nobody but who asks for health; each role as far as it goes; a cookie
 * that no script reads and no other site's page can have sent; what is taken back, or ends, is out within seconds.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { callerName } from '../../../collector/core/access/caller.ts';
import type { Credential } from '../../../collector/core/access/credential.ts';
import { GUESSES } from '../../../collector/core/access/limits.ts';
import type { PersonRole } from '../../../collector/core/access/roles.ts';
import type { TrustedProxyConfig } from '../../../collector/core/config/config.ts';
import { createGate } from '../../../collector/http/gate.ts';
import { startHttpServer } from '../../../collector/http/http-server.ts';
import { newBearer, secretHash } from '../../../collector/io/bearer-secret.ts';
import type { OpsAnswers } from '../../../collector/io/ops-answers.ts';
import { Sessions } from '../../../collector/io/sessions.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { createClock } from '../../../shared/io/clock.ts';
import { createLogger } from '../../../shared/io/logger.ts';

interface Stage {
  readonly base: string;
  /** "anna logged-in" */
  readonly audited: string[];
  /** A token of a new person. */
  token(name: string, role: PersonRole, seconds?: number): string;
  revoke(token: string): void;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

const PROXY: TrustedProxyConfig = {
  addresses: ['127.0.0.1'],
  userHeader: 'X-Remote-User',
  roleHeader: null,
  roles: { anna: 'operator' },
  defaultRole: null,
};

async function stage(t: Test, proxy: TrustedProxyConfig | null = null): Promise<Stage> {
  const bearers = new Map<string, Credential>();
  const audited: string[] = [];
  const clock = createClock();
  const note = async (by: Parameters<typeof callerName>[0], { act }: { readonly act: string }): Promise<void> => {
    audited.push(`${callerName(by)} ${act}`);
  };
  const sessions = new Sessions({ bearer: (hash) => bearers.get(hash) ?? null, note, clock });
  const answers = {
    // Another one each time: every reader is written to at every look.
    state: () => ({ groups: [], window_s: clock.monotonic() }),
    agents: () => ({ agents: [] }),
    follow: () => () => undefined,
    health: () => ({
      consumers: [],
      store: { raw_bytes: 0, raw_since: null, too_late: 0, problem: null },
      ended: null,
    }),
    addMark: async (mark: object, by: Parameters<typeof callerName>[0]) => ({ ...mark, actor: callerName(by) }),
  } as unknown as OpsAnswers;
  const gate = createGate({ sessions, proxy: () => proxy, audit: note, clock });
  const logger = createLogger('test', 'silent');
  const server = await startHttpServer({ listen: '127.0.0.1:0', answers, clock, logger, gate, tls: null });
  t.teardown(() => server.close());
  const base = `http://${server.address}`;
  return {
    base,
    audited,
    token: (name, role, seconds = 3600) => {
      const token = newBearer();
      const bearer = secretHash(token);
      bearers.set(bearer, { name, role, bearer, until: unixMicros(clock.wall() + seconds * 1e6) });
      return token;
    },
    revoke: (token) => void bearers.delete(secretHash(token)),
    get: (path, headers = {}) => fetch(base + path, { headers }),
    post: (path, body, headers = {}) =>
      fetch(base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}

const bearing = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const detailOf = async (answer: Response): Promise<string> => ((await answer.json()) as { detail: string }).detail;

t.test('without a token there is health, the page, and nothing else', async (t) => {
  const { get, post } = await stage(t);
  t.equal((await get('/healthz')).status, 200);
  t.equal((await get('/readyz')).status, 200);
  t.not((await get('/')).status, 401, 'the page itself, which has the form');
  for (const path of ['/api/v1/status', '/api/v1/stream', '/api/v1/whoami', '/api/v1/openapi.json']) {
    const refused = await get(path);
    t.equal(refused.status, 401, path);
    t.match(refused.headers.get('www-authenticate'), /^Bearer realm="dorawatch"/);
    t.match(await detailOf(refused), /needs a viewer; say who you are: send "Authorization: Bearer TOKEN", or log in/);
  }
  t.equal((await post('/api/v1/marks', { text: 'x' })).status, 401);
  t.equal((await get('/api/v1/status', { authorization: 'Basic YTpi' })).status, 401, 'what is no bearer token');
});

t.test('each role as far as it goes, and a refusal says who may and who can give it', async (t) => {
  const { get, post, token, audited } = await stage(t);
  const [viewer, operator] = [token('vera', 'viewer'), token('otto', 'operator')];
  t.equal((await get('/api/v1/status', bearing(viewer))).status, 200);
  const refused = await post('/api/v1/marks', { text: 'x' }, bearing(viewer));
  t.equal(refused.status, 403);
  t.match(refused.headers.get('www-authenticate'), /error="insufficient_scope", scope="operator"/);
  t.equal(
    await detailOf(refused),
    'POST /api/v1/marks needs an operator, and vera is a viewer; an admin can change that: dorawatch people invite vera --role operator',
  );
  const marked = await post('/api/v1/marks', { text: 'x', actor: 'somebody else' }, bearing(operator));
  t.equal(marked.status, 201);
  t.match(await marked.json(), { actor: 'otto' });
  t.strictSame(audited, ['vera rights-refused']);
  t.match(await (await get('/api/v1/whoami', bearing(viewer))).json(), { name: 'vera', role: 'viewer' });
  t.match(await (await get('/api/v1/whoami', bearing(operator))).json(), { name: 'otto', role: 'operator' });
});

t.test('a login makes a cookie of its own, and a logout ends it', async (t) => {
  const { get, post, token, audited } = await stage(t);
  const viewer = token('vera', 'viewer');
  t.equal((await post('/api/v1/login', { token: 'dwb1-wrong' })).status, 401);
  t.equal((await post('/api/v1/login', [])).status, 400);
  const login = await post('/api/v1/login', { token: ` ${viewer}\n` });
  t.equal(login.status, 200);
  t.match(
    login.headers.get('set-cookie'),
    /^dorawatch=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=3(600|599)$/,
  );
  t.notMatch(login.headers.get('set-cookie'), viewer.slice(5), 'not the token');
  const cookie = cookieOf(login);
  t.equal((await get('/api/v1/status', { cookie: `other=1; ${cookie}` })).status, 200);
  t.equal((await post('/api/v1/logout', {}, { cookie, origin: 'http://evil.example' })).status, 403);
  const logout = await post('/api/v1/logout', {}, { cookie });
  t.match(logout.headers.get('set-cookie'), /^dorawatch=; .*Max-Age=0/);
  const after = await get('/api/v1/status', { cookie });
  t.equal(after.status, 401);
  t.match(await detailOf(after), /^this login is over/);
  t.match(after.headers.get('set-cookie'), /Max-Age=0/, 'and the browser forgets it');
  t.strictSame(audited, ['vera logged-in', 'vera logged-out']);
  t.equal((await post('/api/v1/logout', {}, bearing(viewer))).status, 409, 'a token has no session');
});

t.test('nobody is logged in by a page of another site', async (t) => {
  const { base, post, token } = await stage(t);
  const attacker = token('mallory', 'viewer');
  for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])
    t.equal((await post('/api/v1/login', { token: attacker }, headers)).status, 403);
  const form = { method: 'POST', body: new URLSearchParams({ token: attacker }) };
  t.equal((await fetch(`${base}/api/v1/login`, form)).status, 415, 'nor by a form, whatever its headers');
});

t.test('a live stream ends within seconds when its token is taken back, or ends, or its session does', async (t) => {
  const { base, post, token, revoke } = await stage(t);
  const [anna, ben, short] = [token('anna', 'viewer'), token('ben', 'viewer'), token('cleo', 'viewer', 2)];
  const cookie = cookieOf(await post('/api/v1/login', { token: ben }));
  const follow = async (headers: Readonly<Record<string, string>>): Promise<{ readonly ended: Promise<unknown> }> => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    socket.write(`GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('')}\r\n`);
    const [first] = await once(socket, 'data');
    t.match(String(first), /^HTTP\/1.1 200/);
    return { ended: once(socket.resume(), 'close') };
  };
  const ends = await Promise.all([follow(bearing(anna)), follow({ cookie }), follow(bearing(short))]);
  revoke(anna);
  await post('/api/v1/logout', {}, { cookie });
  const began = Date.now();
  await Promise.all(ends.map(({ ended }) => ended));
  t.ok(Date.now() - began < 5000, 'within five seconds');
});

t.test('guessing is counted, and held back', async (t) => {
  const { get, post, token } = await stage(t);
  const right = token('anna', 'viewer');
  const statuses: number[] = [];
  for (let guess = 0; guess < GUESSES.burst + 3; guess += 1)
    statuses.push((await get('/api/v1/status', bearing(newBearer()))).status);
  t.same(new Set(statuses), new Set([401, 429]));
  const refused = await post('/api/v1/login', { token: right });
  t.equal(refused.status, 429, 'nor is a right one looked at then');
  t.equal(refused.headers.get('retry-after'), '60');
});

t.test('the named header of the named proxy, and of nobody else', async (t) => {
  const trusted = await stage(t, PROXY);
  t.match(await (await trusted.get('/api/v1/whoami', { 'x-remote-user': 'anna' })).json(), { role: 'operator' });
  const stranger = await trusted.get('/api/v1/whoami', { 'x-remote-user': 'zoe' });
  t.equal(stranger.status, 403);
  t.match(await detailOf(stranger), /the proxy says that this is zoe, whom the configuration gives no role/);
  t.equal((await trusted.get('/api/v1/whoami', { 'x-remote-user': 'a b' })).status, 403);
  t.equal((await trusted.get('/api/v1/whoami')).status, 401, 'without the header');
  const elsewhere = await stage(t, { ...PROXY, addresses: ['10.9.9.9'] });
  t.equal((await elsewhere.get('/api/v1/whoami', { 'x-remote-user': 'anna' })).status, 401, 'from another address');
  t.strictSame(elsewhere.audited, []);
});
