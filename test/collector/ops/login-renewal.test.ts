/** A login over its life, against a real collector: renewed in its last third by whatever comes next, kept if that fails, and over at its end. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { currentLogin } from '../../../collector/ops/login-renewal.ts';
import { Logins, termOf } from '../../../collector/ops/logins.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { startEnrolled } from '../enrolled-process.ts';

const DAY_US = 86_400e6;

t.test('a login over its life', async (t) => {
  const collector = await startEnrolled(t);
  const { address } = collector.process;
  const logins = new Logins({ XDG_CONFIG_HOME: `${collector.folder}/home-anna` });
  const first = await logins.of(address);
  if (first === null) throw new Error('the login is not stored');
  const { from, until } = termOf(first);
  t.equal(Math.round((until - from) / DAY_US), 30);
  const after = (days: number) => unixMicros(from + days * DAY_US);

  t.strictSame(await currentLogin(logins, address, after(19)), first, 'as it is for twenty days');
  const renewed = await currentLogin(logins, address, after(21));
  t.not(renewed?.key, first.key, 'another key');
  t.not(renewed?.chain[0], first.chain[0], 'and another certificate');
  t.strictSame(await logins.of(address), renewed, 'which stand in the file');
  t.equal((await collector.as('anna', 'whoami')).code, 0, 'and are taken');

  collector.process.kill('SIGKILL');
  await collector.process.ended;
  t.strictSame(await currentLogin(logins, address, after(21)), renewed, 'one that cannot be renewed now is good still');
  await t.rejects(currentLogin(logins, address, after(31)), {
    name: 'OpsError',
    message:
      /has expired; an admin makes a new token \(dorawatch people invite anna --role admin\), then: dorawatch login/,
  });
  t.match(readFileSync(`${collector.folder}/state/access/journal.jsonl`, 'utf8'), /"act":"person-renewed"/);
});
