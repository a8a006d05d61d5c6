/** Scopes that are not served though a server serves: told, ended, and never mistaken for a server that is not serving. */
import t from 'tap';
import { createReadModel } from '../../../../collector/core/answers/read-model.ts';
import { every, feed, inTime, PAIR, prelude, siteBatches } from './site-log.ts';

const scope = '10.80.1.0/24';
const ordinary = (second: number) => ({ second });
const sweep = (unserved: (second: number) => boolean) => (second: number) => ({
  second: second + 0.5,
  scope,
  ...(unserved(second) && { outcome: 'dropped' as const }),
});

t.test('a full pool is the scope’s, and is over when it answers again', async (t) => {
  const exchanges = [
    ...every(1, 0, 200, ordinary),
    ...every(
      5,
      0,
      200,
      sweep((s) => s >= 60 && s < 130),
    ),
  ];
  const { told, notices } = feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges }))]);
  t.strictSame(
    told.map(({ kind, to, text, reason }) => [kind, to, reason, text]),
    [
      [
        'scope',
        'non-serving',
        'no-offer',
        'Site corsham: scope 10.80.1.0/24 is not served though primary serves (no OFFER: the pool is exhausted, or the subnet missing)',
      ],
      ['scope', 'serving', 'answered', 'Site corsham: scope 10.80.1.0/24 is served again'],
    ],
  );
  const seconds = told.map(({ earliest, latest }) => [
    (earliest - 1_772_364_966_000_000) / 1e6,
    (latest - 1_772_364_966_000_000) / 1e6,
  ]);
  t.strictSame(
    seconds,
    [
      [55.5, 60.5],
      [125.5, 130.5],
    ],
    'between the last of one and the first of the other',
  );
  const [view] = notices.view().scopes;
  t.match(view, { group: 'corsham-dhcp', site: 'corsham', name: scope, state: 'serving', exchanges: 40, answered: 26 });
});

t.test('while it lasts it stands in the view', async (t) => {
  const exchanges = [
    ...every(1, 0, 120, ordinary),
    ...every(
      5,
      0,
      120,
      sweep((s) => s >= 60),
    ),
  ];
  const view = feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges }))]).notices.view();
  t.match(view.scopes, [{ state: 'non-serving', reason: 'no-offer' }]);
  t.match(view.amiss, [{ kind: 'scope', scope, site: 'corsham' }]);
});

t.test('a server that is not serving says nothing of its scopes', async (t) => {
  const dead = (second: number) => second >= 60 && second < 130;
  const exchanges = [
    ...every(1, 0, 200, (second) => ({ second, ...(dead(second) && { outcome: 'dropped' as const }) })),
    ...every(1, 0, 200, sweep(dead)),
  ];
  t.strictSame(feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges }))]).texts, []);
});

t.test('answered by any server it is served', async (t) => {
  const exchanges = [
    ...every(1, 0, 200, ordinary),
    ...every(1, 0, 200, (second) => ({ second, server: 'standby' })),
    ...every(
      4,
      0,
      200,
      sweep(() => false),
    ),
    ...every(4, 0, 200, (second) => ({ second: second + 0.7, server: 'standby', scope, outcome: 'dropped' as const })),
  ];
  t.strictSame(feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges }))]).texts, []);
});

t.test('losses alone are no fault of a scope, and a run after losses must be longer', async (t) => {
  const lossy = (second: number) => second % 10 === 0 || second % 15 === 0;
  const exchanges = [...every(1, 0, 600, ordinary), ...every(5, 0, 600, sweep(lossy))];
  t.strictSame(feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges }))]).texts, [], 'two of three lost');
  const short = [
    ...every(1, 0, 600, ordinary),
    ...every(
      5,
      0,
      600,
      sweep((s) => s % 10 === 0 || (s > 500 && s < 525)),
    ),
  ];
  t.strictSame(
    feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges: short }))]).texts,
    [],
    'five in a row of half lost',
  );
});

t.test('NAK and OFFER without ACK have their own words, and need a server that ACKs', async (t) => {
  const exchanges = [
    ...every(1, 0, 120, ordinary),
    ...every(5, 0, 120, (second) => ({ second, scope, outcome: 'naked' as const, stage: 'ack' as const })),
  ];
  const { told } = feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges }))]);
  t.match(told, [{ reason: 'nak', from: null, to: 'non-serving' }]);
  const stuck = [
    ...every(1, 0, 120, (second) => ({ second, outcome: 'dropped' as const, stage: 'ack' as const })),
    ...every(5, 0, 120, (second) => ({ second, scope, outcome: 'dropped' as const, stage: 'ack' as const })),
  ];
  t.strictSame(
    feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges: stuck }))]).texts,
    [],
    'no ACK anywhere is the server’s',
  );
});

t.test('an address of another subnet is a notice of its own', async (t) => {
  const seen = (second: number) => (second < 100 || second > 200 ? {} : { address: '10.80.2.9' });
  const exchanges = every(20, 0, 400, (second) => ({ second, scope, seen: seen(second) }));
  const { texts, told } = feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges }))]);
  t.strictSame(texts, [
    'Site corsham: scope 10.80.1.0/24 is offered from 10.80.2.0/24 by primary',
    'Site corsham: scope 10.80.1.0/24 is offered from itself by primary again',
  ]);
  t.match(told, [{ kind: 'scope', reason: 'elsewhere' }, { kind: 'scope' }]);
});

t.test('but not where the site lists that subnet as well: a shared network gives of either', async (t) => {
  const yaml = PAIR.replace('{ name: corsham }', '{ name: corsham, subnets: [10.80.1.0/24, 10.80.2.0/24] }');
  const exchanges = every(20, 0, 400, (second) => ({
    second,
    scope,
    seen: second % 40 === 0 ? {} : { address: '10.80.2.9' },
  }));
  t.strictSame(feed([...prelude(yaml), ...inTime(siteBatches({ exchanges }))]).texts, []);
});

t.test('no verdict hears of it: the same log with and without its sweeps', async (t) => {
  const own = every(1, 0, 200, (second) => ({
    second,
    ...(second > 90 && second < 120 && { outcome: 'dropped' as const }),
  }));
  const swept = [
    ...own,
    ...every(
      1,
      0,
      200,
      sweep(() => true),
    ),
    ...every(1, 0, 200, (second) => ({ second, interface: 'eth0', outcome: 'dropped' as const })),
  ];
  const transitions = (exchanges: typeof own) => {
    const model = createReadModel(null);
    [...prelude(PAIR), ...inTime(siteBatches({ exchanges }))].forEach((entry, i) => void model.apply(i + 1, entry));
    return model.timeline.rows().filter(({ kind }) => !['scope', 'client', 'relay'].includes(kind));
  };
  const without = transitions(own);
  t.ok(
    without.some(({ to }) => to === 'non-serving'),
    'there is something to tell',
  );
  // A batch's clock error is that of its first row, so moments may differ by microseconds.
  const essence = (rows: typeof without) => rows.map(({ kind, to, at }) => [kind, to, Math.floor(at / 1e4)]);
  t.strictSame(essence(transitions(swept)), essence(without));
});
