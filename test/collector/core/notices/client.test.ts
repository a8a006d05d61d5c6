/** The way of a site's own clients: whose fault it is that they get no answer. */
import t from 'tap';
import { every, feed, inTime, PAIR, prelude, siteBatches } from './site-log.ts';

const on = { interface: 'eth0.20' };
const missing = (is: boolean) => is && ({ outcome: 'dropped' } as const);
const told = (exchanges: Parameters<typeof siteBatches>[0]['exchanges']) =>
  feed([...prelude(PAIR), ...inTime(siteBatches({ exchanges }))]);

t.test('servers answer direct probes: the relay’s fault', async (t) => {
  const { texts, told: notices } = told([
    ...every(1, 0, 400, (second) => ({ second })),
    ...every(10, 0, 400, (second) => ({ second: second + 0.5, ...on, ...missing(second >= 100 && second < 250) })),
  ]);
  t.strictSame(texts, [
    "Site corsham: clients on eth0.20 get no answer though the servers answer direct probes: the relay's fault",
    'Site corsham: clients on eth0.20 are answered again',
  ]);
  t.match(notices, [
    { kind: 'relay', from: 'serving', to: 'non-serving' },
    { kind: 'relay', to: 'serving' },
  ]);
  t.match(notices[0]?.evidence, /^3 exchanges in a row unanswered over 20 s, while primary answered/);
});

t.test('servers do not answer either: told, and the relay is not blamed until they do', async (t) => {
  const { texts, told: notices } = told([
    ...every(1, 0, 600, (second) => ({ second, ...missing(second >= 100 && second < 300) })),
    ...every(10, 0, 600, (second) => ({ second: second + 0.5, ...on, ...missing(second >= 100 && second < 500) })),
  ]);
  t.strictSame(texts, [
    'Site corsham: clients on eth0.20 get no answer, and direct probes get none either',
    "Site corsham: clients on eth0.20 get no answer though the servers answer direct probes: the relay's fault",
    'Site corsham: clients on eth0.20 are answered again',
  ]);
  t.strictSame(
    notices.map(({ kind }) => kind),
    ['client', 'relay', 'relay'],
  );
});

t.test('a site without direct probes still tells of its clients, after a while', async (t) => {
  const exchanges = every(10, 0, 400, (second) => ({ second, ...on, ...missing(second >= 100) }));
  const { texts, notices } = told(exchanges);
  t.strictSame(texts, ['Site corsham: clients on eth0.20 get no answer, and direct probes get none either']);
  t.match(notices.view().clients, [{ site: 'corsham', name: 'eth0.20', state: 'non-serving' }]);
});
