/** What is told when a window is over and who serves is another than before it; and that the log alone decides, however it comes. */
import t from 'tap';
import { createReadModel, type ReadModelSnapshot } from '../../../../collector/core/answers/read-model.ts';
import type { KeaEntry, LogEntry } from '../../../../collector/core/log-entry.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';
import { moment, windowEntry } from './window-entry.ts';

type Alive = WorldOptions['alive'];
/** Alive in spans of seconds. */
const during =
  (spans: Readonly<Record<string, readonly (readonly [number, number])[]>>): Alive =>
  (server, second, bucket) =>
    (spans[bucket === null ? server : `${server}/${bucket}`] ?? []).some(([from, to]) => second >= from && second < to);

/** The window of these stories is from 60 s to 120 s; the standby takes over in it. */
const failsOver = (back: number): Alive =>
  during({
    primary: [
      [0, 70],
      [back, 900],
    ],
    standby: [[80, back]],
  });

function logWith(own: Partial<WorldOptions>, extra: readonly LogEntry[]): readonly LogEntry[] {
  const world = {
    ...quietWorld(seeded(7)),
    servers: ['primary', 'standby'],
    mode: 'hot-standby' as const,
    sites: 2,
    seconds: 300,
    ...own,
  };
  const entries = [...logOf(world)];
  const [config, ...rest] = entries;
  if (config === undefined) throw new Error('a world has a configuration');
  return [config, ...[...rest, ...extra].toSorted((a, b) => a.receivedAt - b.receivedAt)];
}

function folded(entries: readonly LogEntry[], cuts: readonly number[] = []) {
  let model = createReadModel(null);
  const told: string[] = [];
  entries.forEach((entry, index) => {
    if (cuts.includes(index))
      model = createReadModel(JSON.parse(JSON.stringify(model.snapshot())) as ReadModelSnapshot);
    for (const { kind, finding, news } of model.apply(index + 1, entry).findings)
      if (finding.kind === 'maintenance')
        told.push(
          `${Math.round((finding.detectedAt - START) / 1e6)} ${kind}${news ? '' : ' (no news)'} ${finding.text}`,
        );
  });
  return { model, told };
}

const rowsOf = (model: ReturnType<typeof createReadModel>) =>
  model.timeline
    .rows()
    .filter(({ kind }) => kind === 'maintenance')
    .map(({ at: told, to, text, late }) => `${Math.round((told - START) / 1e6)} ${to} ${text}${late ? ' (late)' : ''}`);

const amissOf = (model: ReturnType<typeof createReadModel>) => model.noticed().amiss.map(({ text }) => text);

const LEFT =
  'After maintenance of group pair: primary is non-serving (before: serving) and standby is serving (before: non-serving)';

t.test('a failover that the window leaves behind is news, and so is its end', async (t) => {
  const { model, told } = folded(logWith({ alive: failsOver(230) }, [windowEntry(60, 120)]));
  t.same(
    told,
    [`198 found ${LEFT}`, '234 found After maintenance of group pair: it is as it was before'],
    'a minute after the end',
  );
  t.same(rowsOf(model), [
    `180 not-as-before ${LEFT}`,
    '230 as-before After maintenance of group pair: it is as it was before',
  ]);
  t.same(amissOf(model), []);
});

t.test('while it lasts it is amiss', async (t) => {
  const { model } = folded(logWith({ alive: failsOver(900) }, [windowEntry(60, 120)]));
  t.same(amissOf(model), [LEFT]);
  const [row] = model.timeline.rows().filter(({ kind }) => kind === 'maintenance');
  t.match(row, { group: 'pair', from: null, evidence: 'the window: Kea 3.0', planned: null, late: false });
});

t.test('a window that ends well is none', async (t) => {
  const { model, told } = folded(logWith({ alive: failsOver(110) }, [windowEntry(60, 120)]));
  t.same(told, []);
  t.ok(
    model.timeline.rows().some(({ kind, planned }) => kind === 'failover' && planned === 'Kea 3.0'),
    'though there was one',
  );
});

t.test('what settles in the first minute is none, and what happens after it is nothing of the window', async (t) => {
  t.same(folded(logWith({ alive: failsOver(160) }, [windowEntry(60, 120)])).told, []);
  const later = during({ primary: [[0, 210]], standby: [[220, 900]] });
  t.same(folded(logWith({ alive: later }, [windowEntry(60, 120)])).told, []);
});

t.test('a failover that the window repaired is told once, and nothing is amiss', async (t) => {
  const repaired = during({
    primary: [
      [0, 20],
      [90, 900],
    ],
    standby: [[30, 90]],
  });
  const { model, told } = folded(logWith({ alive: repaired }, [windowEntry(60, 120)]));
  t.equal(told.length, 1);
  t.match(told[0], /primary is serving \(before: non-serving\) and standby is non-serving \(before: serving\)/);
  t.same(amissOf(model), []);
});

t.test('windows that follow upon each other are one: held against what was before the first', async (t) => {
  const chain = [windowEntry(60, 100), windowEntry(90, 130, { group: null, text: 'the site' })];
  const { told } = folded(logWith({ alive: failsOver(900) }, chain));
  t.same(
    told.map((line) => line.slice(0, 9)),
    ['208 found'],
    'when the last of them is over',
  );
  const together = [
    windowEntry(60, 120),
    windowEntry(70, 120, { server: 'primary' }),
    windowEntry(60, 120, { group: null }),
  ];
  t.equal(folded(logWith({ alive: failsOver(900) }, together)).told.length, 1);
  const own = [windowEntry(60, 120), windowEntry(90, 290, { server: 'primary' })];
  const rest = folded(logWith({ alive: failsOver(900) }, own)).told;
  t.same(
    rest,
    ['198 found After maintenance of group pair: standby is serving (before: non-serving)'],
    'the primary is still worked on',
  );
});

t.test('in load balancing it says whose clients', async (t) => {
  const alive = during({ 'primary/0': [[0, 70]], 'secondary/1': [[0, 900]], 'secondary/0': [[80, 900]] });
  const world = { mode: 'load-balancing', servers: ['primary', 'secondary'], alive } as const;
  const { told } = folded(logWith(world, [windowEntry(60, 120)]));
  t.match(told, [
    /primary is non-serving to the primary's clients \(before: serving\) and secondary is serving to the primary's clients/,
  ]);
});

t.test("Kea's own maintenance ends with its word", async (t) => {
  const word = (second: number, state: string): KeaEntry => ({
    kind: 'kea',
    receivedAt: moment(second),
    group: 'pair',
    server: 'standby',
    word: {
      state,
      scopes: [],
      partnerState: null,
      communicationInterrupted: null,
      unackedClients: null,
      unackedClientsLeft: null,
      connectingClients: null,
      clockSkewMs: null,
    } as unknown as NonNullable<KeaEntry['word']>,
    problem: null,
  });
  const words = [word(50, 'hot-standby'), word(60, 'partner-in-maintenance'), word(120, 'hot-standby')];
  const { told } = folded(logWith({ alive: failsOver(900) }, words));
  t.match(told, [/^213 found After maintenance of group pair: primary is non-serving/]);
});

t.test('a restart anywhere tells the same, octet for octet', async (t) => {
  const entries = logWith({ alive: failsOver(230) }, [windowEntry(60, 120)]);
  const whole = folded(entries);
  const snapshot = JSON.stringify(whole.model.snapshot());
  for (const cuts of [[300], [entries.length - 230], [100, 200, 350, 390, 420]]) {
    const again = folded(entries, cuts);
    t.same(again.told, whole.told);
    t.equal(JSON.stringify(again.model.snapshot().aftermath), JSON.stringify(whole.model.snapshot().aftermath));
    t.equal(JSON.stringify(again.model.timeline.rows()), JSON.stringify(whole.model.timeline.rows()));
  }
  t.ok(snapshot.includes('not-as-before'), 'there was something to compare');
});

t.test('late history stands and is no news', async (t) => {
  // Nothing came from the sites before the window was long over.
  const cut = {
    alive: failsOver(900),
    seconds: 700,
    connected: (_: number, second: number) => second < 65 || second > 600,
  };
  const { model, told } = folded(logWith(cut, [windowEntry(60, 120)]));
  t.ok(told.length > 0);
  t.same(
    told.filter((line) => !line.includes('(no news)')),
    [],
  );
  t.same(rowsOf(model), [`180 not-as-before ${LEFT} (late)`]);
  t.same(amissOf(model), [LEFT], 'and it is so now');
});

t.test('a server that nobody knows of when the window is over is compared when it is known', async (t) => {
  const blind = {
    alive: failsOver(900),
    seconds: 400,
    running: (_: number, second: number) => second < 65 || second > 250,
  };
  const { told } = folded(logWith(blind, [windowEntry(60, 120), ...quiet(66, 250)]));
  t.match(told[0], /found After maintenance of group pair: /);
  t.ok(Number(told[0]?.split(' ')[0]) > 250);
});

function quiet(from: number, to: number): readonly LogEntry[] {
  return Array.from({ length: Math.floor((to - from) / 10) }, (_, i) => ({
    kind: 'quiet' as const,
    receivedAt: moment(from + i * 10),
  }));
}
