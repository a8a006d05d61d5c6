import t from 'tap';
import { LIVE_US } from '../../../../collector/core/metrics/limits.ts';
import { isTellingNow, liveOf } from '../../../../collector/core/metrics/live-results.ts';
import type { VerdictsView } from '../../../../collector/core/verdicts/views.ts';
import type { ResultBatch } from '../../../../shared/core/batch.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { batches } from '../../fake-agent.ts';

const ANCHOR = 1000e6;
const batch = batches({ anchorUs: ANCHOR, seconds: 1 })[0] as ResultBatch;
const DROP_US = 3e6;

t.test('a result is news for its drop time and 15 s, by its agent’s clock as it was measured', async (t) => {
  const receivedAt = unixMicros(ANCHOR + 60e6);
  const track = [{ epoch: 1, at: ANCHOR, offset: 0, error: 200 }];
  const live = liveOf({ kind: 'batch', receivedAt, batch }, track);
  t.equal(live.sinceUs, 60e6 - DROP_US - LIVE_US);
  t.equal(live.counts, false, 'the batch ends before that');
  // Its clock is a minute behind, so what seems to be old has just been sent.
  const behind = [{ epoch: 1, at: ANCHOR, offset: -60e6, error: 200 }];
  t.equal(liveOf({ kind: 'batch', receivedAt, batch }, behind).counts, true);
});

t.test('what a fold tells in the midst of a backlog is not of now', async (t) => {
  const judged = (at: number | null) =>
    ({
      servers: [
        { group: 'g', lastEvidenceAt: at },
        { group: 'other', lastEvidenceAt: 900e6 },
      ],
      silenceLimitUs: { g: 30e6 },
    }) as unknown as VerdictsView;
  const now = unixMicros(900e6);
  t.equal(isTellingNow(judged(900e6 - 4e6), 'g', now), true);
  t.equal(isTellingNow(judged(900e6 - 45e6), 'g', now), true, 'a site that is about to be silent holds it back so far');
  t.equal(isTellingNow(judged(900e6 - 46e6), 'g', now), false);
  t.equal(isTellingNow(judged(null), 'g', now), false);
});
