import t from 'tap';
import type { Transition } from '../../../../collector/core/finding.ts';
import { TRANSITIONS_REMEMBERED } from '../../../../collector/core/metrics/limits.ts';
import {
  createTransitionCounts,
  noteTransition,
  transitionFamily,
} from '../../../../collector/core/metrics/transition-counts.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const told = (id: string, more: Partial<Transition> = {}): Transition => ({
  kind: 'transition',
  id,
  group: 'g',
  server: 'primary',
  site: null,
  bucket: null,
  from: 'serving',
  to: 'non-serving',
  reason: 'no-offer',
  at: unixMicros(150),
  earliest: unixMicros(140),
  latest: unixMicros(160),
  detectedAt: unixMicros(200),
  sites: null,
  lossRatio: null,
  evidence: null,
  late: false,
  ...more,
});

t.test('a transition of a server counts once, however often it is told better', async (t) => {
  const counts = createTransitionCounts(unixMicros(100));
  for (const finding of [
    told('a'),
    told('a', { latest: unixMicros(155) }),
    told('b', { to: 'serving' }),
    told('of a path', { site: 'corsham' }),
    told('of a site', { kind: 'silent', server: null }),
    told('of the last run', { detectedAt: unixMicros(99) }),
  ])
    noteTransition(counts, finding);
  const { samples } = transitionFamily(counts, [{ group: 'g', server: 'primary' }]);
  t.same(
    samples.map(({ labels, value }) => [labels['to'], value]),
    [
      ['serving', 1],
      ['degraded', 0],
      ['non-serving', 1],
      ['unknown', 0],
    ],
  );
  for (let n = 0; n < TRANSITIONS_REMEMBERED + 10; n += 1) noteTransition(counts, told(`n${n}`));
  t.equal(counts.counted.size, TRANSITIONS_REMEMBERED, 'what is remembered has a bound');
});
