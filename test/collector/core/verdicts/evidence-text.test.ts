/** Each way to fail has a small world, and its verdict says so: the reason, and the sentence with the figures it rests on. */
import t from 'tap';
import type { Transition } from '../../../../collector/core/finding.ts';
import { spanText } from '../../../../collector/core/verdicts/evidence-text.ts';
import { createVerdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import { listText } from '../../../../collector/core/words.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, type Refusal, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

/** The server's transitions as they stand in the end. */
function told(world: Partial<WorldOptions>): readonly Transition[] {
  const random = seeded(3);
  const verdicts = createVerdicts();
  const standing = new Map<string, Transition>();
  for (const entry of logOf({ ...quietWorld(random), ...world })) {
    for (const { kind, finding } of verdicts.apply(entry)) {
      if (finding.kind !== 'transition' || finding.site !== null) continue;
      if (kind === 'withdrawn') standing.delete(finding.id);
      else standing.set(finding.id, finding);
    }
  }
  return [...standing.values()];
}

const from30 = (refusal: Refusal) => (_: string, at: number) => (at > 30 ? refusal : null);

const ways: readonly (readonly [string, Partial<WorldOptions>, string, RegExp])[] = [
  [
    'a daemon that is dead on a host that lives',
    { refuses: from30('refused') },
    'refused',
    /^ICMP port unreachable to \d+ of \d+ exchanges(?: \(\d+ no-ack\))?: the host lives, the daemon does not$/,
  ],
  ['a host or route that is dead', { refuses: from30('unreachable') }, 'unreachable', /^ICMP host or net unreachable/],
  [
    'silence',
    { alive: (_, at) => at < 30 },
    'no-offer',
    /^10 of 10 DISCOVERs unanswered, no ICMP: .*; last ACK \d+ ms before$/,
  ],
  [
    'OFFERs without an ACK',
    { refuses: from30('no-ack') },
    'no-ack',
    /^OFFERs come \(p50 4\d ms\), no ACK in 10 of 10 exchanges: lease update or database stuck$/,
  ],
  ['NAKs', { refuses: from30('naked') }, 'nak', /^NAK to 10 of 10 exchanges: it answers and gives no lease$/],
];

for (const [name, world, reason, sentence] of ways) {
  t.test(name, async (t) => {
    const stop = told(world).find(({ to }) => to === 'non-serving');
    t.equal(stop?.reason, reason);
    t.match(stop?.evidence ?? '', sentence, stop?.evidence ?? '');
  });
}

t.test('several sites are counted, and what was never answered says so', async (t) => {
  const [stop] = told({ sites: 3, rate: 30, alive: () => false }).filter(({ to }) => to === 'non-serving');
  t.match(stop?.evidence ?? '', / at 3 sites, no ICMP: .*; never answered before$/, stop?.evidence ?? '');
});

t.test('loss has its share, and unserved sites their names', async (t) => {
  const random = seeded(4);
  const lossy = told({ seconds: 120, lost: () => random() < 0.3 }).find(({ to }) => to === 'degraded');
  t.match(lossy?.evidence ?? '', /^\d+ of \d+ exchanges lost in \d+ s, others are answered$/);
  const some = told({ sites: 3, rate: 30, lost: (at, site) => site === 1 && at > 20 });
  const degraded = some.find(({ to, reason }) => to === 'degraded' && reason === 'some-sites');
  t.equal(degraded?.evidence, '1 of 3 sites that report are unserved: site-001');
});

t.test('spans and lists read as a person would write them', async (t) => {
  t.same([2100, 210_000, 1_400_000, 75e6].map(spanText), ['2.1 ms', '210 ms', '1.4 s', '75 s']);
  t.same(
    [listText([3]), listText([3, 7]), listText([1, 2, 3, 4]), listText([1, 2, 3, 4, 5])],
    ['3', '3 and 7', '1, 2, 3 and 4', '1, 2, 3 and 2 more'],
  );
});
