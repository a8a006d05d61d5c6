/**
 * Load-balancing pairs with ground truth, each half of the clients by itself: what happened is found where it happened and
 * nothing else is, at loss too; what comes late or after restarts makes no difference. `DORAWATCH_LONG=1` does ten times as many.
 */
import t from 'tap';
import type { Bracket, Failover, Finding, Interval, Transition } from '../../collector/core/finding.ts';
import type { BatchEntry, LogEntry } from '../../collector/core/log-entry.ts';
import { createVerdicts, restoreVerdicts, type Verdicts } from '../../collector/core/verdicts/verdicts.ts';
import type { ResultBatch } from '../../shared/core/batch.ts';
import { epochMicros, unixMicros } from '../../shared/core/units.ts';
import { drive, heldBack, nothingTold, plain, rewrite } from './history.ts';
import { seeded } from './random.ts';
import { quietWorld, START, type WorldOptions } from './world.ts';
import { logOf } from './world-log.ts';

const scale = process.env['DORAWATCH_LONG'] === '1' ? 10 : 1;

/** When the primary died, the secondary took its clients over, its service stopped for the primary's sake, and both served again. */
interface Story {
  readonly died: number;
  readonly taken: number;
  readonly stopped: number;
  readonly back: number;
}

function pair(seed: number, story: Story, more: Partial<WorldOptions> = {}): WorldOptions {
  const { died, taken, stopped, back } = story;
  return {
    ...quietWorld(seeded(seed)),
    mode: 'load-balancing',
    servers: ['primary', 'secondary'],
    seconds: Math.ceil(back + 60),
    alive: (server, at, bucket) => {
      if (server === 'primary') return bucket === 0 && (at < died || at >= back);
      if (at >= stopped && at < back) return false;
      return bucket === 1 || (at >= taken && at < stopped);
    },
    ...more,
  };
}

function storyOf(seed: number): Story {
  const random = seeded(seed * 31 + 7);
  const died = 100 + random() * 5;
  const taken = died + 30 + random() * 30;
  const stopped = taken + 40 + random() * 30;
  return { died, taken, stopped, back: stopped + 6 + random() * 8 };
}

function toldOf(world: WorldOptions): Finding[] {
  const told = nothingTold();
  const log = [...logOf(world)];
  drive(createVerdicts(), log, told);
  return [...told.standing.values()];
}

const momentOf = (second: number): number => START + second * 1e6;
const holds = ({ earliest, latest }: Bracket, second: number): boolean =>
  earliest <= momentOf(second) && momentOf(second) <= latest;

/** Of servers, and not the first verdicts. */
const turnsOf = (findings: readonly Finding[]): Transition[] =>
  findings
    .filter((f): f is Transition => f.kind === 'transition' && f.site === null && f.from !== 'unknown')
    .sort((a, b) => a.at - b.at);

t.test('a failure and a fail-back: every change of each half, and nothing else', async (t) => {
  for (let seed = 1; seed <= 12 * scale; seed++) {
    const story = storyOf(seed);
    const { died, taken, stopped, back } = story;
    const random = seeded(seed);
    const loss = seed % 3 === 0 ? 0.01 : 0;
    const found = toldOf(pair(seed, story, { sites: 1 + (seed % 3), rate: 20, lost: () => random() < loss }));
    const turns = turnsOf(found);
    const truth: Readonly<Record<string, readonly number[]>> = {
      'primary/0': [died, back],
      'primary/1': [],
      'secondary/0': [taken, stopped],
      'secondary/1': [stopped, back],
    };
    for (const [name, moments] of Object.entries(truth)) {
      const own = turns.filter(({ server, bucket }) => `${server}/${bucket}` === name);
      t.equal(own.length, moments.length, `seed ${seed}: ${name} changes ${moments.length} times`);
      moments.forEach((moment, i) => {
        const turn = own[i];
        t.ok(turn && holds(turn, moment), `seed ${seed}: ${name} within its bracket`);
      });
    }
    const gaps = found.filter((f): f is Interval => f.kind === 'gap').sort((a, b) => a.start.at - b.start.at);
    const gapsOf = (bucket: number) => gaps.filter((gap) => gap.bucket === bucket);
    const within = (gap: Interval | undefined, from: number, to: number): boolean =>
      gap !== undefined && gap.end !== null && holds(gap.start, from) && holds(gap.end, to);
    t.equal(gaps.length, 3, `seed ${seed}: one gap at the failure, and at the fail-back one in each half`);
    t.ok(
      within(gapsOf(0)[0], died, taken) && within(gapsOf(0)[1], stopped, back) && within(gapsOf(1)[0], stopped, back),
    );
    const moves = found.filter((f): f is Failover => f.kind === 'failover' || f.kind === 'fail-back');
    t.same(
      moves.map(({ kind, bucket, from, to }) => [kind, bucket, from, to]),
      [
        ['failover', 0, 'primary', 'secondary'],
        ['fail-back', 0, 'secondary', 'primary'],
      ],
    );
    t.notOk(found.some(({ kind }) => kind === 'overlap'));
  }
});

t.test('an hour of loss invents nothing in either half', async (t) => {
  for (const [i, loss] of [0.02, 0.3, 0.5].entries()) {
    const random = seeded(900 + i);
    const never = { died: 1e9, taken: 1e9, stopped: 1e9, back: 1e9 };
    const found = toldOf(pair(i, never, { seconds: 3600 * scale, lost: () => random() < loss }));
    const turns = turnsOf(found);
    t.same(
      turns.filter(({ to }) => to !== 'degraded').map(({ server, bucket, to }) => [server, bucket, to]),
      [],
      `${loss * 100} %: nobody stops or starts`,
    );
    t.ok(turns.length <= 2, 'degraded at most once a server');
    t.same(
      found.filter(({ kind }) => kind !== 'transition'),
      [],
      'and no gap, overlap or move',
    );
  }
});

/** A hub's two relationships: the same addresses in two groups, told apart by nothing but the group. */
function hubLog(one: WorldOptions, other: WorldOptions): LogEntry[] {
  const others = [...logOf(other)];
  return [...logOf(one)].map((entry, i): LogEntry => {
    const beside = others[i];
    if (entry.kind === 'config') {
      const groups = entry.config.groups.flatMap((group) => [group, { ...group, name: 'other' }]);
      return { ...entry, config: { ...entry.config, groups } };
    }
    if (entry.kind !== 'batch' || beside?.kind !== 'batch') return entry;
    return { ...entry, batch: joined(entry.batch, beside.batch) };
  });
}

function joined(one: ResultBatch, other: ResultBatch): ResultBatch {
  const shifted = { ...other.results, path: other.results.path.map((path) => path + one.paths.length) };
  const column = <K extends keyof ResultBatch['results']>(key: K) => [...one.results[key], ...shifted[key]];
  const results = Object.fromEntries(Object.keys(one.results).map((key) => [key, column(key as 'path')]));
  return {
    ...one,
    completeThroughUs: epochMicros(Math.min(one.completeThroughUs, other.completeThroughUs)),
    paths: [...one.paths, ...other.paths.map((path) => ({ ...path, group: 'other' }))],
    results: results as unknown as ResultBatch['results'],
  };
}

t.test('two groups that share both servers are judged by themselves', async (t) => {
  const never = { died: 1e9, taken: 1e9, stopped: 1e9, back: 1e9 };
  const story = storyOf(4);
  const seconds = Math.ceil(story.back + 60);
  const alone = toldOf(pair(4, story, { seconds }));
  const told = nothingTold();
  drive(createVerdicts(), hubLog(pair(4, story, { seconds }), pair(4, never, { seconds })), told);
  const both = [...told.standing.values()];
  t.same(plain(both.filter(({ group }) => group === 'pair')), plain(alone));
  const rest = both.filter(({ group }) => group === 'other');
  t.equal(rest.length, 8, 'first verdicts of four paths and of two servers in two buckets');
  t.same(turnsOf(rest), []);
});

/** Brief answers in both halves while Kea changes states: the secondary answers the primary's clients now and then. */
t.test('brief answers to the other half do not flap', async (t) => {
  const never = { died: 1e9, taken: 1e9, stopped: 1e9, back: 1e9 };
  const world = pair(3, never, { seconds: 600 });
  const strays = {
    ...world,
    alive: (s: string, at: number, b: number | null) => world.alive(s, at, b) || at % 60 < 0.15,
  };
  t.same(
    toldOf(strays).filter(({ kind }) => kind !== 'transition'),
    [],
  );
  t.same(turnsOf(toldOf(strays)), []);
});

t.test('restarts make no difference, to the byte', async (t) => {
  const log = [...logOf(pair(5, storyOf(5), { sites: 2 }))];
  const whole = createVerdicts();
  const told = nothingTold();
  drive(whole, log, told);
  const again = nothingTold();
  let verdicts: Verdicts = createVerdicts();
  const parts = 7;
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((n) => Math.floor((log.length * n) / parts));
    drive(verdicts, log.slice(0, to), again, from);
    verdicts = restoreVerdicts(JSON.parse(JSON.stringify(verdicts.snapshot()))) as Verdicts;
  }
  t.equal(JSON.stringify(verdicts.snapshot()), JSON.stringify(whole.snapshot()));
  t.same([...again.standing.values()], [...told.standing.values()]);
});

for (const { name, until } of [
  { name: 'minutes late', until: 420 },
  { name: 'older than the rows kept', until: 1450 },
]) {
  t.test(`one of three sites cut off over it all: ${name}`, async (t) => {
    const story = { died: 160.3, taken: 205.7, stopped: 260.2, back: 270.9 };
    const log = [...logOf(pair(7, story, { sites: 3, rate: 12, seconds: until + 50 }))];
    const held = ({ batch, receivedAt }: BatchEntry): boolean =>
      batch.agent === 'agent-1' && receivedAt > momentOf(60) && receivedAt < momentOf(until);
    const end = unixMicros(momentOf(until + 4000));
    const [live, late] = [log, heldBack(log, held, unixMicros(momentOf(until)), 200)].map((entries) => {
      const told = nothingTold();
      const verdicts = createVerdicts();
      drive(verdicts, entries, told);
      rewrite(verdicts, entries, told, end);
      return told;
    });
    t.equal((late?.folds ?? 0) > 0, until > 1000, `${late?.folds} folds of history`);
    t.same(plain(late?.standing.values() ?? []), plain(live?.standing.values() ?? []));
    t.equal(
      late?.changes.some(({ finding, news }) => finding.late && news),
      false,
      'nothing late is news',
    );
    t.ok([...(late?.standing.values() ?? [])].filter(({ kind }) => kind === 'gap').length === 3);
  });
}
