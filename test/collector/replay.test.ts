/**
 * `dorawatch-collector replay` against logs that a real collector wrote: the same settings give the record back, others give what
 * they would have given, and a running collector is in the way and says so.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openInbox } from '../../collector/io/inbox.ts';
import { batches, FakeAgent } from './fake-agent.ts';
import { type Ran, run, startCollectorProcess } from './programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = `${root}deploy/hot-standby.yaml`;
const seconds = 60;
const anchorUs = Math.floor(Date.now() / 1000 - seconds - 5) * 1e6;

t.test('a log folded again', async (t) => {
  const folder = t.testdir();
  const state = `${folder}/state`;
  let collector = await startCollectorProcess(example, state);
  t.teardown(() => collector.kill('SIGKILL'));
  const agent = new FakeAgent(collector.address, { anchorUs });
  t.teardown(() => agent.close());
  await agent.assignment();
  // The primary stops for good after 20 s, the standby takes over after 30 s; one short stall of the primary before.
  const stalled = (second: number): boolean => second === 10;
  const answers = (server: number, second: number): boolean =>
    server === 0 ? second < 20 && !stalled(second) : second >= 30;
  await agent.send(batches({ anchorUs, seconds, answers }));

  const replayed = (...more: string[]): Promise<Ran> => run('collector/main.ts', ['replay', '--state', state, ...more]);
  const locked = await replayed();
  t.equal(locked.code, 1);
  t.match(locked.stderr, /in use by another process; stop the collector, or copy/, 'a running collector holds the log');

  agent.close();
  collector.kill('SIGKILL');
  await collector.ended;
  // After a kill there is no read model yet: nothing is on record.
  t.match((await replayed()).stdout, /nothing is on record/);

  collector = await startCollectorProcess(example, state);
  collector.kill('SIGTERM');
  t.equal((await collector.ended).code, 0);
  const before = readFileSync(`${state}/read-model.json`, 'utf8');

  const same = await replayed('--exit-code');
  t.equal(same.code, 0, same.stderr);
  t.match(same.stdout, /Folded \d+ entries received from/);
  t.match(same.stdout, /Primary stops serving leases/);
  t.match(same.stdout, /Failover from primary to standby/);
  t.match(same.stdout, /All \d+ findings are as they are on record\./);

  const other = `${folder}/other.yaml`;
  const yaml = readFileSync(example, 'utf8');
  writeFileSync(
    other,
    /^detect:/m.test(yaml)
      ? yaml.replace(/^detect:.*$/m, 'detect: { fall: 40, rise: 2 }')
      : `${yaml}\ndetect: { fall: 40, rise: 2 }\n`,
  );
  const tried = await replayed('--config', other, '--json', '--exit-code');
  t.equal(tried.code, 3, 'something differs');
  const { log, rows, differences } = JSON.parse(tried.stdout);
  t.match(log, { raw_since: null, since: /Z$/ });
  t.ok(rows.some((row: { text: string }) => /Primary stops/.test(row.text)));
  const told = differences.moved.find(
    (one: { after: { server: string; to: string } }) =>
      one.after.server === 'primary' && one.after.to === 'non-serving',
  );
  t.ok(told?.detected_by_ms > 0, 'with fall 40 it is told later than with the one on record');

  t.equal(readFileSync(`${state}/read-model.json`, 'utf8'), before, 'the record is not touched');
  cpSync(state, `${folder}/copy`, { recursive: true });
  t.equal(
    (await run('collector/main.ts', ['replay', '--state', `${folder}/copy`])).stdout,
    same.stdout,
    'a copy says the same',
  );

  const inbox = await openInbox(`${folder}/copy/log`);
  // Forty seconds of batches gone, and with them the stop that is on record.
  await inbox.prune(43, new AbortController().signal);
  await inbox.close();
  const printed = await run('collector/main.ts', ['replay', '--state', `${folder}/copy`, '--json']);
  const shortened = JSON.parse(printed.stdout);
  t.match(shortened.log.raw_since, /Z$/, 'it says from when the log reaches');
  t.same(shortened.differences.gone, [], 'what it cannot show is not called gone');
  t.ok(shortened.differences.beyond > 0);
});

t.test('bad arguments', async (t) => {
  const none = await run('collector/main.ts', ['replay', '--state', `${t.testdir()}/nowhere`]);
  t.match(none, { code: 1, stderr: /there is no collector's log in .*nowhere\/log/ });
  t.equal((await run('collector/main.ts', ['replay'])).code, 2);
  const help = await run('collector/main.ts', ['replay', '--help']);
  t.match(help, { code: 0, stdout: /Examples:/ });
});
