/**
 * Failovers that nobody hears of in time: the agent dies in mid-gap and comes back when the standby serves; the collector
 * is cut off across the fail-back and learns of it later. Real parts, the capture is the truth: what happened unseen is
 * in a bracket as wide as the silence, what was only heard late in one as narrow as ever, and nothing is invented.
 */
import t from 'tap';
import { startCapture } from '../lab/capture.ts';
import { pause } from '../lab/child.ts';
import { startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { gapsDisagreeing, type Interval, type Row, type Terms, transitionsDisagreeing } from './against-truth.ts';
import { GROUP, Programs } from './programs.ts';
import { beginProbing } from './story.ts';

interface Report {
  readonly rows: readonly Row[];
  readonly gaps: readonly Interval[];
}

interface Status {
  readonly groups: readonly { readonly state: string; readonly sites: unknown }[];
}

/** Longer than the silence limit: drop time and 15 s. */
const SILENCE_MS = 21_000;

t.test('failovers in silence, held against the wire', { skip: labSkipReason(), timeout: 240_000 }, async (t) => {
  await using lab = await startLab({ size: 'small', timers: 'short' });
  const capture = await startCapture(lab);
  const programs = new Programs(lab, { ratePerSecond: 10 });
  await beginProbing(programs, (line) => t.comment(line));
  // Time for the standby to be known silent.
  await pause(8_000);

  await lab.primary.kill();
  // Long enough for the stop to be heard of, too short for the standby's start.
  await pause(3_000);
  programs.agent.kill('SIGKILL');
  await pause(SILENCE_MS);
  const during = await programs.json<Status>('status');
  t.match(during.groups[0], { state: 'unknown', sites: { served: 0, unserved: 0, unknown: 1 } }, 'no news is unknown');
  const backUs = Date.now() * 1000;
  programs.startAgent();
  await programs.waitForGroupState('failed-over', 30_000);

  lab.cut('collector');
  await pause(2_000);
  lab.primary.start();
  await lab.settled(60_000);
  await pause(3_000);
  lab.mend('collector');
  await programs.waitForGroupState('normal', 60_000);
  const ended = await programs.agent.stop('SIGTERM', 20_000);
  t.equal(ended.code, 0, 'SIGTERM ends the agent cleanly');
  const wire = await capture.stop();

  const terms: Terms = {
    serverNames: { [lab.network.primary.address]: 'primary', [lab.network.standby.address]: 'standby' },
    dropTimeUs: 3_000_000,
    fall: 10,
    rise: 2,
    slackUs: 30_000,
  };
  t.comment((await programs.ops('report', '--group', GROUP, '--since', '-10m')).stdout);
  const report = await programs.json<Report>('report', '--group', GROUP, '--since', '-10m', '--format', 'json');
  t.same(
    transitionsDisagreeing(report.rows, wire.exchanges, terms),
    [],
    'every transition in its bracket, none invented',
  );
  // What the dead agent took with it may have been the proof of the first gap; the second was all heard of, late.
  const since = wire.exchanges.filter((exchange) => exchange.discoverUs > backUs);
  t.same(gapsDisagreeing(report.gaps.slice(-1), since, terms), [], 'the gap that was heard of late agrees');
  t.ok((report.gaps.at(-1)?.uncertainty_ms ?? 1e9) < 1_000, 'and is known as well as if it had been heard of at once');
});
