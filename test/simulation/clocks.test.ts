/**
 * Agents whose clocks are wrong, step, or were not measured when it mattered. What stands in the end must be what happened:
 * one stop and one start of each server, each inside its bracket, and a site cut off is not a site fallen silent.
 */
import t from 'tap';
import type { Finding, Transition } from '../../collector/core/finding.ts';
import { createVerdicts } from '../../collector/core/verdicts/verdicts.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { drive, nothingTold, rewrite } from './history.ts';
import { seeded } from './random.ts';
import { quietWorld, START, type WorldOptions } from './world.ts';
import { logOf } from './world-log.ts';

const STOP = 160.12;
const MOVED = 175.5;

/** Two sites; the second one's agent has the clock. */
function world(more: Partial<WorldOptions>): WorldOptions {
  return {
    ...quietWorld(seeded(11)),
    seconds: 420,
    sites: 2,
    servers: ['primary', 'standby'],
    mode: 'hot-standby',
    alive: (server, at) => (server === 'primary' ? at < STOP : at > MOVED),
    ...more,
  };
}

const cut = (site: number, second: number): boolean => site === 0 || second < 100 || second > 300;
const neverBefore = (site: number, second: number): boolean => site === 0 || second > 300;
const forLong = (site: number, second: number): boolean => site === 0 || second > 1300;
const by = (us: number) => (site: number) => (site === 1 ? us : 0);

const CASES: readonly { readonly name: string; readonly more: Partial<WorldOptions>; readonly widest: number }[] = [
  { name: '90 s fast, connected', more: { offset: by(90e6) }, widest: 0.4 },
  { name: '90 s slow, connected', more: { offset: by(-90e6) }, widest: 0.4 },
  {
    name: '90 s fast, measured only after the first batches',
    more: { offset: by(90e6), samplesLast: true },
    widest: 0.4,
  },
  {
    name: '90 s slow, measured only after the first batches',
    more: { offset: by(-90e6), samplesLast: true },
    widest: 0.4,
  },
  { name: '90 s fast, cut off', more: { offset: by(90e6), connected: cut }, widest: 0.4 },
  { name: '90 s slow, cut off', more: { offset: by(-90e6), connected: cut }, widest: 0.4 },
  {
    name: '90 s fast, cut off from its beginning',
    more: { offset: by(90e6), connected: neverBefore, samplesLast: true },
    widest: 0.4,
  },
  {
    name: '90 s slow, cut off from its beginning',
    more: { offset: by(-90e6), connected: neverBefore, samplesLast: true },
    widest: 0.4,
  },
  {
    name: '90 s fast, cut off from its beginning for long',
    more: { offset: by(90e6), seconds: 1500, connected: forLong, samplesLast: true },
    widest: 0.4,
  },
  {
    name: '90 s slow, cut off from its beginning for long',
    more: { offset: by(-90e6), seconds: 1500, connected: forLong, samplesLast: true },
    widest: 0.4,
  },
  {
    name: '90 s fast, started anew twice while cut off',
    more: { offset: by(90e6), connected: cut, restarts: (site) => (site === 1 ? [150, 200] : []) },
    widest: 0.6,
  },
  {
    name: 'steps by 90 s in mid-run, connected',
    more: { offset: (site, second) => (site === 1 && second > 120 ? 90e6 : 0) },
    widest: 0.4,
  },
  {
    name: 'steps by 90 s in mid-run while cut off, and starts anew before it is connected again',
    more: {
      offset: (site, second) => (site === 1 && second > 120 ? 90e6 : 0),
      connected: cut,
      restarts: (site) => (site === 1 ? [250] : []),
    },
    widest: 0.4,
  },
];

const serversOwn = (findings: Iterable<Finding>): Transition[] =>
  [...findings].filter((f): f is Transition => f.kind === 'transition' && f.site === null && f.from !== 'unknown');

for (const { name, more, widest } of CASES) {
  t.test(name, async (t) => {
    const told = nothingTold();
    const log = [...logOf(world(more))];
    const verdicts = createVerdicts();
    drive(verdicts, log, told);
    rewrite(verdicts, log, told, unixMicros(START + 3600e6));
    const own = serversOwn(told.standing.values()).sort((a, b) => a.at - b.at);
    t.same(
      own.map(({ server, to, sites }) => [server, to, sites?.reporting]),
      [
        ['primary', 'non-serving', 2],
        ['standby', 'serving', 2],
      ],
    );
    for (const [i, truth] of [STOP, MOVED].entries()) {
      const { earliest = 0, latest = 0 } = own[i] ?? {};
      const [from, to] = [(earliest - START) / 1e6, (latest - START) / 1e6];
      t.ok(from <= truth && truth <= to, `${truth} in ${from.toFixed(3)} – ${to.toFixed(3)}`);
      t.ok(to - from <= widest, `${(to - from).toFixed(3)} s wide`);
    }
    t.same(
      [...told.standing.values()].filter((f) => f.kind === 'silent'),
      [],
    );
  });
}
