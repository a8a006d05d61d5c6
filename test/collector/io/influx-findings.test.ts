/** Findings that are revised, withdrawn and made while InfluxDB or the collector is away: what stands there is what the timeline says. */
import t from 'tap';
import type { Inbox } from '../../../collector/io/inbox.ts';
import { createInfluxClient } from '../../../collector/io/influx-client.ts';
import { createInfluxFindings } from '../../../collector/io/influx-findings.ts';
import { createInfluxWriter } from '../../../collector/io/influx-writer.ts';
import type { LogFold } from '../../../collector/io/log-fold.ts';
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { milliseconds, unixMicros } from '../../../shared/core/units.ts';
import { createLogger } from '../../../shared/io/logger.ts';
import { Influxd } from '../../lab/influxd.ts';
import { missingTools } from '../../lab/requirements.ts';
import { DATABASE, rowsOf } from '../influx-fixture.ts';

const skip = missingTools().includes('influxd') ? 'influxd is not installed (Debian: influxdb)' : false;
const at = (second: number) => unixMicros(1_700_000_000_000_000 + second * 1e6);

function row(id: string, second: number, more: Partial<EventRow> = {}): EventRow {
  const where = {
    group: "it's \\ g",
    server: 'primary',
    site: null,
    bucket: null,
    scope: null,
    evidence: null,
    planned: null,
  };
  const nothing = { actor: null, ref: null, late: false, reason: 'no-offer', from: 'serving', to: 'non-serving' };
  const times = { at: at(second), earliest: at(second - 1), latest: at(second + 1), detected_at: at(second + 3) };
  return {
    id: id.repeat(32).slice(0, 32),
    kind: 'transition',
    text: `text of ${id}`,
    ...times,
    ...where,
    ...nothing,
    ...more,
  };
}

t.test('the timeline is mirrored, whatever happened in between', { skip, timeout: 60_000 }, async (t) => {
  const influxd = await Influxd.start({ folder: t.testdir() });
  t.teardown(() => influxd.kill());
  const client = createInfluxClient({ url: influxd.url, database: DATABASE, username: null }, null);
  t.teardown(() => client.close());
  const writer = createInfluxWriter({
    client,
    database: DATABASE,
    logger: createLogger('test'),
    signal: new AbortController().signal,
    exchanges: false,
    rawMs: () => milliseconds(3_600_000),
    setAside: async () => void t.fail('nothing is refused'),
  });
  let rows: readonly EventRow[] = [];
  const model = { timeline: { rows: () => rows }, config: null };
  const fold = { model } as unknown as LogFold;
  const inbox = {
    read: async function* () {
      yield { position: 1, entry: { kind: 'mark', receivedAt: at(0) } };
    },
  } as unknown as Inbox;
  let findings = createInfluxFindings({ client, writer, fold, inbox });
  let now = 0;
  const sync = async (told: readonly EventRow[]) => {
    rows = told;
    now += 60e9;
    await findings.sync(now);
  };
  const standing = async (from = 'dhcp_transition') =>
    (await rowsOf(influxd, `SELECT * FROM ${from}`)).map((point) => [
      point['time'],
      String(point['id']).slice(0, 1),
      point['text'],
    ]);
  const digits = (id: string) => String(Number.parseInt(id.repeat(8), 16) % 1000).padStart(3, '0');
  const expected = (id: string, second: number) => [`${at(second)}${digits(id)}`, id, `text of ${id}`];

  // Somebody else's, and an earlier log's: never touched.
  await sync([row('e', 5)]);
  await fetch(`${influxd.url}/write?db=${DATABASE}`, {
    method: 'POST',
    body: `dhcp_transition,kind=transition,level=server,group=other,server=x id="f",text="text of f" ${at(10)}999`,
  });
  await fetch(`${influxd.url}/write?db=${DATABASE}`, {
    method: 'POST',
    body: `dhcp_transition,kind=transition,level=server,group=it's\\ \\\\\\ g,server=x id="d",text="text of d" ${at(-9)}999`,
  });
  const foreign = [
    [`${at(-9)}999`, 'd', 'text of d'],
    [`${at(10)}999`, 'f', 'text of f'],
  ];
  const sorted = (list: unknown[][]) => [...list].sort((a, b) => String(a[0]).localeCompare(String(b[0])));

  await sync([row('a', 20), row('b', 30), row('c', 30)]);
  t.same(
    sorted(await standing()),
    sorted([...foreign, expected('a', 20), expected('b', 30), expected('c', 30)]),
    'e is withdrawn',
  );
  await sync([row('a', 21), row('b', 30, { text: 'told anew' }), row('c', 30)]);
  t.same(
    sorted(await standing()),
    sorted([...foreign, expected('a', 21), [expected('b', 30)[0], 'b', 'told anew'], expected('c', 30)]),
    'a moved, b says more',
  );

  // A new start, with changes since.
  findings = createInfluxFindings({ client, writer, fold, inbox });
  await sync([row('a', 22), row('c', 30)]);
  t.same(sorted(await standing()), sorted([...foreign, expected('a', 22), expected('c', 30)]));

  const gap = { kind: 'gap', server: null, start: { at: at(40), earliest: at(39), latest: at(41) }, uncertainty_ms: 5 };
  await sync([row('a', 40, { ...gap, end: null, duration_ms: null })]);
  t.match(await rowsOf(influxd, 'SELECT * FROM dhcp_gap'), [{ open: true, duration_ms: null }]);
  await sync([row('a', 40, { ...gap, end: { at: at(50), earliest: at(49), latest: at(51) }, duration_ms: 10_000 })]);
  t.match(await rowsOf(influxd, 'SELECT * FROM dhcp_gap'), [
    { open: false, duration_ms: 10_000, end_us: String(at(50)) },
  ]);
  t.equal((await standing()).length, 2);
});
