/**
 * Every query of deploy/influx/README.md, as it is written there, against a real influxd that a real collector filled from a run with
 * a failover in it; the answers are held against what the collector itself says (`export`, `report`, `events`). A query
 * without a comparison here fails.
 */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { batches } from '../collector/fake-agent.ts';
import { ask, type ExportedRow, exported, rowsOf, until } from '../collector/influx-fixture.ts';
import type { CollectorProcess } from '../collector/programs.ts';
import { missingTools } from '../lab/requirements.ts';
import { startTwoSites, twoAgents, untilWritten } from './two-sites.ts';

const skip = missingTools().includes('influxd') ? 'influxd is not installed (Debian: influxdb)' : false;
const page = readFileSync(new URL('../../deploy/influx/README.md', import.meta.url), 'utf8');
const anchorUs = Math.floor(Date.now() / 1000 - 900) * 1e6;
const since = new Date(anchorUs / 1000 - 60_000).toISOString();

/** Title → InfluxQL. */
const queries = new Map(
  page.split(/^## /m).flatMap((section): [string, string][] => {
    const query = /```sql\n([\s\S]*?)```/.exec(section)?.[1];
    return query === undefined ? [] : [[section.split('\n')[0] ?? '', query.trim()]];
  }),
);

interface Event {
  readonly kind: string;
  readonly group: string;
  readonly server: string | null;
  readonly site: string | null;
  readonly text: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly duration_ms?: number;
  readonly gap_ms?: number;
}
interface Truth {
  readonly rows: readonly ExportedRow[];
  readonly events: readonly Event[];
}
type Row = Readonly<Record<string, unknown>>;

const isAcked = (row: ExportedRow): boolean => row['outcome'] === 'acked';
const totals = (rows: readonly ExportedRow[]): number[] =>
  rows
    .filter(isAcked)
    .map((row) => Number(row['total_us']))
    .sort((a, b) => a - b);
/** Start of the period of `length` ms that a moment lies in, as InfluxDB prints it. */
const startOf = (moment: string, length: number): string =>
  `${Math.floor(Date.parse(`${moment.slice(0, 23)}Z`) / length) * length}000000`;
const zeroTime = (time: unknown): string => (time === 0 ? '0' : String(time));
const HOUR = 3_600_000;

/** Exchanges by a key, and a figure of each group; the same of the answer; both sorted. */
function grouped(
  truth: Truth,
  key: (row: ExportedRow) => unknown[],
  figure: (rows: readonly ExportedRow[]) => unknown[],
): string[] {
  const groups = new Map<string, ExportedRow[]>();
  for (const row of truth.rows)
    groups.set(JSON.stringify(key(row)), [...(groups.get(JSON.stringify(key(row))) ?? []), row]);
  return [...groups].map(([name, rows]) => JSON.stringify([...JSON.parse(name), ...figure(rows)])).sort();
}
const told = (rows: readonly Row[], ...columns: string[]): string[] =>
  rows
    .map((row) => JSON.stringify(columns.map((column) => (column === 'time' ? zeroTime(row[column]) : row[column]))))
    .sort();
/** A latency has nothing to say of an hour without an answer: InfluxDB leaves its row out. */
const answeredOnly = (truth: Truth): Truth => ({ ...truth, rows: truth.rows.filter(isAcked) });
const dropRatio = (rows: readonly ExportedRow[]): number => rows.filter((row) => !isAcked(row)).length / rows.length;
const servers = (row: ExportedRow): unknown[] => [row['group'], row['server']];

/** What each query's answer must be: [what it said, what the collector says]. */
const COMPARISONS: Readonly<Record<string, (answer: readonly Row[], truth: Truth) => readonly [unknown, unknown]>> = {
  'Drop ratio per site, the last day': (answer, truth) => [
    told(answer, 'group', 'server', 'site', 'drop_ratio', 'judged'),
    grouped(
      truth,
      (row) => [...servers(row), row['site']],
      (rows) => [dropRatio(rows), rows.length],
    ),
  ],
  'The ten worst sites of the primary, the last day': (answer, truth) => {
    const primary = { ...truth, rows: truth.rows.filter((row) => row['server'] === 'primary') };
    return [
      told(answer, 'site', 'top'),
      grouped(
        primary,
        (row) => [row['site']],
        (rows) => [dropRatio(rows)],
      ),
    ];
  },
  'p99 by server over time': (answer, truth) => [
    told(answer, 'time', 'group', 'server', 'worst_p99_us'),
    grouped(
      answeredOnly(truth),
      (row) => [startOf(row.sent_at, HOUR), ...servers(row)],
      (rows) => [totals(rows).at(-1)],
    ),
  ],
  'The exact p99 by server over time': (answer, truth) => [
    told(answer, 'time', 'group', 'server', 'p99_us'),
    grouped(
      answeredOnly(truth),
      (row) => [startOf(row.sent_at, HOUR), ...servers(row)],
      (rows) => [totals(rows)[Math.floor(totals(rows).length * 0.99 + 0.5) - 1]],
    ),
  ],
  'Latency by hour and site': (answer, truth) => [
    told(answer, 'time', 'site', 'server', 'offer_p50_us', 'offer_max_us', 'ack_p50_us', 'ack_max_us'),
    grouped(
      answeredOnly(truth),
      (row) => [startOf(row.sent_at, HOUR), row['site'], row['server']],
      // Constant in this run, so the mean of the medians is known.
      () => [21_000, 21_000, 20_500, 20_500],
    ),
  ],
  'Availability per server and day': (answer, truth) => [
    told(answer, 'time', 'group', 'server', 'availability'),
    grouped(
      truth,
      (row) => [startOf(row.sent_at, 24 * HOUR), ...servers(row)],
      (rows) => [rows.filter(isAcked).length / rows.length],
    ),
  ],
  'Gaps of the last quarter': (answer, { events }) => [
    told(answer, 'group', 'duration_ms'),
    events
      .filter(({ kind }) => kind === 'gap')
      .map(({ group, duration_ms }) => JSON.stringify([group, duration_ms]))
      .sort(),
  ],
  'How long each group was without service, the last quarter': (answer, { events }) => {
    const gaps = events.flatMap(({ kind, duration_ms = 0 }) => (kind === 'gap' ? [duration_ms] : []));
    const figures = [gaps.length, gaps.reduce((sum, one) => sum + one, 0), Math.max(...gaps)];
    return [told(answer, 'group', 'gaps', 'total_ms', 'longest_ms'), [JSON.stringify(['corsham-dhcp', ...figures])]];
  },
  'Transitions of servers, the last week': (answer, { events }) => [
    told(answer, 'group', 'server', 'text', 'from', 'to', 'reason'),
    events
      .filter(({ kind, site }) => kind === 'transition' && site === null)
      .map(({ group, server, text, from, to, reason }) => JSON.stringify([group, server, text, from, to, reason]))
      .sort(),
  ],
  'Failovers and fail-backs, the last quarter': (answer, { events }) => [
    told(answer, 'kind', 'group', 'from', 'to', 'gap_ms'),
    events
      .filter(({ kind }) => kind === 'failover' || kind === 'fail-back')
      .map(({ kind, group, from, to, gap_ms }) => JSON.stringify([kind, group, from, to, gap_ms]))
      .sort(),
  ],
  'How every exchange of an hour ended': (answer, { rows }) => {
    const newest = [...rows].sort((a, b) => (a.sent_at < b.sent_at ? 1 : -1)).slice(0, 1000);
    return [answer.length, Math.min(1000, newest.length)];
  },
};

async function fill(t: Test, collector: CollectorProcess): Promise<void> {
  const failover = (server: number, second: number): boolean =>
    server === 0 ? second < 60 || second >= 201 : second >= 111 && second < 200;
  for (const { agent, site, session } of twoAgents(t, collector, anchorUs)) {
    session.sample(300e6, 0);
    // Bath loses a little of what Corsham does not.
    const answers = (server: number, second: number): boolean =>
      failover(server, second) && !(site === 'bath' && Math.round(second * 10) % 97 === 0);
    await session.send(batches({ agent, site, anchorUs, seconds: 260, answers }));
  }
}

t.test('the page of queries', { skip, timeout: 240_000 }, async (t) => {
  const { influxd, collector } = await startTwoSites(t);
  await fill(t, collector);
  await untilWritten(collector);
  const lines = await ask(collector, 'events', '--json', '--since', since);
  const events = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event);
  await until(
    () => rowsOf(influxd, 'SELECT id FROM dhcp_transition WHERE "level" = \'server\''),
    (rows) => rows.length === events.filter(({ kind, site }) => kind === 'transition' && site === null).length,
  );
  const truth = { rows: await exported(collector, since), events };
  t.equal(truth.rows.length, 2 * 5200);
  t.ok(events.some(({ kind }) => kind === 'failover'));
  t.strictSame([...queries.keys()].sort(), Object.keys(COMPARISONS).sort(), 'every query of the page is compared');
  for (const [title, query] of queries) {
    const answer = await rowsOf(influxd, query);
    const [said, expected] = COMPARISONS[title]?.(answer, truth) ?? [title, 'a comparison'];
    t.same(said, expected, title);
    t.not(answer.length, 0, `${title}: ${answer.length} rows`);
  }
});
