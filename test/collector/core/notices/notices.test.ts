/**
 * What holds for notices of every kind: they are a function of the set of results. Any order, any batching, a snapshot anywhere
 * and a backlog end in the same notices; what is found from results that came late is history and no news.
 */
import fc from 'fast-check';
import t from 'tap';
import type { BatchEntry } from '../../../../collector/core/log-entry.ts';
import { createNotices } from '../../../../collector/core/notices/notices.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { type Exchange, every, feed, inTime, PAIR, prelude, START, siteBatches } from './site-log.ts';

const YAML = PAIR.replace(
  '{ name: corsham }',
  '{ name: corsham, subnets: [10.80.1.0/24], client: { interface: eth0.20 }, expect: { routers: [10.80.1.1] } }',
);
const AGENTS = ['agent-1', 'agent-2', 'agent-3'];
const scope = '10.80.1.0/24';

/** A quarter of an hour with something of every kind in it; two agents at corsham see the same from different moments. */
function story(offset: number): Exchange[] {
  const lost = (second: number) => second % 37 === 0;
  const dead = (second: number) => second >= 400 && second < 460;
  const missing = (is: boolean) => is && ({ outcome: 'dropped' } as const);
  return [
    ...every(2, offset, 900, (second) => ({ second, ...missing(lost(second) || dead(second)) })),
    ...every(4, offset, 900, (second) => ({ second: second + 0.3, server: 'standby', ...missing(!dead(second)) })),
    ...every(7, offset, 900, (second) => ({
      second: second + 0.5,
      scope,
      ...missing((second > 150 && second < 250) || dead(second)),
    })),
    ...every(9, offset, 900, (second) => ({
      second: second + 0.7,
      interface: 'eth0.20',
      ...missing(second > 550 && second < 700),
    })),
    { second: 1 + offset, seen: { serverIdentifier: '10.0.3.9' } },
    { second: 500.5 + offset, seen: { serverIdentifier: '10.0.3.17', routers: ['10.80.1.9'] } },
    { second: 640.5 + offset, seen: { serverIdentifier: '10.0.3.17' } },
    {
      second: 800.2 + offset,
      interface: 'eth0.20',
      seen: { source: '10.80.1.66', serverIdentifier: null, routers: ['10.80.1.66'] },
    },
  ];
}

const entries = [
  ...inTime(siteBatches({ exchanges: story(0) })),
  ...inTime(siteBatches({ agent: 'agent-2', exchanges: story(0.2) })),
  ...inTime(siteBatches({ site: 'leeds', agent: 'agent-3', exchanges: story(0.4) })),
].sort((a, b) => a.receivedAt - b.receivedAt);

/** The notices without what only says when they were learned. */
const essence = ({ told }: ReturnType<typeof feed>): unknown =>
  told.map(({ detectedAt: _, late: __, ...rest }) => rest);

/** The same batches in another order, received one after the other from the end of the story on. */
const received = (order: readonly BatchEntry[]): BatchEntry[] =>
  order.map((entry, i) => ({ ...entry, receivedAt: unixMicros(START + 1000e6 + i * 1000) }));

t.test('every kind is in the story', async (t) => {
  const { told, changes } = feed([...prelude(YAML, AGENTS), ...entries]);
  t.strictSame([...new Set(told.map(({ kind }) => kind))].sort(), [
    'answers-as',
    'expectation',
    'relay',
    'rogue',
    'scope',
  ]);
  t.ok(
    told.every(({ late }) => !late),
    'nothing of it is late',
  );
  t.ok(
    changes.every(({ kind, news }) => news || kind === 'revised'),
    'and all of it is news',
  );
  t.ok(changes.length < 30, `and told but once: ${changes.length} changes of ${told.length} notices`);
  t.strictSame(told.map(({ id }) => id).length, new Set(told.map(({ id }) => id)).size);
});

t.test('any order of the batches gives the same notices', async (t) => {
  const expected = JSON.stringify(essence(feed([...prelude(YAML, AGENTS), ...entries])));
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (order) => {
      const { told, ...rest } = feed([...prelude(YAML, AGENTS), ...received(order)]);
      return JSON.stringify(essence({ told, ...rest })) === expected;
    }),
    { numRuns: 3 },
  );
  t.pass('shuffled');
  const backwards = feed([...prelude(YAML, AGENTS), ...received([...entries].reverse())]);
  t.equal(JSON.stringify(essence(backwards)), expected, 'backwards');
});

t.test('an agent that was away: live batches first, its backlog behind them, and nobody is called', async (t) => {
  const expected = essence(feed([...prelude(YAML, AGENTS), ...entries]));
  const isBacklog = ({ batch }: BatchEntry) => batch.site === 'corsham' && batch.sequence > 100 && batch.sequence < 720;
  const back = entries.filter(isBacklog).map((entry) => ({ ...entry, receivedAt: unixMicros(START + 1200e6) }));
  const result = feed([...prelude(YAML, AGENTS), ...entries.filter((entry) => !isBacklog(entry)), ...back]);
  t.strictSame(essence(result), expected);
  const ofBacklog = result.changes.slice(-20).filter(({ finding }) => finding.detectedAt === START + 1200e6);
  t.ok(ofBacklog.length > 3, 'the backlog told most of it');
  t.ok(
    ofBacklog.every(({ news, kind, finding }) => !news && (kind === 'withdrawn' || finding.late)),
    'as history',
  );
});

t.test('ordinary exchanges that come after everything else still say what it meant', async (t) => {
  const isOrdinary = ({ scope: of, interface: on, seen }: Exchange) => of === undefined && on === undefined && !seen;
  const some = inTime(siteBatches({ exchanges: story(0).filter((one) => !isOrdinary(one)) }));
  const others = inTime(siteBatches({ agent: 'agent-2', exchanges: story(0).filter(isOrdinary) }));
  const together = [...some, ...others].sort((a, b) => a.receivedAt - b.receivedAt);
  const expected = essence(feed([...prelude(YAML, AGENTS), ...together]));
  t.strictSame(essence(feed([...prelude(YAML, AGENTS), ...some, ...received(others)])), expected, 'in order');
  t.strictSame(
    essence(feed([...prelude(YAML, AGENTS), ...some, ...received([...others].reverse())])),
    expected,
    'backwards',
  );
});

t.test('a snapshot anywhere, through JSON, and the rest: the same changes to the byte', async (t) => {
  const log = [...prelude(YAML, AGENTS), ...entries];
  const whole = feed(log);
  for (const cut of [4, 1100, 2100]) {
    const head = feed(log.slice(0, cut));
    const restored = createNotices(JSON.parse(JSON.stringify(head.notices.snapshot())));
    const tail = feed(log.slice(cut), restored, head.clocks);
    t.equal(JSON.stringify([...head.changes, ...tail.changes]), JSON.stringify(whole.changes), `cut after ${cut}`);
    t.equal(JSON.stringify(tail.notices.snapshot()), JSON.stringify(whole.notices.snapshot()), 'and the same snapshot');
  }
});

t.test('what cannot be placed is left out and counted', async (t) => {
  const [config] = prelude(YAML, []);
  const far = entries.slice(0, 3).map((entry) => ({ ...entry, receivedAt: unixMicros(START + 900e6) }));
  const { notices } = feed([...(config ? [config] : []), ...far]);
  t.equal(notices.view().counts.unplaced, 3, 'an epoch that was never measured, from a quarter of an hour ago');
});
