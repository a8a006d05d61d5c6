/**
 * The prober against a scripted server, in real processes and namespaces: a stalled loop invents no drop, SIGTERM finishes
 * what is in flight, and silence from the start stays at one DISCOVER a minute.
 */
import t, { type Test } from 'tap';
import { ABSENT, type ResultBatch } from '../../shared/core/batch.ts';
import { OUTCOMES } from '../../shared/core/outcome.ts';
import { pause } from '../lab/child.ts';
import { networkSkipReason, ProbeNetwork } from './probe-network.ts';

const skip = networkSkipReason();

/** All batches of a run as one story. */
function story(stdout: string) {
  const batches = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ResultBatch);
  const counts = batches.flatMap((batch) => batch.counts);
  const sum = (pick: (each: (typeof counts)[number]) => number): number =>
    counts.reduce((total, each) => total + pick(each), 0);
  const outcomes = batches.flatMap(({ results }) => results.outcome.map((code) => OUTCOMES[code]));
  const tally = Object.fromEntries(OUTCOMES.map((name) => [name, outcomes.filter((each) => each === name).length]));
  return { batches, sum, tally, rows: outcomes.length };
}

/** Runs a prober for so long and ends it by SIGTERM. */
async function runProber(network: ProbeNetwork, args: readonly string[], ms: number, signal?: NodeJS.Signals) {
  const child = network.run(network.agent, 'test/agent/prober-child.ts', args);
  await pause(ms / 2);
  if (signal !== undefined) child.kill(signal);
  await pause(ms / 2);
  const ended = await child.stop('SIGTERM', 10_000);
  return { ...story(ended.stdout), ended };
}

type Story = Awaited<ReturnType<typeof runProber>>;

/** What holds whatever happened. */
function holds(t: Test, { batches, sum, rows, ended }: Story): void {
  t.equal(ended.code, 0, ended.stderr);
  t.equal(
    sum(({ due }) => due),
    sum((each) => each.sent + each.unsentNoIdentity + each.unsentStalled + each.unsentSendError),
    'due = sent + unsent',
  );
  t.equal(
    rows,
    sum(({ sent }) => sent),
    'every DISCOVER that left has exactly one row',
  );
  t.same(
    batches.map(({ sequence }) => sequence),
    batches.map((_, index) => index + 1),
  );
  for (const [index, batch] of batches.entries())
    for (const later of batches.slice(index + 1))
      for (const sentUs of later.results.sentUs)
        if (sentUs < batch.completeThroughUs) t.fail(`sequence ${batch.sequence} was not complete`);
}

t.test('a loop that stalls for 5 s invents no drop', { skip }, async (t) => {
  for (const stamps of ['user', 'kernel'])
    await t.test(stamps, async (t) => {
      const network = new ProbeNetwork();
      t.teardown(() => network.close());
      // 150 ms an answer: some exchanges wait for their OFFER and some for their ACK when the loop stops.
      await network.serve('none', '150');
      const run = await runProber(network, [stamps, 'contacted', '2500', '5000'], 12_000);
      holds(t, run);
      t.match(run.ended.stderr, /stalled/, 'the stall did happen');
      t.equal(run.tally['dropped'], 0, 'no drop');
      t.ok((run.tally['unmeasured'] ?? 0) > 0, 'what nobody can judge is unmeasured');
      t.ok((run.tally['acked'] ?? 0) > 40);
      const stalled = run.sum(({ unsentStalled }) => unsentStalled);
      t.ok(stalled > 80 && stalled <= 110, `about 100 were missed, ${stalled} are counted`);
      t.ok(Math.max(...run.batches.map(({ loopDelayMaxUs }) => loopDelayMaxUs)) > 4e6, 'the batch says so');
    });
});

t.test('SIGTERM finishes exchanges in flight, RELEASE included', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none', '200');
  const run = await runProber(network, ['auto', 'contacted'], 4000, 'SIGUSR2');
  holds(t, run);
  t.equal(run.tally['acked'], run.rows, 'each was answered, those in flight at SIGTERM too');
  for (const { results } of run.batches) t.ok(results.released.every((released) => released === 1));
  t.equal(run.batches.at(-1)?.assignmentVersion, 2, 'an assignment in mid-run lost nothing');
  const last = run.batches.at(-1);
  t.ok(
    last?.results.totalUs.every((us) => us > 390_000 && us !== ABSENT),
    'two delays each',
  );
});

t.test(
  'a group that never answered gets one DISCOVER a minute, and is normal from its first answer',
  { skip },
  async (t) => {
    const network = new ProbeNetwork();
    t.teardown(() => network.close());
    const silent = await network.serve('silent');
    const quiet = await runProber(network, ['auto', 'never'], 4000);
    holds(t, quiet);
    t.equal(quiet.rows, 1);
    t.ok(quiet.batches.every(({ paths }) => paths.every(({ firstContact }) => firstContact)));
    await silent.stop();
    await network.serve('none');
    const first = await runProber(network, ['auto', 'never'], 4000);
    holds(t, first);
    t.match(first.ended.stderr, /contact group/);
    t.ok(first.rows > 5, `the ordinary rate follows: ${first.rows}`);
    t.equal(first.batches.flatMap(({ paths }) => paths).filter(({ firstContact }) => firstContact).length, 1);
  },
);

t.test('no server: port closed, as far as the kernel says so', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  const run = await runProber(network, ['auto', 'contacted'], 4000);
  holds(t, run);
  t.ok((run.tally['refused'] ?? 0) >= 6, 'the first six, then one a second');
  const { refused = 0, dropped = 0, unmeasured = 0 } = run.tally;
  t.equal(refused + dropped + unmeasured, run.rows, 'at the end nobody waits for the drops');
});
