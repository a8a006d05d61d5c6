/** The moment of a stop over a restart: on the next epoch's clock, once, and only where it can be believed. */
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { keepStop, takeStop } from '../../../agent/io/last-stop.ts';
import { monotonicNs, unixMicros } from '../../../shared/core/units.ts';

const epoch = (anchorS: number, startNs = 7) => ({
  anchor: unixMicros(anchorS * 1e6),
  epochStart: monotonicNs(startNs),
});

t.test('a stop is told once, before the next epoch by as much as the wall clocks say', async (t) => {
  const folder = t.testdir();
  keepStop(folder, epoch(1_000), monotonicNs(7 + 5e9));
  t.equal(takeStop(folder, epoch(1_006.5, 100)), monotonicNs(100 - 1.5e9), 'stopped at 1005, begun at 1006.5');
  t.equal(takeStop(folder, epoch(1_007)), undefined, 'the same gap is not counted twice');
});

t.test('what cannot be believed is no gap', async (t) => {
  const folder = t.testdir();
  t.equal(takeStop(folder, epoch(1)), undefined, 'nobody stopped');
  keepStop(folder, epoch(1_000), monotonicNs(7));
  t.equal(takeStop(folder, epoch(1_061)), undefined, 'away for more than a minute');
  keepStop(folder, epoch(1_000), monotonicNs(7));
  t.equal(takeStop(folder, epoch(999)), undefined, 'the clock was set back');
  for (const damaged of ['', '{', 'null', '{"wallUs":"x"}']) {
    writeFileSync(`${folder}/stopped.json`, damaged);
    t.equal(takeStop(folder, epoch(1_000)), undefined, damaged);
  }
});
