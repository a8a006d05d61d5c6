/** Identities that alone go unanswered are named, whether one of them or half; the others say whether the server serves. */
import t from 'tap';
import type { Transition } from '../../../../collector/core/finding.ts';
import { createVerdicts, restoreVerdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

function told(world: Partial<WorldOptions>, site: string | null = null): readonly Transition[] {
  let verdicts = createVerdicts();
  const standing = new Map<string, Transition>();
  let n = 0;
  for (const entry of logOf({ ...quietWorld(seeded(11)), seconds: 300, ...world })) {
    if (++n % 70 === 0) verdicts = restoreVerdicts(JSON.parse(JSON.stringify(verdicts.snapshot()))) ?? verdicts;
    for (const { kind, finding } of verdicts.apply(entry)) {
      if (finding.kind !== 'transition' || finding.site !== site) continue;
      if (kind === 'withdrawn') standing.delete(finding.id);
      else standing.set(finding.id, finding);
    }
  }
  return [...standing.values()];
}

const words = (found: readonly Transition[]): string[] => found.map(({ to, reason }) => `${to} ${reason}`);
const second = (us: number): number => (us - START) / 1e6;
const refusing =
  (some: (identity: number) => boolean, until = Number.POSITIVE_INFINITY) =>
  (_: string, at: number, identity: number) =>
    at > 100 && at < until && some(identity) ? ('naked' as const) : null;

t.test('three of thirty-one, and answered again later', async (t) => {
  const refuses = refusing((id) => id === 3 || id === 7 || id === 20, 180);
  for (const site of [null, 'site-000']) {
    const found = told({ refuses }, site);
    t.same(words(found), ['serving answered', 'degraded some-identities', 'serving answered'], site ?? 'the server');
    const [, some, over] = found as [Transition, Transition, Transition];
    t.match(
      some.evidence ?? '',
      /^identities 3, 7 and 20(?: of 31)? refused \(nak\), .* served: class, reservation or pool$/,
    );
    t.ok(second(some.earliest) <= 100 && second(some.latest) >= 100, 'its bracket holds the truth');
    t.ok(second(over.earliest) <= 180 && second(over.latest) >= 180, 'and that of its end');
  }
});

t.test('half of them together are that, and not half of everything lost', async (t) => {
  const [, some, ...more] = told({ refuses: refusing((id) => id % 2 === 0) }, 'site-000');
  t.equal(some?.reason, 'some-identities', some?.evidence ?? '');
  t.match(some?.evidence ?? '', /^identities 0, 2, .* of 31 refused \(nak\), 15 are served/);
  t.same(words(more), []);
  const server = told({ refuses: refusing((id) => id % 2 === 0) });
  t.same(words(server), ['serving answered', 'degraded some-identities']);
});

t.test('what they meet later is not what they were found by', async (t) => {
  const refuses = (_: string, at: number, identity: number) => {
    if (at <= 100 || (identity !== 3 && identity !== 7)) return null;
    return at > 200 ? ('no-ack' as const) : ('naked' as const);
  };
  for (const site of [null, 'site-000']) {
    const found = told({ refuses }, site);
    t.same(words(found), ['serving answered', 'degraded some-identities'], site ?? 'the server');
    t.match(found[1]?.evidence ?? '', /^identities 3 and 7(?: of 31)? refused \(nak\), /);
  }
});

t.test('one site of three', async (t) => {
  const refuses = (_: string, at: number, identity: number, site: number) =>
    at > 100 && site === 1 && identity === 5 ? ('no-ack' as const) : null;
  const found = told({ sites: 3, rate: 30, refuses });
  t.same(words(found), ['serving answered', 'degraded some-identities']);
  t.match(found[1]?.evidence ?? '', /^identity 5 at site-001 refused \(no-ack\), others are served/);
});

t.test('constant loss is never that, and a stop meanwhile is a stop', async (t) => {
  for (const share of [0.02, 0.08, 0.3, 0.6]) {
    const random = seeded(12);
    const found = told({ seconds: 1200, identities: 7, lost: () => random() < share });
    t.notOk(words(found).includes('degraded some-identities'), `${share * 100} %`);
  }
  const alive = (_: string, at: number): boolean => at < 200;
  const found = told({ refuses: refusing((id) => id === 3), alive });
  t.same(words(found), ['serving answered', 'degraded some-identities', 'non-serving no-offer']);
});
