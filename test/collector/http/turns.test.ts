import { setImmediate as nextRound } from 'node:timers/promises';
import t from 'tap';
import { Turns } from '../../../collector/http/turns.ts';

t.test('what else there is to do is done between two answers, however many ask at once', async (t) => {
  const turns = new Turns<number>();
  const order: string[] = [];
  const asked = [1, 2, 3].map((question) =>
    turns.ask(String(question), async () => {
      order.push(`answer ${question}`);
      return question;
    }),
  );
  let isDone = false;
  const ingest = (): void => {
    order.push('batch');
    if (!isDone) setImmediate(ingest);
  };
  setImmediate(ingest);
  t.strictSame(await Promise.all(asked), [1, 2, 3]);
  isDone = true;
  const answers = order.flatMap((what, at) => (what === 'batch' ? [] : [at]));
  t.strictSame(
    answers.map((at) => order[at]),
    ['answer 1', 'answer 2', 'answer 3'],
    'in the order in which they came',
  );
  for (const [index, at] of answers.slice(1).entries())
    t.ok(order.slice(answers[index], at).includes('batch'), `a batch is read before ${order[at]}`);
});

t.test('who asks what another waits for has its answer; who asks once it has begun has a newer one', async (t) => {
  const turns = new Turns<number>();
  let made = 0;
  const make = async (): Promise<number> => {
    made += 1;
    await nextRound();
    return made;
  };
  const first = turns.ask('status', make);
  const second = turns.ask('status', make);
  while (made === 0) await nextRound();
  const third = turns.ask('status', make);
  t.equal(await first, await second);
  t.not(await third, await first);
  t.equal(made, 2);
});

t.test('what changes something is done for each who asks', async (t) => {
  const turns = new Turns<number>();
  let marks = 0;
  const add = async (): Promise<number> => {
    marks += 1;
    return marks;
  };
  t.strictSame(await Promise.all([turns.ask(null, add), turns.ask(null, add)]), [1, 2]);
});

t.test('a question that cannot be answered is told to all who asked it, and holds nobody up', async (t) => {
  const turns = new Turns<number>();
  const fail = async (): Promise<number> => {
    throw new Error('no such group');
  };
  const failed = [turns.ask('report', fail), turns.ask('report', fail)];
  const next = turns.ask('status', async () => 1);
  for (const one of failed) await t.rejects(one, { message: 'no such group' });
  t.equal(await next, 1);
  await t.rejects(
    turns.ask('report', () => Promise.reject(new Error('again'))),
    { message: 'again' },
  );
});
