/** When old history is folded again, and what is too old for it. */
import t from 'tap';
import { RETENTION_DEFAULTS } from '../../../../collector/core/config/collector-config.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { createVerdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import { milliseconds, unixMicros } from '../../../../shared/core/units.ts';
import { drive, heldBack, nothingTold, plain } from '../../../simulation/history.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

const world = () => ({
  ...quietWorld(seeded(2)),
  seconds: 7800,
  sites: 2,
  rate: 2,
  alive: (_: string, second: number) => second < 600 || (second > 660 && second < 3600) || second > 3700,
});

/** A retention of an hour, in the configuration that the log has. */
const retaining = (log: readonly LogEntry[], rawMs: number): LogEntry[] =>
  log.map((entry) =>
    entry.kind === 'config'
      ? { ...entry, config: { ...entry.config, retention: { ...RETENTION_DEFAULTS, rawMs: milliseconds(rawMs) } } }
      : entry,
  );

const late = (log: readonly LogEntry[], from: number, to: number) =>
  heldBack(
    log,
    ({ batch, receivedAt }) =>
      batch.agent === 'agent-1' && receivedAt > START + from * 1e6 && receivedAt < START + to * 1e6,
    unixMicros(START + 7500e6),
  );

t.test('results from before the retention are counted as too late and change nothing', async (t) => {
  const log = retaining([...logOf(world())], 3600_000);
  const [all, cut] = [nothingTold(), nothingTold()];
  const [verdicts, whole] = [createVerdicts(), createVerdicts()];
  drive(whole, log, all);
  drive(verdicts, late(log, 550, 700), cut);
  t.equal(verdicts.view().tooLate, 150, 'one a second for 150 s, from two hours ago');
  t.equal(cut.folds, 0);
  t.equal(whole.view().tooLate, 0);
});

t.test('from within it they are folded in, though the log reaches further back', async (t) => {
  const log = retaining([...logOf(world())], 2 * 3600_000);
  const [all, cut] = [nothingTold(), nothingTold()];
  drive(createVerdicts(), log, all);
  const verdicts = createVerdicts();
  drive(verdicts, late(log, 3000, 4200), cut);
  t.equal(verdicts.view().tooLate, 0);
  t.equal(cut.folds, 1, 'once, when the backlog is complete');
  t.same(plain(cut.standing.values()), plain(all.standing.values()));
  const detected = [...cut.standing.values()].filter((finding) => finding.late).map((finding) => finding.detectedAt);
  t.ok(detected.length > 0);
  t.ok(
    detected.every((at) => at <= START + 7500e6),
    'detected when the last of the results was received',
  );
});

t.test('due when nothing late has come for two seconds; by log time alone', async (t) => {
  const log = late([...logOf(world())], 3000, 4200);
  const verdicts = createVerdicts();
  for (const entry of log) {
    verdicts.apply(entry);
    if (entry.receivedAt >= START + 7500e6) break;
  }
  t.notOk(verdicts.isHistoryDue(unixMicros(START + 7501e6)));
  t.ok(verdicts.isHistoryDue(unixMicros(START + 7510e6)));
});
