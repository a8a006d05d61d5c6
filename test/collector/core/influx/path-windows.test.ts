import t from 'tap';
import { createBatchClocks } from '../../../../collector/core/answers/batch-clocks.ts';
import { BLOCK_US, createPathWindows } from '../../../../collector/core/influx/path-windows.ts';
import { percentile } from '../../../../collector/core/influx/quantile.ts';
import { batches } from '../../fake-agent.ts';

const clocks = createBatchClocks();
const anchorUs = 3 * BLOCK_US;
const made = batches({ anchorUs, seconds: 12, answers: (server) => server === 0 });

t.test('a window is written whole, again with every touch, and is clean then', async (t) => {
  const windows = createPathWindows();
  windows.open(anchorUs, false);
  const wanted = new Set([anchorUs]);
  const added = made.map((batch) => windows.add(wanted, batch, clocks));
  t.equal(
    added.reduce((sum, n) => sum + n, 0),
    240,
  );
  const points = windows.takeDirty();
  t.same(
    points.map(({ tags, timestamp, fields }) => [
      tags['server'],
      timestamp,
      fields['exchanges'],
      fields['unanswered'],
      fields['total_p99_us'],
    ]),
    [
      ['primary', `${anchorUs}000`, 100, 0, 42_000],
      ['primary', `${anchorUs + 10e6}000`, 20, 0, 42_000],
      ['standby', `${anchorUs}000`, 100, 100, undefined],
      ['standby', `${anchorUs + 10e6}000`, 20, 20, undefined],
    ].sort(
      (a, b) =>
        points.findIndex((p) => p.tags['server'] === a[0] && p.timestamp === a[1]) -
        points.findIndex((p) => p.tags['server'] === b[0] && p.timestamp === b[1]),
    ),
  );
  t.same(windows.takeDirty(), []);
});

t.test('a block that was opened again is whole, and all of it is written with the first touch', async (t) => {
  const windows = createPathWindows();
  windows.open(anchorUs, true);
  const wanted = new Set([anchorUs]);
  const [last, ...before] = [...made].reverse();
  for (const batch of before) windows.fill(wanted, batch, clocks);
  t.same(windows.takeDirty(), [], 'nothing is new yet');
  if (last !== undefined) windows.add(wanted, last, clocks);
  const points = windows.takeDirty();
  t.equal(
    points.reduce((sum, { fields }) => sum + Number(fields['exchanges']), 0),
    240,
  );
  t.equal(points.length, 4);
});

t.test('quantiles are the nearest rank, as InfluxQL has them', async (t) => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  t.same(
    [50, 90, 99].map((percent) => percentile(hundred, percent)),
    [50, 90, 99],
  );
  t.equal(percentile([5], 1), 5);
  t.equal(percentile([], 50), null);
});
