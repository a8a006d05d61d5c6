/**
 * A day in which sites are cut off for hours, their results come afterwards, and what stands in the end is what would have
 * stood had they come in time. The rows kept are made to be few, so that most of it is older than they are.
 */
import t from 'tap';
import { createVerdicts } from '../../collector/core/verdicts/verdicts.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { drive, heldBack, nothingTold, plain } from './history.ts';
import { seeded } from './random.ts';
import { logOf, quietWorld, START, type WorldOptions } from './world.ts';

const HOUR = 3600;

/** Nine hours of three sites and a pair: a failover and a fail-back in the middle of it, loss, and a flap. */
function day(seed: number, hours = 9): WorldOptions {
  const random = seeded(seed);
  return {
    ...quietWorld(random),
    seconds: hours * HOUR,
    sites: 3,
    rate: 12,
    servers: ['primary', 'standby'],
    mode: 'hot-standby',
    lost: () => random() < 0.003,
    alive: (server, at) =>
      server === 'primary' ? at < 4 * HOUR + 0.3 || at > 5 * HOUR + 12.7 : at > 4 * HOUR + 51.2 && at < 5 * HOUR + 3.4,
  };
}

t.test('one of three sites cut off over a failover for most of a day', async (t) => {
  const log = [...logOf(day(1))].filter((e) => e.kind !== 'clock' || e.receivedAt === START);
  const until = unixMicros(START + 8.7 * HOUR * 1e6);
  const late = heldBack(
    log,
    ({ batch, receivedAt }) => batch.agent === 'agent-1' && receivedAt > START + 0.5 * HOUR * 1e6 && receivedAt < until,
    until,
    700,
  );
  const inTime = nothingTold();
  let begun = performance.now();
  drive(createVerdicts(), log, inTime);
  t.comment(`in time: ${Math.round(performance.now() - begun)} ms`);
  const cut = nothingTold();
  begun = performance.now();
  drive(createVerdicts(), late, cut);
  t.comment(`cut: ${Math.round(performance.now() - begun)} ms, ${cut.folds} folds of history`);
  t.equal(inTime.folds, 0);
  t.ok(cut.folds > 0);
  t.same(plain(cut.standing.values()), plain(inTime.standing.values()));
});
