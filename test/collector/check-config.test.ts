/** `check-config` as a process: what it prints and its exit codes. */
import t from 'tap';
import { hotStandby } from './hot-standby.ts';
import { run } from './programs.ts';

t.test('what a file means, what a change means, and mistakes in either file', async (t) => {
  const swept = hotStandby('corsham', 'leeds').replace('{ name: leeds }', '{ name: leeds, subnets: [10.80.1.0/24] }');
  const folder = t.testdir({
    'old.yaml': hotStandby('corsham'),
    'new.yaml': `${swept}probe: { rate: 1/min }`,
    'same.yaml': `# a remark\n${hotStandby('corsham')}`,
    'bad.yaml': hotStandby('corsham').replace('hot-standby', 'hot-stanby'),
  });
  const check = (...args: string[]) =>
    run('collector/main.ts', ['check-config', ...args.map((arg) => arg.replace(/^\//, `${folder}/`))]);
  const [meaning, change, same, bad, badOld, none, missing] = await Promise.all([
    check('/new.yaml'),
    check('/new.yaml', '--diff', '/old.yaml'),
    check('--config', '/same.yaml', '--diff', '/old.yaml'),
    check('/bad.yaml'),
    check('/new.yaml', '--diff', '/bad.yaml'),
    check(),
    check('/new.yaml', '--diff', '/nowhere.yaml'),
  ]);
  t.equal(meaning.code, 0, meaning.stderr);
  t.match(meaning.stdout, /new\.yaml has no mistakes\.[\s\S]*│ primary *│ 10\.77\.1\.2 │ primary │ 0\.017 /);
  t.match(meaning.stdout, /│ leeds +│ corsham-dhcp │ 1 +│ do +│/);
  t.match(
    change.stdout,
    /│ all servers +│ +│ 20 → 0\.033 +│[\s\S]*\n\+ site leeds\n\+ subnet 10\.80\.1\.0\/24 of site leeds\nAgents of 2 of 2 sites/,
  );
  t.equal(change.code, 0);
  t.match(same, { code: 0, stdout: /:\n\nNothing changes for agents\.\nThe two files mean the same\.\n$/ });
  t.match(bad, { code: 1, stdout: /bad\.yaml:4:11: groups\[0\]\.mode: "hot-stanby" is not known/ });
  t.match(badOld, { code: 1, stdout: /bad\.yaml:4:11/ });
  t.match(none, { code: 2, stderr: /check-config needs a file/ });
  t.match(missing, { code: 1, stderr: /nowhere\.yaml: there is no such file/ });
});
