/** What configurations say that notices are judged by. */
import t from 'tap';
import { isHome, rulesOf } from '../../../../collector/core/notices/rules.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import { hotStandby } from '../../hot-standby.ts';

t.test('a site that names its group is judged by that group’s answers, others by any', async (t) => {
  const verdict = judgeConfigText(
    hotStandby('corsham', 'leeds').replace('{ name: corsham }', '{ name: corsham, group: corsham-dhcp }'),
  );
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.mistakes));
  const rules = rulesOf(verdict.config, 0);
  t.equal(isHome(rules, 'corsham', 'corsham-dhcp'), true);
  t.equal(isHome(rules, 'corsham', 'leeds-dhcp'), false);
  t.equal(isHome(rules, 'leeds', 'leeds-dhcp'), true);
  t.equal(
    isHome({ from: 0, known: [], servers: [], expect: {} }, 'corsham', 'any'),
    true,
    'rules of earlier snapshots',
  );
});
