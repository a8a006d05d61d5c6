/** Who answers as whom: one finding for one change, over all sites; taking turns is one finding as well. */
import t from 'tap';
import { every, feed, inTime, PAIR, prelude, START, siteBatches } from './site-log.ts';

const as = (serverIdentifier: string, source = '10.77.1.2') => ({ serverIdentifier, source });
const told = (...logs: Parameters<typeof siteBatches>[0][]) => {
  const agents = logs.map(({ agent = 'agent-1' }) => agent);
  const entries = logs.flatMap((log) => inTime(siteBatches(log))).sort((a, b) => a.receivedAt - b.receivedAt);
  return feed([...prelude(PAIR, agents), ...entries]);
};

t.test('a server behind a balancer that is replaced', async (t) => {
  const exchanges = [
    ...every(1, 0, 700, (second) => ({ second })),
    { second: 0.5, seen: as('10.0.3.9') },
    { second: 600.5, seen: as('10.0.3.9') },
    { second: 650.2, seen: as('10.0.3.17') },
  ];
  const { told: notices, notices: fold } = told({ exchanges });
  t.strictSame(
    notices.map(({ text, from, to, server }) => [text, from, to, server]),
    [['Primary now answers as 10.0.3.17, was 10.0.3.9', '10.0.3.9', '10.0.3.17', 'primary']],
  );
  const [one] = notices;
  t.equal(((one?.latest ?? 0) - START) / 1e6, 650.2);
  t.ok(((one?.earliest ?? 0) - START) / 1e6 >= 630, 'what was answered until then was as it had been');
  t.strictSame(fold.view().answersAs('corsham-dhcp', 'primary'), ['10.0.3.17']);
});

t.test('sites that go over one by one are one finding, with their number', async (t) => {
  const one = (seconds: readonly number[], ids: readonly string[]) =>
    seconds.map((second, i) => ({ second, seen: as(ids[i] ?? '') }));
  const { told: notices } = told(
    { exchanges: one([0, 300, 601], ['10.0.3.9', '10.0.3.17', '10.0.3.17']) },
    { site: 'leeds', agent: 'agent-2', exchanges: one([1, 305, 420], ['10.0.3.9', '10.0.3.9', '10.0.3.17']) },
  );
  t.strictSame(
    notices.map(({ text, evidence }) => [text, evidence]),
    [['Primary now answers as 10.0.3.17, was 10.0.3.9', 'seen at 2 sites']],
  );
});

t.test('two that answer in turn are one finding, whoever sees which', async (t) => {
  const exchanges = every(60, 0, 7200, (second) => ({
    second,
    seen: as(second % 120 === 0 ? '10.0.3.9' : '10.0.3.17'),
  }));
  const { texts } = told({ exchanges });
  t.strictSame(texts, ['Primary answers as 2 identifiers, 10.0.3.17 and 10.0.3.9, was 10.0.3.9']);
  const bySite = told(
    { exchanges: every(600, 0, 7200, (second) => ({ second, seen: as('10.0.3.9') })) },
    {
      site: 'leeds',
      agent: 'agent-2',
      exchanges: every(600, 1, 7200, (second) => ({ second, seen: as('10.0.3.17') })),
    },
  );
  t.strictSame(bySite.texts, ['Primary answers as 2 identifiers, 10.0.3.17 and 10.0.3.9, was 10.0.3.9']);
});

t.test('another source with the same identifier', async (t) => {
  const exchanges = [
    { second: 0, seen: as('10.0.3.9', '10.77.1.2') },
    { second: 60, seen: as('10.0.3.9', '10.77.1.3') },
  ];
  t.strictSame(told({ exchanges }).texts, ['Primary now answers from 10.77.1.3, was 10.77.1.2']);
});

t.test('the first that is heard is no change, and neither is what was not asked for', async (t) => {
  const exchanges = [
    { second: 0, seen: as('10.0.3.9') },
    { second: 5, seen: { ...as('10.77.2.2'), expected: false } },
    { second: 6, scope: '10.80.1.0/24', seen: as('10.0.3.10') },
  ];
  t.strictSame(told({ exchanges }).texts, []);
});
