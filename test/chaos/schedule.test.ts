/** What a schedule must be for its run to mean anything, held for every seed, length and topology. */
import fc from 'fast-check';
import t from 'tap';
import { type Fault, HEAD_MS, MINUTES_MIN, PAIR_RECOVERY_MS, scheduleOf, TAIL_MS } from './schedule.ts';

const ASKED = fc.record({
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  minutes: fc.double({ min: MINUTES_MIN, max: 60, noNaN: true }),
  sites: fc.integer({ min: 1, max: 4 }),
  hasInflux: fc.boolean(),
});

const laneOf = ({ kind, target }: Fault): string => {
  if (target === 'primary' || target === 'standby') return 'servers';
  return kind === 'clock' ? `clock of ${target}` : target;
};

function holds(name: string, property: (faults: readonly Fault[], quietFromMs: number) => boolean): void {
  t.test(name, async () => {
    fc.assert(
      fc.property(ASKED, ({ seed, minutes, ...topology }) => {
        const { faults, quietFromMs, untilMs } = scheduleOf(seed, minutes, topology);
        return untilMs - quietFromMs >= TAIL_MS && property(faults, quietFromMs);
      }),
    );
  });
}

holds('every fault ends before the quiet tail, and lasts', (faults, quietFromMs) =>
  faults.every(({ atMs, untilMs }) => atMs >= HEAD_MS && untilMs > atMs && untilMs <= quietFromMs),
);

holds('two faults of one part never overlap', (faults) =>
  faults.every((one, index) =>
    faults.slice(index + 1).every((other) => laneOf(one) !== laneOf(other) || one.untilMs < other.atMs),
  ),
);

holds('the first failover takes long enough, and the first site watches it undisturbed', (faults) => {
  const first = faults.find(({ target }) => target === 'primary' || target === 'standby');
  if (first?.kind !== 'kill' || first.target !== 'primary' || first.untilMs - first.atMs < 11_000) return false;
  return faults.every(
    ({ target, atMs, untilMs }) =>
      (target !== 'agent0' && target !== 'wan0') ||
      untilMs <= first.atMs - 4_000 ||
      atMs >= first.untilMs + PAIR_RECOVERY_MS,
  );
});

holds('the pair has time to be a pair again', (faults, quietFromMs) =>
  faults
    .filter((fault) => laneOf(fault) === 'servers')
    .every(({ untilMs }, index, all) => untilMs + PAIR_RECOVERY_MS <= (all[index + 1]?.atMs ?? quietFromMs)),
);

t.test('a seed repeats its schedule, and another has another', async (t) => {
  const topology = { sites: 2, hasInflux: true };
  t.same(scheduleOf(7, 10, topology), scheduleOf(7, 10, topology));
  t.notSame(scheduleOf(7, 10, topology), scheduleOf(8, 10, topology));
});

t.test('ten minutes see every kind of fault and every part', async (t) => {
  const { faults } = scheduleOf(7, 10, { sites: 2, hasInflux: true });
  const kinds = [...new Set(faults.map(({ kind }) => kind))].sort();
  t.same(kinds, ['clock', 'cut', 'full-disk', 'kill', 'pause', 'weather']);
  const targets = [...new Set(faults.map(({ target }) => target))].sort();
  t.same(targets, ['agent0', 'agent1', 'collector', 'influxd', 'primary', 'standby', 'wan0', 'wan1']);
});

t.test('kinds left out leave the others where they were', async (t) => {
  const topology = { sites: 2, hasInflux: true };
  const all = scheduleOf(7, 10, topology).faults;
  const kills = scheduleOf(7, 10, { ...topology, kinds: ['kill'] }).faults;
  t.same(
    kills,
    all.filter(({ kind }) => kind === 'kill'),
  );
});
