/** What answers ought to hold, and what they do. */
import t from 'tap';
import { every, feed, inTime, PAIR, prelude, siteBatches } from './site-log.ts';

const EXPECT = PAIR.replace(
  '{ name: corsham }',
  `{ name: corsham, expect: { subnet: 10.80.1.0/24, lease_time: 30m, routers: [10.80.1.1], name_servers: [10.0.0.53, 10.0.0.54],
      domain: corsham.example, next_server: 10.0.0.9 } }`,
);
const right = {
  address: '10.80.1.20',
  leaseSeconds: 1800,
  routers: ['10.80.1.1'],
  nameServers: ['10.0.0.54', '10.0.0.53'],
  domain: 'corsham.example',
  nextServer: '10.0.0.9',
};
const told = (exchanges: Parameters<typeof siteBatches>[0]['exchanges'], yaml = EXPECT) =>
  feed([...prelude(yaml), ...inTime(siteBatches({ exchanges }))]);

t.test('each field that is wrong is a finding', async (t) => {
  const wrong = {
    address: '10.80.2.20',
    leaseSeconds: 600,
    routers: ['10.80.1.254'],
    nameServers: [],
    domain: null,
    nextServer: '10.0.0.8',
  };
  const { texts } = told([
    { second: 1, seen: right },
    { second: 60, seen: wrong },
  ]);
  t.strictSame([...texts].sort(), [
    "Site corsham: primary's answers give leases of 600 s, expected at least 1800 s",
    "Site corsham: primary's answers name next server 10.0.0.8, expected 10.0.0.9",
    "Site corsham: primary's answers name no domain, expected corsham.example",
    "Site corsham: primary's answers name no name server, expected 10.0.0.53, 10.0.0.54",
    "Site corsham: primary's answers name router 10.80.1.254, expected 10.80.1.1",
    "Site corsham: primary's answers offer addresses of 10.80.2.0/24, expected 10.80.1.0/24",
  ]);
});

t.test('and is over when it stays right; turns are one episode', async (t) => {
  const seen = (second: number) => ({
    ...right,
    ...(second % 60 === 30 && second < 400 && { routers: ['10.80.1.254'] }),
  });
  const { told: notices, notices: fold } = told(every(30, 0, 900, (second) => ({ second, seen: seen(second) })));
  t.strictSame(
    notices.map(({ from, to }) => [from, to]),
    [
      ['as expected', 'name router 10.80.1.254, expected 10.80.1.1'],
      ['name router 10.80.1.254, expected 10.80.1.1', 'as expected'],
    ],
  );
  t.equal(notices[1]?.text, "Site corsham: primary's answers are as expected again (routers)");
  t.strictSame(fold.view().amiss, []);
});

t.test('clients’ own way is held to it too, by who answered; a rogue is not', async (t) => {
  const on = { interface: 'eth0.20' };
  const byRelay = { ...right, source: '10.80.1.1', routers: [] as string[] };
  const { texts } = told([
    { second: 1, ...on, seen: { ...byRelay, serverIdentifier: '10.77.2.2' } },
    { second: 2, ...on, seen: { ...byRelay, serverIdentifier: '10.9.9.9' } },
  ]);
  t.strictSame(
    texts.filter((text) => !text.includes('rogue')),
    ["Site corsham: standby's answers name no router, expected 10.80.1.1"],
  );
});

t.test('a backlog is held to what was expected then', async (t) => {
  const [later] = prelude(EXPECT.replace('routers: [10.80.1.1]', 'routers: [10.80.1.254]'), [], 600);
  const batch = inTime(siteBatches({ exchanges: [{ second: 60, seen: right }] }));
  const { texts } = feed([...prelude(EXPECT), ...(later ? [later] : []), ...batch]);
  t.strictSame(texts, []);
});
