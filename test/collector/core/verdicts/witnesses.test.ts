/**
 * Two agents at one site: the path serves when either is answered, their disagreement is told with a bracket that holds the truth,
 * and in whatever order their batches come in the findings are the same.
 */
import fc from 'fast-check';
import t from 'tap';
import type { Finding, Transition } from '../../../../collector/core/finding.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { createVerdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

/** Agent 1 sees nothing for a while; the server stops for a while; some loss. */
function story(seed: number, blind: readonly [number, number], loss = 0.01): WorldOptions {
  const random = seeded(seed);
  return {
    ...quietWorld(random),
    seconds: 160,
    agentsPerSite: 2,
    rate: 20,
    alive: (_, at) => at < 100.3 || at > 120.4,
    lost: (at, agent) => random() < loss || (agent === 1 && at >= blind[0] && at < blind[1]),
  };
}

function standing(log: readonly LogEntry[]): Finding[] {
  const verdicts = createVerdicts();
  const found = new Map<string, Finding>();
  for (const entry of log) {
    for (const { kind, finding } of verdicts.apply(entry)) {
      if (kind === 'withdrawn') found.delete(finding.id);
      else found.set(finding.id, finding);
    }
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const strip = (all: readonly Finding[]) => all.map((f) => ({ ...f, detectedAt: 0, late: false }));
const disagreements = (all: readonly Finding[]): Transition[] =>
  all.filter((f): f is Transition => f.kind === 'disagreement').sort((a, b) => a.at - b.at);
const holds = ({ earliest, latest }: Transition, second: number): boolean =>
  earliest <= START + second * 1e6 && latest >= START + second * 1e6;

t.test('one that is not answered is no outage, and is told', async (t) => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const all = standing([...logOf({ ...story(seed, [40, 80]), alive: () => true })]);
    const states = all.flatMap((f) => (f.kind === 'transition' ? [`${f.site} ${f.to}`] : []));
    t.same(states.sort(), ['null serving', 'site-000 serving'], `seed ${seed}: never degraded, never non-serving`);
    const [begin, end, ...more] = disagreements(all);
    t.same(more, []);
    t.match(begin, { site: 'site-000', server: 'primary', agents: { unanswered: 'agent-1', answered: 'agent-0' } });
    t.ok(begin && end && holds(begin, 40) && holds(end, 80), `seed ${seed}: brackets hold the truth`);
  }
});

t.test('a stop is seen by the other alone, and its brackets hold', async (t) => {
  for (const seed of [6, 7, 8]) {
    const all = standing([...logOf(story(seed, [40, 1000], 0))]);
    const turns = all.filter((f): f is Transition => f.kind === 'transition' && f.site === null);
    const stop = turns.find(({ to }) => to === 'non-serving');
    const start = turns.find(({ from }) => from === 'non-serving');
    t.ok(stop && holds(stop, 100.3), 'the stop');
    t.ok(start && holds(start, 120.4), 'the start');
  }
});

t.test('loss alone is no disagreement', async (t) => {
  for (const loss of [0.05, 0.3]) {
    const world = { ...story(9, [0, 0], loss), seconds: 600, alive: () => true };
    t.same(disagreements(standing([...logOf(world)])), [], `${loss * 100} %`);
  }
});

t.test('in whatever order the agents’ batches come, the findings are the same', async () => {
  const log = [...logOf(story(11, [40, 130]))].filter((e) => e.kind !== 'clock' || e.receivedAt === START);
  const expected = JSON.stringify(strip(standing(log)));
  const property = fc.property(
    fc.nat(1),
    fc.integer({ min: 20, max: 110 }),
    fc.integer({ min: 2, max: 40 }),
    (who, from, span) => {
      const held = (e: LogEntry): boolean =>
        e.kind === 'batch' &&
        e.batch.agent === `agent-${who}` &&
        e.receivedAt > START + from * 1e6 &&
        e.receivedAt < START + (from + span) * 1e6;
      const back = unixMicros(START + (from + span) * 1e6);
      const late = log.filter(held).map((e) => ({ ...e, receivedAt: back }));
      const kept = log.filter((e) => !held(e));
      const at = kept.findIndex((e) => e.receivedAt >= back);
      const found = JSON.stringify(strip(standing([...kept.slice(0, at), ...late, ...kept.slice(at)])));
      if (found !== expected) throw new Error(`differs when agent ${who} is late from ${from} s for ${span} s`);
    },
  );
  fc.assert(property, { numRuns: 20, seed: 3 });
});
