/**
 * Worlds whose pace changes. What a network does on an ordinary day (jitter, a busy afternoon, a re-route, an upload of half a
 * minute, a partner that comes back) is never told; what is far over the usual for longer is, once, with its reason.
 */
import t from 'tap';
import type { Transition } from '../../collector/core/finding.ts';
import { createVerdicts, restoreVerdicts } from '../../collector/core/verdicts/verdicts.ts';
import { seeded } from './random.ts';
import { quietWorld, START, type WorldOptions } from './world.ts';
import { logOf } from './world-log.ts';

const HOUR = 3600;

/** A latency with a long tail, µs: its median, and sigma in nepers. */
function lognormal(random: () => number, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}

/** The transitions as they stand in the end; a snapshot in the middle must make no difference. */
function told(world: WorldOptions, site: string | null = null): readonly Transition[] {
  let verdicts = createVerdicts();
  const standing = new Map<string, Transition>();
  let entries = 0;
  for (const entry of logOf(world)) {
    if (++entries === world.seconds)
      verdicts = restoreVerdicts(JSON.parse(JSON.stringify(verdicts.snapshot()))) ?? verdicts;
    for (const { kind, finding } of verdicts.apply(entry)) {
      if (finding.kind !== 'transition' || finding.site !== site) continue;
      if (kind === 'withdrawn') standing.delete(finding.id);
      else standing.set(finding.id, finding);
    }
  }
  return [...standing.values()];
}

const words = (findings: readonly Transition[]): string[] => findings.map(({ to, reason }) => `${to} ${reason}`);
const second = (us: number): number => (us - START) / 1e6;

interface Ordinary {
  readonly name: string;
  readonly world: (random: () => number) => Partial<WorldOptions>;
}

const ordinary: readonly Ordinary[] = [
  {
    name: 'a long-tailed network',
    world: (random) => ({ delay: () => lognormal(random, 10_000, 1), seconds: HOUR }),
  },
  {
    name: 'six hours whose afternoon is twice as slow',
    world: (random) => ({
      seconds: 6 * HOUR,
      rate: 2,
      delay: (at) => lognormal(random, 12_000 * (1.5 - Math.cos((2 * Math.PI * at) / (6 * HOUR)) / 2), 0.4),
    }),
  },
  {
    name: 'a re-route by 5 ms',
    world: (random) => ({ seconds: HOUR, delay: (at) => (at > 1500 ? 5500 : 500) + random() * 200 }),
  },
  {
    name: 'uploads that fill a buffer for 25 s',
    world: (random) => ({ seconds: HOUR, delay: (at) => 8000 + random() * 2000 + (at % 300 > 275 ? 250_000 : 0) }),
  },
  {
    name: 'a partner that was away for twenty minutes: no lease update meanwhile, and 80 ms of it after',
    world: (random) => ({
      seconds: HOUR,
      delay: () => 4000 + random() * 1000,
      takes: (_, at, stage) => (stage === 'ack' && (at < HOUR / 3 || at > (2 * HOUR) / 3) ? 80_000 : 1000),
    }),
  },
  {
    name: 'the far half of the sites alone',
    world: (random) => ({
      sites: 4,
      seconds: HOUR,
      delay: (_, site) => (site < 2 ? 2000 : 90_000) + random() * 500,
      running: (site, at) => site >= 2 || at < HOUR / 2,
    }),
  },
];

ordinary.forEach(({ name, world }, i) => {
  t.test(`${name} is not told`, async (t) => {
    const random = seeded(500 + i);
    t.same(words(told({ ...quietWorld(random), ...world(random) })), ['serving answered']);
  });
});

t.test('a lease update that takes 200 ms more is slow in the ack stage, and over when it is over', async (t) => {
  const random = seeded(41);
  const takes = (_: string, at: number, stage: string) => (stage === 'ack' && at > 1200 && at < 1800 ? 200_000 : 2000);
  const world = { ...quietWorld(random), seconds: 2400, delay: () => 4000 + random() * 1000, takes };
  for (const site of [null, 'site-000']) {
    const found = told(world, site);
    t.same(words(found), ['serving answered', 'degraded slow', 'serving answered'], site ?? 'the server');
    const [, slow, over] = found as [Transition, Transition, Transition];
    t.match(slow.evidence ?? '', /^ack p50 2\d\d ms over the last 5\d s, usually 1\d ms$/, slow.evidence ?? '');
    t.ok(second(slow.earliest) <= 1200 && second(slow.latest) >= 1200, 'its bracket holds the truth');
    t.ok(second(over.earliest) <= 1800 && second(over.latest) >= 1800, 'and that of the end');
    t.ok(second(slow.detectedAt) < 1270, `told after ${second(slow.detectedAt) - 1200} s`);
  }
});

t.test('a server with many sites at a trickle is slow when most of them see it', async (t) => {
  const random = seeded(42);
  const slowAt = (part: number): Partial<WorldOptions> => ({
    sites: 12,
    rate: 4,
    seconds: 1200,
    delay: (at, site) => 2000 * (1 + (site % 7) * 5) + random() * 1000 + (at > 900 && site < part ? 150_000 : 0),
  });
  const all = told({ ...quietWorld(random), ...slowAt(10) });
  t.same(words(all), ['serving answered', 'degraded slow']);
  t.match(all[1]?.evidence ?? '', / at \d+ of 12 sites, usually /, all[1]?.evidence ?? '');
  t.same(words(told({ ...quietWorld(random), ...slowAt(5) })), ['serving answered'], 'five of twelve are their own');
});

t.test('loss that comes with a queue at several sites is overload; at one site it is not said', async (t) => {
  const queue = (sites: number): WorldOptions => {
    const random = seeded(43);
    const isFull = (at: number): boolean => at > 1200 && at < 2000;
    return {
      ...quietWorld(random),
      sites,
      rate: 10 * sites,
      seconds: 1500,
      takes: (_, at) => (isFull(at) ? 180_000 + random() * 120_000 : 1000),
      lost: (at) => isFull(at) && random() < 0.06,
    };
  };
  const several = told(queue(3));
  t.same(words(several), ['serving answered', 'degraded overloaded']);
  t.match(
    several[1]?.evidence ?? '',
    /exchanges lost while answers queue: .* at 3 of 3 sites/,
    several[1]?.evidence ?? '',
  );
  t.same(words(told(queue(1))), ['serving answered', 'degraded slow']);
});

t.test('slowness never hides a stop', async (t) => {
  const random = seeded(44);
  const takes = (_: string, at: number) => (at > 600 ? 150_000 : 1000);
  const found = told({ ...quietWorld(random), seconds: 900, takes, alive: (_, at) => at < 800 });
  t.same(words(found), ['serving answered', 'degraded slow', 'non-serving no-offer']);
});
