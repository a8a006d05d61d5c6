/** A report in each of its forms, from a real collector: what type it says it is, under which policy, and by which name it is kept. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { startToldCollector } from '../told-collector.ts';

t.test('forms of a report', async (t) => {
  const told = await startToldCollector(t);
  const since = told.at(0);
  const ask = async (form: string) => {
    const answer = await told.get(`/api/v1/report?group=corsham-dhcp&since=${since}&${form}`);
    return { headers: answer.headers, text: await answer.text() };
  };
  const [md, table, html, json] = await Promise.all(
    ['md', 'table', 'html', 'json'].map((form) => ask(`format=${form}`)),
  );

  t.match(md?.headers.get('content-type'), /^text\/markdown/);
  t.match(
    md?.text,
    /^\*\*corsham-dhcp .*\| Primary stops serving leases[ a-z()]*\|[\s\S]*\*failover: primary → standby/s,
  );
  t.match(table?.headers.get('content-type'), /^text\/plain/);
  t.match(table?.text, /^corsham-dhcp [\s\S]*\| failover: primary → standby/);
  t.equal(json?.headers.get('content-disposition'), null, 'to be looked at, unless it is asked for as a file');

  t.match(html?.headers.get('content-type'), /^text\/html/);
  const style = /<style>([\s\S]*)<\/style>/.exec(html?.text ?? '')?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  t.ok(
    html?.headers.get('content-security-policy')?.includes(`style-src 'sha256-${hash}'`),
    'its style may be shown, and no other',
  );
  t.notMatch(html?.headers.get('content-security-policy'), /script-src|unsafe/);

  const day = since.slice(0, 16).replace(':', '');
  for (const [form, ending] of [
    ['md', 'md'],
    ['html', 'html'],
    ['table', 'txt'],
    ['json', 'json'],
  ])
    t.equal(
      (await ask(`format=${form}&download=true`)).headers.get('content-disposition'),
      `attachment; filename="dorawatch-corsham-dhcp-${day}Z.${ending}"`,
    );
  t.match((await ask('format=md&zone=Asia/Tokyo')).text, /Time \(Asia\/Tokyo\)/);
});

t.test('the timeline and the series tell the same story', async (t) => {
  const told = await startToldCollector(t);
  const query = `group=corsham-dhcp&since=${told.at(0)}`;
  const { lanes, gaps, failovers } = (await told.json(`/api/v1/timeline?${query}`)) as Timeline;
  const states = (server: string) => lanes.find((lane) => lane.server === server)?.spans.map(({ state }) => state);
  t.strictSame(states('primary')?.slice(0, 4), ['unknown', 'serving', 'non-serving', 'serving']);
  t.strictSame(states('standby')?.slice(0, 4), ['unknown', 'non-serving', 'serving', 'non-serving']);
  t.strictSame([gaps.length, failovers.length], [1, 2]);
  const stop = lanes[0]?.spans[2];
  const second = (Date.parse(stop?.from ?? '') - told.anchorUs / 1e3) / 1e3;
  t.ok(second > 14 && second < 16, `the primary stopped at ${second} s`);
  t.match(stop, { text: 'Primary stops serving leases', reason: 'no-offer' });

  const sites = (await told.json(`/api/v1/timeline?${query}&server=primary&sites=true`)) as Timeline;
  t.strictSame(
    sites.lanes.map(({ site }) => site),
    ['corsham', 'leeds'],
  );
  t.equal(sites.lanes[1]?.spans.at(-1)?.state, 'unknown', 'leeds is not heard of any more');

  // What is on disk and what is still gathered, by path and pooled.
  const exchanges = async (more: string) => {
    const { points } = (await told.json(`/api/v1/latency?${query}&server=primary${more}`)) as { points: Point[] };
    return points.reduce((sum, point) => sum + point.exchanges, 0);
  };
  t.strictSame(
    await Promise.all(['', '&site=corsham', '&site=leeds', '&points=1'].map(exchanges)),
    [1100, 800, 300, 1100],
  );
});

interface Timeline extends Record<string, unknown> {
  readonly lanes: readonly {
    readonly server: string;
    readonly site: string | null;
    readonly spans: readonly { readonly state: string; readonly from: string; readonly text: string }[];
  }[];
  readonly gaps: readonly unknown[];
  readonly failovers: readonly unknown[];
}

interface Point {
  readonly exchanges: number;
}
