/**
 * The page and an HTTP API of invented answers: as many sites and days as asked for, with a stop of some server every few
 * hours. What is measured with it is the page's own drawing; no collector could be made to have thirty days in a bench.
 */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const PAGE = new URL('../../dist/collector/web/', import.meta.url).pathname;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** The collector's own, so that what it forbids is forbidden here. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface PageFixture {
  readonly url: string;
  close(): Promise<void>;
}

export interface FixtureSize {
  readonly sites: number;
  readonly days: number;
  /** Stops of each path and server a day. */
  readonly stopsPerDay: number;
}

const GROUP = 'corsham-dhcp';
const DAY_MS = 86_400_000;
const SERVERS = [
  { name: 'primary', role: 'primary', address: '10.77.1.2' },
  { name: 'standby', role: 'standby', address: '10.77.2.2' },
];

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000Z`;
const siteName = (n: number): string => `site-${String(n).padStart(3, '0')}`;
/** The same for the same place and moment, and spread over 0–1. */
const dice = (a: number, b: number): number => {
  const x = Math.sin(a * 12.9898 + b * 78.233) * 43_758.5453;
  return x - Math.floor(x);
};

const NO_ROW = {
  bucket: null,
  reason: null,
  actor: null,
  ref: null,
  late: false,
  scope: null,
  evidence: null,
  site: null,
  server: null,
  from: null,
  to: null,
};

const moment = (ms: number): object => ({ at: iso(ms), earliest: iso(ms - 80), latest: iso(ms + 80) });

/** When a server stopped and began again, ms: pairs, oldest first. */
function stops(place: number, since: number, until: number, perDay: number): readonly (readonly [number, number])[] {
  const every = DAY_MS / perDay;
  const found: (readonly [number, number])[] = [];
  for (let slot = Math.floor(since / every); slot * every < until; slot += 1) {
    const from = slot * every + dice(place, slot) * every * 0.8;
    const to = from + 4_000 + dice(place + 7, slot) * 120_000;
    if (to > since && from < until) found.push([from, to]);
  }
  return found;
}

function lane(size: FixtureSize, server: number, site: number | null, since: number, until: number): object {
  const { name, role } = SERVERS[server] ?? { name: '', role: '' };
  const [usual, other] = server === 0 ? ['serving', 'non-serving'] : ['non-serving', 'serving'];
  const place = site === null ? 0 : site + 1;
  const spans: object[] = [];
  let at = since;
  const add = (to: number, state: string | undefined): void => {
    if (to <= at) return;
    const reason = state === 'serving' ? 'answered' : 'no-offer';
    const text = `${name} ${state === 'serving' ? 'starts' : 'stops'} serving leases`;
    spans.push({ from: iso(at), to: iso(to), state, reason, evidence: null, text, ...moment(at), late: false });
    at = to;
  };
  for (const [from, to] of stops(place, since, until, size.stopsPerDay)) {
    add(Math.min(until, from), usual);
    add(Math.min(until, to), other);
  }
  add(until, usual);
  return { server: name, site: site === null ? null : siteName(site), bucket: null, role, spans };
}

function timeline(size: FixtureSize, query: URLSearchParams, now: number): object {
  const { since, until } = period(query, now);
  const opened = SERVERS.findIndex(({ name }) => name === query.get('server'));
  const lanes =
    query.get('sites') === 'true'
      ? Array.from({ length: size.sites }, (_, site) => lane(size, Math.max(0, opened), site, since, until))
      : SERVERS.map((_, server) => lane(size, server, null, since, until));
  const breaks = stops(0, since, until, size.stopsPerDay).filter(([, to]) => to < until);
  const gaps = breaks.map(([from, to], n) => ({
    ...NO_ROW,
    id: `gap-${n}`,
    kind: 'gap',
    group: GROUP,
    ...moment(from),
    detected_at: iso(from + 4000),
    text: 'No server serves leases',
    start: moment(from),
    end: moment(Math.min(to, from + 3500)),
    duration_ms: Math.min(to - from, 3500),
    uncertainty_ms: 160,
  }));
  const failovers = breaks.map(([from], n) => ({
    ...NO_ROW,
    id: `failover-${n}`,
    kind: 'failover',
    group: GROUP,
    ...moment(from + 3500),
    detected_at: iso(from + 7000),
    from: 'primary',
    to: 'standby',
    text: 'Failover from primary to standby',
    gap_ms: 3500,
    uncertainty_ms: 160,
  }));
  const marks = breaks.slice(0, 20).map(([from], n) => ({
    ...NO_ROW,
    id: `mark-${n}`,
    kind: 'mark',
    group: GROUP,
    at: iso(from - 100),
    earliest: null,
    latest: null,
    detected_at: iso(from),
    text: 'Primary server taken down',
    actor: 'ada',
    ref: `CHG${100 + n}`,
  }));
  return {
    group: GROUP,
    mode: 'hot-standby',
    since: iso(since),
    until: iso(until),
    now: iso(now),
    lanes,
    gaps,
    overlaps: [],
    failovers,
    marks,
    silences: [],
    planned: [],
  };
}

function period(query: URLSearchParams, now: number): { since: number; until: number } {
  const read = (text: string | null, usual: number): number => {
    const relative = /^-(\d+)d$/.exec(text ?? '');
    return relative === null ? (text === null ? usual : Date.parse(text)) : now - Number(relative[1]) * DAY_MS;
  };
  return { since: read(query.get('since'), now - DAY_MS), until: read(query.get('until'), now) };
}

function latency(query: URLSearchParams, now: number): object {
  const { since, until } = period(query, now);
  const points = Number(query.get('points') ?? 720);
  const step = Math.max(60_000, Math.ceil((until - since) / points / 60_000) * 60_000);
  const made: object[] = [];
  for (let at = since; at < until; at += step) {
    const slot = Math.floor(at / step);
    if (slot % 97 < 3) continue;
    const base = 42_000 + dice(1, slot) * 4000 + (dice(2, slot) > 0.98 ? 60_000 : 0);
    made.push({
      at: iso(at),
      exchanges: 600,
      answered: 598,
      drop_ratio: 0.003,
      offer_p50_us: Math.round(base),
      offer_p99_us: Math.round(base * (1.6 + dice(3, slot))),
      ack_p50_us: Math.round(base * 0.9),
      ack_p99_us: Math.round(base * (1.3 + dice(4, slot))),
    });
  }
  return {
    group: GROUP,
    server: query.get('server'),
    site: query.get('site'),
    resolution_s: step / 1000,
    points: made,
  };
}

function status(size: FixtureSize, now: number): object {
  const latencyUs = { offer_p50: 44_000, offer_p99: 168_000, ack_p50: 45_000, ack_p99: 73_000 };
  const servers = SERVERS.map((server, n) => ({
    ...server,
    state: n === 0 ? 'serving' : 'non-serving',
    expected: n === 0 ? 'serving' : 'silent',
    since: iso(now - 5 * DAY_MS),
    last_served_at: iso(now - 1000),
    reason: n === 0 ? 'answered' : 'by-design',
    sites: { serving: n === 0 ? size.sites : 0, degraded: 0, non_serving: n === 0 ? 0 : size.sites, unknown: 0 },
    drop_ratio: n === 0 ? 0.002 : 1,
    latency_us: n === 0 ? latencyUs : { offer_p50: null, offer_p99: null, ack_p50: null, ack_p99: null },
    evidence: null,
    buckets: [],
    answers_as: server.address,
    kea: null,
  }));
  const group = {
    name: GROUP,
    mode: 'hot-standby',
    state: 'normal',
    since: iso(now - 5 * DAY_MS),
    sites: { served: size.sites, unserved: 0, unknown: 0 },
    servers,
    open_gap_ms: null,
    paused: null,
    notices: [],
  };
  const store = { raw_bytes: 1e9, raw_since: iso(now - 7 * DAY_MS), too_late: 0, problem: null };
  return { groups: [group], window_s: 300, consumers: [], store, now: iso(now), version: 'fixture' };
}

function answerOf(size: FixtureSize, path: string, query: URLSearchParams): object | null {
  const now = Date.now();
  switch (path) {
    case 'timeline':
      return timeline(size, query, now);
    case 'latency':
      return latency(query, now);
    case 'status':
      return status(size, now);
    case 'events':
      return { events: [], truncated: false };
    case 'sites':
      return { sites: [] };
    case 'agents':
      return { agents: [] };
    default:
      return null;
  }
}

function sendFile(response: ServerResponse, path: string): void {
  const file = join(PAGE, normalize(path === '/' ? '/index.html' : path));
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'text/plain',
    'content-security-policy': POLICY,
  });
  createReadStream(file).pipe(response);
}

/** Serves the built page (`npm run build`) on a port of the kernel's choice. */
export async function startPageFixture(size: FixtureSize): Promise<PageFixture> {
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fixture');
    if (!pathname.startsWith('/api/v1/')) return sendFile(response, pathname);
    const what = pathname.slice('/api/v1/'.length);
    if (what === 'stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: status\ndata: ${JSON.stringify(status(size, Date.now()))}\n\n`);
      return undefined;
    }
    const answer = answerOf(size, what, searchParams);
    response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
