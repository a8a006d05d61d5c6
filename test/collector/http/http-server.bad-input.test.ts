/**
 * What is asked wrongly of the HTTP port is answered in words that name what is wrong and what was expected, as a problem document, and
 * nothing that is sent there harms the collector.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { hotStandby } from '../hot-standby.ts';
import { startCollectorProcess } from '../programs.ts';

interface Refused {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly parameter: string; readonly detail: string }[];
}

const folder = t.testdir({ 'collector.yaml': hotStandby('corsham', 'leeds') });
const collector = await startCollectorProcess(`${folder}/collector.yaml`, `${folder}/state`);
t.teardown(() => collector.kill('SIGKILL'));
const base = collector.http;
const { port, host } = new URL(base);

/** Asks, and holds what every refusal is: a problem document whose status is the answer's, under headers that bind browsers. */
async function refused(
  t: Test,
  status: number,
  path: string,
  init: RequestInit = {},
): Promise<Refused & { headers: Headers }> {
  const answer = await fetch(base + path, init);
  t.equal(answer.status, status, `${init.method ?? 'GET'} ${path}`);
  t.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  t.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  t.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
  const problem = (await answer.json()) as Refused;
  t.equal(problem.status, status);
  return { ...problem, headers: answer.headers };
}

/** What is answered to octets that fetch would not send. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    answer += part;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const post = (body: string, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json', ...headers },
});

t.test('parameters', async (t) => {
  const { errors } = await refused(t, 400, '/api/v1/events?since=11:30&limit=0&paths=yes&grup=x&until=-1h&until=-2h');
  t.match(errors, [
    { parameter: 'since', detail: /"11:30" is not a time; expected RFC 3339 with its offset .* -2h/ },
    { parameter: 'until', detail: 'is given more than once' },
    { parameter: 'paths', detail: '"yes" is neither true nor false' },
    { parameter: 'limit', detail: '"0" is not a whole number from 1 to 10000' },
    { parameter: 'grup', detail: 'is not known; did you mean "group"?' },
  ]);
  const report = await refused(t, 400, '/api/v1/report?format=pdf&zone=Mars/Base');
  t.match(report.detail, /group: is missing; .*since: is missing; .*format: "pdf" is none of json, md, html, table/s);
  t.match(report.detail, /zone: "Mars\/Base" is not a time zone/);
  for (const since of ['2026-02-30T00:00:00Z', 'yesterday', '2026-03-01T11:30:15', '-', '%00', '9'.repeat(400)])
    await refused(t, 400, `/api/v1/events?since=${since}`);
  t.equal(
    (await fetch(`${base}/api/v1/events?since=2026-03-01T11:30:15+01:00`)).status,
    200,
    'a plus that was not escaped',
  );
});

t.test('names that nobody has', async (t) => {
  const hint = 'there is no group "corsham"; did you mean "corsham-dhcp"?';
  for (const path of ['status?', 'scopes?', 'events?', 'report?since=-1h&', 'timeline?since=-1h&'])
    t.equal((await refused(t, 404, `/api/v1/${path}group=corsham`)).detail, hint);
  const group = 'group=corsham-dhcp&since=-1h';
  t.match(await refused(t, 404, `/api/v1/timeline?${group}&server=primry`), { detail: /did you mean "primary"/ });
  t.match(await refused(t, 404, `/api/v1/latency?${group}&server=primary&site=leds`), {
    detail: /did you mean "leeds"/,
  });
  t.match(await refused(t, 400, `/api/v1/timeline?${group}&sites=true`), { detail: /sites=true needs a server/ });
  t.match(await refused(t, 400, `/api/v1/timeline?${group}&until=-2h`), { detail: /ends before it begins/ });
});

t.test('paths and methods', async (t) => {
  t.match(await refused(t, 404, '/api/v1/statsu'), { detail: /did you mean \/api\/v1\/status\?/ });
  t.match(await refused(t, 404, '/nope'), { detail: /openapi\.json/ });
  await refused(t, 400, '/%zz');
  const { headers, detail } = await refused(t, 405, '/api/v1/status', { method: 'DELETE' });
  t.equal(headers.get('allow'), 'GET, HEAD');
  t.match(detail, /does not take DELETE; it takes GET, HEAD/);
  t.equal((await refused(t, 405, '/api/v1/marks')).headers.get('allow'), 'POST');
  await refused(t, 405, '/api/v1/stream', { method: 'POST' });
  const head = await fetch(`${base}/api/v1/status`, { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(await head.text(), '');
  for (const path of [
    '/../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/assets/..%5c..%5cpackage.json',
    '/%2e%2e/package.json',
  ])
    t.match(
      await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      /^HTTP\/1\.1 40[034]/,
      path,
    );
});

t.test('bodies', async (t) => {
  t.match(await refused(t, 400, '/api/v1/marks', post('{"text": ')), { detail: /not JSON/ });
  t.match(await refused(t, 400, '/api/v1/marks', post('')), { detail: /empty/ });
  t.match(await refused(t, 400, '/api/v1/marks', post('[]')), { detail: /expected a JSON object/ });
  t.match(await refused(t, 413, '/api/v1/marks', post(JSON.stringify({ text: 'x'.repeat(70_000) }))), {
    detail: /65536 octets/,
  });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
    t.match(await refused(t, 415, '/api/v1/marks', post('text=x', { 'content-type': type })), {
      detail: /application\/json/,
    });
  t.match(await refused(t, 400, '/api/v1/marks', post('{"text": "a", "__proto__": 1}')), { detail: /not JSON/ });
  const wrong = post('{"txt": "a", "group": 7, "at": "noon"}');
  const { errors } = await refused(t, 400, '/api/v1/marks', wrong);
  t.match(errors, [
    { parameter: 'txt', detail: 'is not known; did you mean "text"?' },
    { parameter: 'group', detail: 'is not a text: 7' },
    { parameter: 'at', detail: /"noon" is not a time/ },
    { parameter: 'text', detail: 'is missing; a mark needs a text' },
  ]);
  t.match(await refused(t, 400, '/api/v1/marks', post('{"text": "x", "group": "corsham"}')), {
    detail: /did you mean/,
  });
  t.match(await refused(t, 400, '/api/v1/marks', post('{"text": "two\\nlines"}')), { detail: /one line of text/ });
});

t.test('a page of another site cannot add a mark', async (t) => {
  const body = '{"text": "x"}';
  for (const headers of [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])
    t.match(await refused(t, 403, '/api/v1/marks', post(body, headers)), { detail: /another site/ });
  for (const headers of [{ origin: base, 'sec-fetch-site': 'same-origin' }, {}])
    t.equal((await fetch(`${base}/api/v1/marks`, post(body, headers))).status, 201);
  const { events } = (await (await fetch(`${base}/api/v1/events`)).json()) as { events: unknown[] };
  t.equal(events.length, 2, 'only what was taken is there');
});

t.test('what is no HTTP', async (t) => {
  t.match(await raw('hello\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*not HTTP/);
  t.match(
    await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 [\s\S]*16 KiB/,
  );
  const unknownMethod = `BREW /api/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  t.match(await raw(unknownMethod), /^HTTP\/1\.1 400 /);
  t.match(await raw(`TRACE /api/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 405 /);
  t.equal((await fetch(`${base}/healthz`)).status, 200, 'and the collector is well');
});
