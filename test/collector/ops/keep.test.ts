/**
 * `dorawatch keep` with real processes: an incident's raw results are kept, the collector is started anew, retention takes what
 * has had its time, and `export` still prints the incident, exchange for exchange, and nothing of the hours around it. Retention
 * itself runs on the closed collector's state with a clock two days on: the least that can be configured is an hour.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { rfc3339 } from '../../../collector/core/answers/clock-text.ts';
import { RETENTION_DEFAULTS } from '../../../collector/core/config/collector-config.ts';
import { openInbox } from '../../../collector/io/inbox.ts';
import { startKeeping } from '../../../collector/io/keeping.ts';
import { startLogFold } from '../../../collector/io/log-fold.ts';
import { createSnapshotStore } from '../../../collector/io/snapshot-store.ts';
import { milliseconds, unixMicros } from '../../../shared/core/units.ts';
import { createClock } from '../../../shared/io/clock.ts';
import { createLogger } from '../../../shared/io/logger.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { type CollectorProcess, type Ran, run, startCollectorProcess } from '../programs.ts';

const CONFIG = hotStandby('corsham');
const DAY_US = 86_400e6;
const HOUR_US = 3600e6;
const SECONDS = 60;
/** The hours before, the incident in the middle one; further apart than a clock that nobody has measured is allowed for. */
const [BEFORE, DURING, AFTER] = [4, 2, 0].map(
  (hours) => Math.floor(createClock().wall() / 1e6 - SECONDS - 10) * 1e6 - hours * HOUR_US,
) as [number, number, number];
const typed = (us: number): string => rfc3339(unixMicros(us));
/** A start of the agent each; the primary dies in the incident and comes back in it. */
const RUNS = [BEFORE, DURING, AFTER].map((anchorUs, index) => ({
  anchorUs,
  epoch: index + 1,
  made: batches({
    anchorUs,
    seconds: SECONDS,
    answers: (server, second) => server === 0 && (anchorUs !== DURING || second < 15 || second > 40),
  }).map((batch) => ({ ...batch, epoch: index + 1 })),
}));
const INCIDENT = ['--since', typed(DURING + 10e6), '--until', typed(DURING + 50e6)];
const ALL = ['--since', typed(BEFORE)];

const asked = (collector: CollectorProcess, ...args: string[]): Promise<Ran> =>
  run('collector/ops/main.ts', [...args, '--collector', collector.address]);

/** What `export --json` prints of a period, a string an exchange. */
async function exported(collector: CollectorProcess, ...period: string[]): Promise<string[]> {
  const { stdout } = await asked(collector, 'export', ...period, '--json');
  return stdout.split('\n').filter((line) => line !== '');
}

/** Runs retention once on a state that no collector has open. @returns raw records removed, and those that were there */
async function retain(state: string, laterUs: number): Promise<{ removed: number; records: number }> {
  const clock = { ...createClock(), wall: () => unixMicros(createClock().wall() + laterUs) };
  const logger = createLogger('test', 'silent');
  const inbox = await openInbox(join(state, 'log'));
  const foundation = createSnapshotStore(state, 'foundation');
  const fold = await startLogFold({ inbox, store: createSnapshotStore(state), foundation, clock, logger });
  const retention = () => ({ ...RETENTION_DEFAULTS, rawMs: milliseconds(DAY_US / 1000) });
  const keeping = await startKeeping({ inbox, fold, foundation, state, clock, logger, retention });
  await fold.folded(inbox.next - 1);
  await keeping.rollups.through(inbox.next);
  const { records } = inbox.size;
  const removed = await keeping.retention.run();
  await keeping.close();
  await fold.close();
  await inbox.close();
  return { removed, records };
}

async function stopped(collector: CollectorProcess): Promise<number | null> {
  collector.kill('SIGTERM');
  return (await collector.ended).code;
}

t.test('what is kept outlives a restart and retention, and nothing else of its age does', async (t) => {
  const directory = t.testdir();
  const [config, state] = [join(directory, 'collector.yaml'), join(directory, 'state')];
  writeFileSync(config, CONFIG);
  const start = async (): Promise<CollectorProcess> => {
    const collector = await startCollectorProcess(config, state);
    t.teardown(() => collector.kill('SIGKILL'));
    return collector;
  };
  const first = await start();
  for (const { made, ...hello } of RUNS) {
    const agent = new FakeAgent(first.address, hello);
    t.teardown(() => agent.close());
    await agent.assignment();
    await agent.send(made);
    agent.close();
  }
  const [whole, incident] = [await exported(first, ...ALL), await exported(first, ...INCIDENT)];
  t.equal(whole.length, RUNS.length * SECONDS * 20);
  t.equal(incident.length, 40 * 20);
  const kept = JSON.parse((await asked(first, 'keep', ...INCIDENT, '--actor', 'ada', '--json')).stdout);
  t.match(kept, { since: INCIDENT[1], until: INCIDENT[3] });
  t.ok(kept.batches >= 40 && kept.batches <= 50, `${kept.batches} batches`);
  const [line] = (await asked(first, 'audit', '--json')).stdout.split('\n');
  t.match(
    JSON.parse(line ?? ''),
    { who: 'local', actor: 'ada', act: 'kept', from: '127.0.0.1' },
    'also where nobody is asked',
  );
  const words = await asked(first, 'keep', ...INCIDENT);
  t.match(words.stdout, /^Kept for ever: .+ to .+ \(UTC\), \d+ batches, \d+ kB so far\.\n$/);
  t.equal(await stopped(first), 0);

  const second = await start();
  t.strictSame(await exported(second, ...INCIDENT), incident, 'a restart changes nothing');
  const events = (await asked(second, 'events', ...ALL, '--json')).stdout;
  t.match(events, /Primary stops serving leases/);
  t.equal(await stopped(second), 0);
  t.equal((await retain(state, DAY_US / 2)).removed, 0, 'what is younger stays');
  const { removed, records } = await retain(state, 2 * DAY_US);
  t.comment(`${removed} of ${records} records removed`);
  t.ok(removed >= 2 * SECONDS, 'two runs of three went');

  const third = await start();
  t.strictSame(await exported(third, ...INCIDENT), incident, 'the incident is there, exchange for exchange');
  const left = await exported(third, ...ALL);
  const own = (line: string): boolean => JSON.parse(line).epoch === 2;
  t.strictSame(left, whole.filter(own), 'of the others nothing is');
  t.equal((await asked(third, 'events', ...ALL, '--json')).stdout, events, 'findings stay as they were');
  const again = JSON.parse((await asked(third, 'keep', ...INCIDENT, '--json')).stdout);
  t.strictSame(again, kept, 'the batches that were kept are those that are there');
  t.equal(await stopped(third), 0);
});

t.test('wrong arguments are 2, and the message says what would be right', async (t) => {
  const directory = t.testdir({ 'collector.yaml': CONFIG });
  const collector = await startCollectorProcess(join(directory, 'collector.yaml'), join(directory, 'state'));
  t.teardown(() => collector.kill('SIGKILL'));
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--since', typed(BEFORE)], /keep needs --since and --until/],
    [['--until', typed(BEFORE)], /keep needs --since and --until/],
    [['--since', 'noon', '--until', typed(AFTER)], /"noon" is not a time; expected RFC 3339/],
    [['--since', typed(AFTER), '--until', typed(BEFORE)], /the period ends before it begins/],
    [['--since', typed(AFTER), '--until', typed(AFTER)], /the period ends before it begins/],
    [[...INCIDENT, '--actor', 'a'.repeat(10_000)], /actor has at most \d+ characters/],
    [[...INCIDENT, '--group', 'corsham-dhcp'], /unknown option '--group'/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await asked(collector, 'keep', ...args);
    t.equal(code, 2, args.join(' ').slice(0, 60));
    t.match(stderr, message);
    t.equal(stdout, '');
  }
  const none = await asked(collector, 'keep', ...INCIDENT);
  t.match(none.stdout, /but nothing of it is stored/, 'a period of which nothing is there is kept all the same');
});
