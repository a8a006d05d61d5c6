/**
 * A day in which sites are cut off for hours, their results come afterwards, and what stands in the end is what would have
 * stood had they come in time. The rows kept are made to be few, so that most of it is older than they are.
 */
import t from 'tap';
import type { BatchEntry, LogEntry } from '../../collector/core/log-entry.ts';
import { createVerdicts, restoreVerdicts, type Verdicts } from '../../collector/core/verdicts/verdicts.ts';
import { type UnixMicros, unixMicros } from '../../shared/core/units.ts';
import { drive, heldBack, nothingTold, plain, rewrite, type Told } from './history.ts';
import { seeded } from './random.ts';
import { quietWorld, START, type WorldOptions } from './world.ts';
import { logOf } from './world-log.ts';

const HOUR = 3600;

/** Nine hours of three sites and a pair: a failover and a fail-back in the middle of it, and loss. */
function day(seed: number): WorldOptions {
  const random = seeded(seed);
  return {
    ...quietWorld(random),
    seconds: 9 * HOUR,
    sites: 3,
    rate: 12,
    servers: ['primary', 'standby'],
    mode: 'hot-standby',
    lost: () => random() < 0.003,
    alive: (server, at) =>
      server === 'primary' ? at < 4 * HOUR + 0.3 || at > 5 * HOUR + 12.7 : at > 4 * HOUR + 51.2 && at < 5 * HOUR + 3.4,
  };
}

const at = (second: number): UnixMicros => unixMicros(START + second * 1e6);

/** What stands after a log, with the fold restored from its snapshot now and then, as after kills. */
function toldOf(log: readonly LogEntry[], restores = 0): Told {
  const told = nothingTold();
  let verdicts: Verdicts = createVerdicts();
  for (let part = 0; part <= restores; part++) {
    const [from, to] = [part, part + 1].map((n) => Math.floor((log.length * n) / (restores + 1)));
    drive(verdicts, log.slice(0, to), told, from);
    verdicts = restoreVerdicts(JSON.parse(JSON.stringify(verdicts.snapshot()))) as Verdicts;
  }
  rewrite(verdicts, log, told, unixMicros((log.at(-1)?.receivedAt ?? 0) + 3600e6));
  return told;
}

t.test('one of three sites cut off over a failover for most of a day', async (t) => {
  const log = [...logOf(day(1))];
  const [from, until] = [at(0.5 * HOUR), at(8.7 * HOUR)];
  const isCut = ({ batch, receivedAt }: BatchEntry): boolean =>
    batch.agent === 'agent-1' && receivedAt > from && receivedAt < until;
  const inTime = toldOf(log);
  t.equal(inTime.folds, 0);
  const begun = performance.now();
  const cut = toldOf(heldBack(log, isCut, until, 700));
  t.comment(`${Math.round(performance.now() - begun)} ms, ${cut.folds} folds of history`);
  t.ok(cut.folds > 0);
  t.same(plain(cut.standing.values()), plain(inTime.standing.values()));
  const changed = cut.changes.filter(({ finding }) => finding.detectedAt >= until && finding.late);
  t.ok(changed.length > 0);
  t.notOk(
    changed.some(({ news }) => news),
    'nothing late is news',
  );
});

t.test('one of two agents at a site cut off for hours over a failover', async (t) => {
  const log = [...logOf({ ...day(2), seconds: 6 * HOUR, sites: 2, agentsPerSite: 2 })];
  const [from, until] = [at(2 * HOUR), at(5.6 * HOUR)];
  const isCut = ({ batch, receivedAt }: BatchEntry): boolean =>
    batch.agent === 'agent-1' && receivedAt > from && receivedAt < until;
  const inTime = toldOf(log);
  const cut = toldOf(heldBack(log, isCut, until, 700), 3);
  t.ok(cut.folds > 0, `${cut.folds} folds of history`);
  t.same(plain(cut.standing.values()), plain(inTime.standing.values()));
  t.notOk(
    [...cut.standing.values()].some(({ kind }) => kind === 'silent'),
    'its site was never silent: the other agent was heard',
  );
  t.notOk(
    cut.changes.some(({ finding, news }) => finding.late && news),
    'nothing late is news',
  );
});

/** Three quarters of an hour at a rate that makes it three times the rows kept; servers that come and go. */
function busy(seed: number): WorldOptions {
  const random = seeded(seed);
  return {
    ...quietWorld(random),
    seconds: 2700,
    sites: 3,
    rate: 150,
    identities: 600,
    servers: ['primary', 'standby'],
    mode: 'hot-standby',
    lost: () => random() < 0.002,
    alive: (server, second) =>
      server === 'primary'
        ? second < 500.3 || (second > 900.1 && second < 1300) || second > 1350.4
        : (second > 540.2 && second < 890.7) || (second > 1310.1 && second < 1349),
  };
}

interface Case {
  readonly name: string;
  readonly more?: Partial<WorldOptions>;
  readonly isCut: (agent: string, second: number) => boolean;
  readonly back: number;
  readonly restores?: number;
  /** Batches of the backlog that come in a second. */
  readonly perSecond?: number;
}

/** Agent 2 reaches the primary no more for a while in which its neighbour at the site does. */
const oneDeaf = (second: number, agent: number, _: number, server: string): boolean =>
  agent === 2 && server === 'primary' && second > 1000 && second < 1200;

const CASES: readonly Case[] = [
  { name: 'over no failover', isCut: (agent, s) => agent === 'agent-0' && s > 1400 && s < 2600, back: 2600 },
  { name: 'over several', isCut: (agent, s) => agent === 'agent-2' && s > 100 && s < 2500, back: 2500, restores: 7 },
  { name: 'two of three sites', isCut: (agent, s) => agent !== 'agent-1' && s > 450 && s < 2500, back: 2500 },
  {
    name: 'the whole of them',
    isCut: (_, s) => s > 450 && s < 2500,
    back: 2501.5,
    perSecond: Number.POSITIVE_INFINITY,
  },
  {
    name: 'an agent that starts anew while it is cut off',
    more: { restarts: (site) => (site === 1 ? [700, 1320] : []) },
    isCut: (agent, s) => agent === 'agent-1' && s > 450 && s < 2500,
    back: 2500,
    restores: 3,
  },
  {
    name: 'one of two agents at a site that disagree for a while, over several failovers',
    more: { sites: 2, agentsPerSite: 2, lost: oneDeaf },
    isCut: (agent, s) => agent === 'agent-2' && s > 450 && s < 2500,
    back: 2500,
    restores: 3,
  },
  {
    name: 'the other of those two',
    more: { sites: 2, agentsPerSite: 2, lost: oneDeaf },
    isCut: (agent, s) => agent === 'agent-3' && s > 450 && s < 2500,
    back: 2500,
  },
];

/** A case's log, and what is told of it in time: the same for cases of the same world, and made once. */
interface InTime {
  readonly world: string;
  readonly log: readonly LogEntry[];
  readonly standing: readonly unknown[];
}
let known: InTime | undefined;

function inTime(more: Case['more']): InTime {
  const world = JSON.stringify(more ?? {}, (_, value: unknown) =>
    typeof value === 'function' ? String(value) : value,
  );
  if (known?.world !== world) {
    const log = [...logOf({ ...busy(31), ...more })];
    known = { world, log, standing: plain(toldOf(log).standing.values()) };
  }
  return known;
}

for (const { name, more, isCut, back, restores, perSecond = 100 } of CASES) {
  t.test(`cut off: ${name}`, async (t) => {
    const { log, standing } = inTime(more);
    const isHeld = ({ batch, receivedAt }: BatchEntry): boolean => isCut(batch.agent, (receivedAt - START) / 1e6);
    const cut = toldOf(heldBack(log, isHeld, at(back), perSecond), restores);
    t.ok(cut.folds > 0, `${cut.folds} folds of history`);
    t.same(plain(cut.standing.values()), standing);
  });
}
