/**
 * Batches that could not be believed when they came, because no sample had measured their epoch's clock yet: they are no evidence,
 * until a sample says when they were; then history is as if they had been measured at once, over a restart too. A sample that does
 * not make them credible takes nothing back.
 */
import t from 'tap';
import type { Transition } from '../../../../collector/core/finding.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { createVerdicts, restoreVerdicts, type Verdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import { microseconds, unixMicros } from '../../../../shared/core/units.ts';
import { drive, nothingTold, rewrite, type Told } from '../../../simulation/history.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

const [STOP, MOVED] = [160.12, 175.5];
/** A host that booted with the clock of another year. */
const YEAR_US = 400 * 86_400e6;

/** Two sites; the second one's agent was never connected before second 300, and is measured only after its backlog. */
function world(offsetUs: number): WorldOptions {
  return {
    ...quietWorld(seeded(11)),
    seconds: 420,
    sites: 2,
    servers: ['primary', 'standby'],
    mode: 'hot-standby',
    alive: (server, at) => (server === 'primary' ? at < STOP : at > MOVED),
    offset: (site) => (site === 1 ? offsetUs : 0),
    connected: (site, second) => site === 0 || second > 300,
    samplesLast: true,
  };
}

const isSample = (entry: LogEntry): boolean => entry.kind === 'clock' && entry.agent === 'agent-1';

/** What stands in the end; the fold is restored from its snapshot after the backlog, before the first sample. */
function toldOf(log: readonly LogEntry[]): Told & { readonly refused: number } {
  const told = nothingTold();
  const first = log.findIndex(isSample);
  let verdicts: Verdicts = createVerdicts();
  drive(verdicts, log.slice(0, first), told);
  const written = JSON.stringify(verdicts.snapshot());
  const { refused } = JSON.parse(written).fold.scalars;
  verdicts = restoreVerdicts(JSON.parse(written)) as Verdicts;
  drive(verdicts, log, told, first);
  rewrite(verdicts, log, told, unixMicros(START + 3600e6));
  return { ...told, refused };
}

/** Servers' own transitions, with the number of sites that they rest on. */
const own = ({ standing }: Told): Transition[] =>
  [...standing.values()]
    .filter((f): f is Transition => f.kind === 'transition' && f.site === null && f.from !== 'unknown')
    .sort((a, b) => a.at - b.at);

for (const [name, offsetUs] of [
  ['90 s ahead', 90e6],
  ['a year ahead', YEAR_US],
  ['a year behind', -YEAR_US],
] as const) {
  t.test(`${name}, known only after the backlog`, async (t) => {
    const told = toldOf([...logOf(world(offsetUs))]);
    t.ok(told.refused > 0, `${told.refused} batches were not believed`);
    t.same(
      own(told).map(({ server, to, sites }) => [server, to, sites?.reporting]),
      [
        ['primary', 'non-serving', 2],
        ['standby', 'serving', 2],
      ],
    );
    for (const [i, truth] of [STOP, MOVED].entries()) {
      const { earliest = 0, latest = 0 } = own(told)[i] ?? {};
      t.ok(earliest <= START + truth * 1e6 && START + truth * 1e6 <= latest, `${truth} is in its bracket`);
      t.ok(latest - earliest < 0.4e6, `${(latest - earliest) / 1e6} s wide`);
    }
    t.notOk([...told.standing.values()].some(({ kind }) => kind === 'silent'));
  });
}

for (const [name, change] of [
  ['of another epoch', { epoch: 7 }],
  ['that leaves them in the future', { offsetUs: microseconds(YEAR_US / 2) }],
] as const) {
  t.test(`a sample ${name} takes nothing back`, async (t) => {
    const log = [...logOf(world(YEAR_US))].map((entry) =>
      isSample(entry) && entry.kind === 'clock' ? { ...entry, ...change } : entry,
    );
    t.same(
      own(toldOf(log)).map(({ server, to, sites }) => [server, to, sites?.reporting]),
      [
        ['primary', 'non-serving', 1],
        ['standby', 'serving', 1],
      ],
    );
  });
}
