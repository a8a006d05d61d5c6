/**
 * Servers that stop and start, at every phase, with loss, jitter, long latencies, clock errors, one site and many. Every
 * stop and start must be found, nothing else, and its bracket must contain the true moment in every run. Delays and
 * widths are printed. `DORAWATCH_LONG=1` does ten times as many runs.
 */
import t from 'tap';
import type { Transition } from '../../collector/core/finding.ts';
import { createVerdicts } from '../../collector/core/verdicts/verdicts.ts';
import { seeded } from './random.ts';
import { quietWorld, START, type WorldOptions } from './world.ts';
import { logOf } from './world-log.ts';

const scale = process.env['DORAWATCH_LONG'] === '1' ? 10 : 1;

interface Kind {
  readonly name: string;
  readonly runs: number;
  readonly loss: number;
  readonly sites: number;
  readonly rate: number;
  /** One way, µs: least, and the mean of what comes on top. */
  readonly least: number;
  readonly jitter: number;
  /** Share of packets that a busy network holds for 400 ms more. */
  readonly held: number;
  readonly clock: number;
  /** Detection within this many seconds of a stop; null = printed only. */
  readonly within: number | null;
  /** Widest stop bracket, ms; null = printed only. */
  readonly width: number | null;
}

const base = {
  runs: 40,
  loss: 0,
  sites: 1,
  rate: 10,
  least: 10_000,
  jitter: 0,
  held: 0,
  clock: 1000,
  within: 5.5,
  width: 200,
};
const KINDS: readonly Kind[] = [
  { ...base, name: 'quiet, 40 ms round trip' },
  { ...base, name: 'jitter of 10 ms', jitter: 10_000, width: null },
  { ...base, name: 'latency longer than the interval', least: 100_000, jitter: 5000, width: null },
  { ...base, name: 'wild jitter, 100 ms', jitter: 100_000, width: null },
  { ...base, name: 'one packet in 500 held for 400 ms', runs: 200, held: 0.002, width: null },
  { ...base, name: 'one packet in 25 held for 400 ms', held: 0.04, width: null },
  { ...base, name: '1 % loss', loss: 0.01, width: null },
  { ...base, name: '20 % loss', loss: 0.2, within: null, width: null },
  { ...base, name: '60 % loss', loss: 0.6, within: null, width: null },
  { ...base, name: 'clocks off by 5 ms', clock: 5000 },
  { ...base, name: '142 sites at a trickle', runs: 2, sites: 142, within: 6.5 },
  { ...base, name: '5 sites, jitter, 2 % loss', sites: 5, jitter: 10_000, loss: 0.02, within: null, width: null },
];

interface Run {
  readonly world: WorldOptions;
  readonly stop: number;
  readonly start: number;
}

function worldOf(kind: Kind, seed: number): Run {
  const random = seeded(seed);
  const stop = 120 + random() * 3;
  const start = stop + 60 + random() * 3;
  const delay = (): number => {
    const held = kind.held > 0 && random() < kind.held ? 400_000 : 0;
    return kind.least - Math.log(1 - random()) * kind.jitter + held;
  };
  const offsets = Array.from({ length: kind.sites }, () => Math.round((random() - 0.5) * 2e6));
  const world = {
    ...quietWorld(random),
    seconds: 260,
    sites: kind.sites,
    rate: kind.rate,
    alive: (_: string, at: number) => at < stop || at >= start,
    lost: () => random() < kind.loss,
    delay,
    offset: (site: number) => offsets[site] as number,
    clockError: kind.clock,
  };
  return { world, stop, start };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const most = (values: readonly number[]): number => Math.max(...values);

function transitionsOf(world: WorldOptions): Transition[] {
  const verdicts = createVerdicts();
  const found = new Map<string, Transition>();
  for (const entry of logOf(world)) {
    for (const { kind, finding } of verdicts.apply(entry)) {
      if (finding.kind !== 'transition' || finding.site !== null) continue;
      if (kind === 'withdrawn') found.delete(finding.id);
      else found.set(finding.id, finding);
    }
  }
  return [...found.values()];
}

for (const kind of KINDS) {
  t.test(kind.name, async (t) => {
    const delays: number[] = [];
    const widths: number[] = [];
    const starts: number[] = [];
    let outside = 0;
    let wrong = 0;
    for (let run = 0; run < kind.runs * scale; run++) {
      const { world, stop, start } = worldOf(kind, run * 7919 + 13);
      const all = transitionsOf(world);
      const stops = all.filter((f) => f.to === 'non-serving');
      const resumed = all.filter((f) => f.from === 'non-serving' && f.to === 'serving');
      if (stops.length !== 1 || resumed.length !== 1) wrong++;
      for (const [found, truth] of [[stops[0], stop] as const, [resumed[0], start] as const]) {
        const moment = START + truth * 1e6;
        if (!found || found.earliest > moment || found.latest < moment) {
          outside++;
          const at = (us: number | undefined): string => (((us ?? Number.NaN) - moment) / 1000).toFixed(1);
          t.comment(
            `run ${run}: truth outside [${at(found?.earliest)}, ${at(found?.latest)}] ms, ${found?.from} to ${found?.to}`,
          );
        }
      }
      if (!stops[0] || !resumed[0]) continue;
      delays.push((stops[0].detectedAt - START) / 1e6 - stop);
      widths.push((stops[0].latest - stops[0].earliest) / 1000);
      starts.push((resumed[0].latest - resumed[0].earliest) / 1000);
    }
    const ms = (value: number): string => value.toFixed(0);
    t.comment(`found after ${median(delays).toFixed(2)} s (median), ${most(delays).toFixed(2)} s (most)`);
    t.comment(
      `stop brackets ${ms(median(widths))} ms (median), ${ms(most(widths))} ms (most); starts ${ms(median(starts))}, ${ms(most(starts))}`,
    );
    t.equal(outside, 0, 'every bracket contains the truth');
    t.equal(wrong, 0, 'one stop and one start, nothing else');
    if (kind.within !== null) t.ok(most(delays) <= kind.within, 'fall unanswered exchanges and the drop time');
    if (kind.width !== null) t.ok(most(widths) <= kind.width, 'narrow');
  });
}
