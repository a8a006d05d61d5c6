/** Servers that are in no group: found once, gone when unseen, and never one of ours by another name. */
import t from 'tap';
import { every, feed, inTime, PAIR, prelude, siteBatches } from './site-log.ts';

const on = { interface: 'eth0.20' };
const stranger = {
  source: '10.80.1.66',
  serverIdentifier: '10.80.1.66',
  mac: '02:00:5e:00:00:66',
  address: '10.80.1.150',
  routers: ['10.80.1.66'],
};
const told = (exchanges: Parameters<typeof siteBatches>[0]['exchanges'], yaml = PAIR) =>
  feed([...prelude(yaml), ...inTime(siteBatches({ exchanges }))]);

t.test('a rogue server that comes, stays and goes', async (t) => {
  const { texts, told: notices } = told([
    ...every(600, 0, 9000, (second) => ({ second })),
    ...every(600, 100, 3000, (second) => ({ second, ...on, seen: stranger })),
  ]);
  t.strictSame(texts, [
    'Site corsham: rogue server 10.80.1.66 (MAC 02:00:5e:00:00:66) offers 10.80.1.150 of 10.80.1.0/24, router 10.80.1.66',
    'Site corsham: rogue server 10.80.1.66 is no longer seen',
  ]);
  t.match(notices, [
    { kind: 'rogue', group: 'corsham-dhcp', site: 'corsham', server: null, to: 'answering' },
    { to: 'unseen' },
  ]);
});

t.test('one that answers what was asked of another', async (t) => {
  const { texts } = told([{ second: 1, seen: { ...stranger, mac: null, expected: false } }]);
  t.strictSame(texts, ['Site corsham: rogue server 10.80.1.66 offers 10.80.1.150 of 10.80.1.0/24, router 10.80.1.66']);
});

t.test('ours are no strangers', async (t) => {
  const ours = [
    { second: 1, ...on, seen: { source: '10.80.1.1', serverIdentifier: '10.77.1.2' } },
    { second: 2, seen: { source: '10.77.1.77', serverIdentifier: '10.77.2.2', expected: false } },
  ];
  t.strictSame(told(ours).texts, [], 'by identifier, whatever the packet came from');
  const allowed = `${PAIR}allow_servers: [10.80.1.64/26]\n`;
  t.strictSame(told([{ second: 1, ...on, seen: stranger }], allowed).texts, [], 'on the allow-list');
  const natted = [
    { second: 1, ...on, seen: { source: '10.80.1.1', serverIdentifier: '192.168.7.2' } },
    { second: 9, seen: { serverIdentifier: '192.168.7.2' } },
  ];
  const { texts, changes } = told(natted);
  t.strictSame(
    texts,
    [],
    'a server behind a NAT goes by what its expected answers say, also when that is learned later',
  );
  t.strictSame(
    changes.map(({ kind }) => kind),
    ['found', 'withdrawn'],
  );
});

t.test('one that is allowed later', async (t) => {
  const [later] = prelude(`${PAIR}allow_servers: [10.80.1.66]\n`, [], 60);
  const before = inTime(siteBatches({ exchanges: [{ second: 1, ...on, seen: stranger }] }));
  const after = inTime(siteBatches({ exchanges: [{ second: 90, ...on, seen: stranger }] }));
  const { texts, notices } = feed([...prelude(PAIR), ...before, ...(later ? [later] : []), ...after]);
  t.strictSame(texts.slice(1), ['Site corsham: server 10.80.1.66 is in the configuration now']);
  t.strictSame(notices.view().amiss, []);
});

t.test('no more than so many at a site', async (t) => {
  const exchanges = every(1, 0, 60, (second) => ({ second, ...on, seen: { serverIdentifier: `10.99.0.${second}` } }));
  const { texts, notices } = told(exchanges);
  t.equal(texts.length, 32);
  t.equal(notices.view().counts.shed, 28, 'the others are counted');
});
