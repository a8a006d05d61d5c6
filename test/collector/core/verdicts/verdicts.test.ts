/**
 * The fold as a whole: where it is cut and restored makes no difference, a backlog that comes late ends in the same
 * findings as one that came in time, and each rule of the states has a small world that shows it.
 */
import fc from 'fast-check';
import t from 'tap';
import type { Finding, Interval } from '../../../../collector/core/finding.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { overlay } from '../../../../collector/core/verdicts/overlay.ts';
import { createVerdicts, restoreVerdicts, type Verdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import type { FindingChange } from '../../../../collector/core/verdicts/views.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { seeded } from '../../../simulation/random.ts';
import { configOf, quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

/** Two sites, a failover and a fail-back, some loss, and a site whose uplink is cut across the first stop. */
function story(seed: number): WorldOptions {
  const random = seeded(seed);
  return {
    ...quietWorld(random),
    seconds: 150,
    sites: 2,
    servers: ['primary', 'standby'],
    mode: 'hot-standby',
    lost: () => random() < 0.01,
    alive: (server, at) => (server === 'primary' ? at < 40.1 || at > 100.7 : at > 55.3 && at < 95.2),
    connected: (site, second) => site === 0 || second < 35 || second > 80,
  };
}

const run = (verdicts: Verdicts, log: readonly LogEntry[]): FindingChange[] =>
  log.flatMap((e) => [...verdicts.apply(e)]);

const intervals = (all: readonly Finding[], kind: 'gap' | 'overlap'): Interval[] =>
  all.filter((f): f is Interval => f.kind === kind);

/** What stands after all changes. */
function standing(changes: readonly FindingChange[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const { kind, finding } of changes) {
    if (kind === 'withdrawn') found.delete(finding.id);
    else found.set(finding.id, finding);
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

t.test('cut anywhere, restored from JSON, it concludes the same', async (t) => {
  const log = [...logOf(story(5))];
  const whole = createVerdicts();
  const expected = run(whole, log);
  t.ok(expected.length > 10, `${expected.length} changes`);
  const property = fc.property(
    fc.integer({ min: 0, max: log.length }),
    fc.integer({ min: 0, max: log.length }),
    (a, b) => {
      const [first, second] = a < b ? [a, b] : [b, a];
      let verdicts = createVerdicts();
      const changes: FindingChange[] = [];
      for (const part of [log.slice(0, first), log.slice(first, second), log.slice(second)]) {
        changes.push(...run(verdicts, part));
        verdicts = restoreVerdicts(JSON.parse(JSON.stringify(verdicts.snapshot()))) as Verdicts;
      }
      if (JSON.stringify(changes) !== JSON.stringify(expected))
        throw new Error(`differs when cut at ${first} and ${second}`);
      if (JSON.stringify(verdicts.view()) !== JSON.stringify(whole.view())) throw new Error('the view differs');
    },
  );
  fc.assert(property, { numRuns: 25, seed: 1 });
});

t.test('a snapshot of another version is not read', async (t) => {
  t.equal(restoreVerdicts({ version: -1, fold: null }), null);
});

t.test('a backlog that comes late ends in the findings of one that came in time', async (t) => {
  const log = [...logOf({ ...story(7), connected: () => true })].filter(
    (e) => e.kind !== 'clock' || e.receivedAt === START,
  );
  const uncut = standing(run(createVerdicts(), log));
  const held = (e: LogEntry): boolean =>
    e.kind === 'batch' && e.batch.agent === 'agent-1' && e.receivedAt > START + 35e6 && e.receivedAt < START + 80e6;
  const back = unixMicros(START + 80e6);
  const late = log.filter(held).map((e) => ({ ...e, receivedAt: back }));
  const kept = log.filter((e) => !held(e));
  const at = kept.findIndex((e) => e.receivedAt >= back);
  const cut = standing(run(createVerdicts(), [...kept.slice(0, at), ...late, ...kept.slice(at)]));
  const strip = (all: readonly Finding[]) => all.map((f) => ({ ...f, detectedAt: 0, late: false }));
  t.same(strip(cut), strip(uncut));
  t.ok(
    cut.some((f) => f.late),
    'what the backlog changed says so',
  );
});

t.test('a failover and a fail-back: two gaps, both moves, within 0.3 s', async (t) => {
  const all = standing(run(createVerdicts(), [...logOf({ ...story(3), lost: () => false })]));
  const gaps = intervals(all, 'gap');
  t.same(
    gaps.map((g) => Math.round((g.durationMs ?? 0) / 500) / 2).sort((a, b) => a - b),
    [5.5, 15],
  );
  for (const gap of gaps) t.ok((gap.uncertaintyMs ?? 1e9) < 300, `uncertainty ${gap.uncertaintyMs} ms`);
  t.equal(all.filter((f) => f.kind === 'failover').length, 1);
  t.equal(all.filter((f) => f.kind === 'fail-back').length, 1);
  t.equal(all.filter((f) => f.kind === 'overlap').length, 0);
});

t.test('two that serve at once overlap; a clean handover does not', async (t) => {
  const quiet = { ...story(4), lost: () => false, connected: () => true };
  const both = { ...quiet, alive: (s: string, at: number) => (s === 'primary' ? true : at > 50 && at < 70) };
  const overlaps = intervals(standing(run(createVerdicts(), [...logOf(both)])), 'overlap');
  t.equal(overlaps.length, 1);
  t.equal(Math.round((overlaps[0]?.durationMs ?? 0) / 1000), 20);
  const clean = { ...quiet, alive: (s: string, at: number) => (s === 'primary' ? at < 60 : at >= 60) };
  const handover = standing(run(createVerdicts(), [...logOf(clean)]));
  t.same(
    handover.filter((f) => f.kind === 'overlap' || f.kind === 'gap'),
    [],
    'neither is proven',
  );
  t.equal(handover.filter((f) => f.kind === 'failover').length, 1);
});

t.test('82 of 142 sites served is degraded, never non-serving', async (t) => {
  const random = seeded(6);
  const world = {
    ...quietWorld(random),
    seconds: 380,
    sites: 142,
    random,
    lost: (at: number, site: number) => at > 170 && site < 60,
  };
  const verdicts = createVerdicts();
  const all = standing(run(verdicts, [...logOf(world)])).filter((f) => f.kind === 'transition' && f.site === null);
  const degraded = all.find((f) => f.kind === 'transition' && f.to === 'degraded');
  t.match(degraded, { reason: 'some-sites', sites: { served: 82, reporting: 142 } });
  t.notOk(all.some((f) => f.kind === 'transition' && f.to === 'non-serving'));
  t.match(verdicts.view().groups[0], { state: 'degraded', sites: { served: 82, unserved: 60, unknown: 0 } });
});

t.test('an identity that alone goes unanswered is never a stop', async (t) => {
  for (const identities of [2, 5, 31]) {
    const random = seeded(identities);
    const world = {
      ...quietWorld(random),
      seconds: 900,
      identities,
      lost: (_: number, __: number, who: number) => who === 1,
    };
    const all = standing(run(createVerdicts(), [...logOf(world)]));
    t.same(
      new Set(all.map((f) => f.kind === 'transition' && `${f.to} ${f.reason}`)),
      new Set(['serving answered', 'degraded some-identities']),
      `one of ${identities}`,
    );
  }
});

t.test('a silent site: unknown since its last result, and back; the overlay shows it sooner', async (t) => {
  const random = seeded(8);
  const world = {
    ...quietWorld(random),
    seconds: 200,
    running: (_: number, second: number) => second < 60 || second > 120,
  };
  const log = [...logOf(world)];
  const verdicts = createVerdicts();
  const changes = run(verdicts, log);
  const silent = standing(changes).filter((f) => f.kind === 'silent');
  t.equal(silent.length, 2);
  for (const f of silent) t.match(f, { site: 'site-000', server: null, group: null });
  const view = verdicts.view();
  t.equal(view.paths[0]?.state, 'serving');
  t.equal(overlay(view, unixMicros(START + 205e6)).paths[0]?.state, 'serving');
  const old = overlay(view, unixMicros(START + 300e6));
  const last = view.servers[0]?.lastEvidenceAt;
  t.match(old.paths[0], { state: 'unknown', reason: 'silent-agent' });
  t.match(old.servers[0], { state: 'unknown', since: { at: last }, sites: { serving: 0, unknown: 1 } });
  t.match(old.sites[0], { state: 'unknown', servedBy: [], since: last });
  t.match(old.groups[0], { state: 'unknown', since: { at: last }, sites: { served: 0, unserved: 0, unknown: 1 } });
});

t.test('a site that the configuration no longer names is neither told silent nor waited for nor counted', async (t) => {
  const world = {
    ...story(9),
    connected: () => true,
    lost: () => false,
    running: (site: number, second: number) => site === 0 || second < 18,
  };
  const log = [...logOf(world)].flatMap((entry): LogEntry[] => {
    const first = entry.kind === 'batch' && entry.batch.agent === 'agent-0' && entry.batch.sequence === 18;
    const config = configOf({ ...world, sites: 1 });
    const change: LogEntry = { kind: 'config', version: 2, config, text: '', receivedAt: entry.receivedAt };
    return first ? [change, entry] : [entry];
  });
  const verdicts = createVerdicts();
  const found = standing(run(verdicts, log));
  t.same(
    found.filter((f) => f.kind === 'silent'),
    [],
  );
  const stop = found.find(
    (f) => f.kind === 'transition' && f.site === null && f.to === 'non-serving' && f.at > START + 30e6,
  );
  t.ok(stop && stop.detectedAt < START + 48e6, 'the stop at 40.1 s is not held up by the site that is gone');
  const view = verdicts.view();
  t.same(
    view.sites.map(({ site }) => site),
    ['site-000'],
  );
  t.match(view.groups[0]?.sites, { served: 1, unserved: 0, unknown: 0 });
  t.match(view.servers[0]?.sites, { serving: 1, degraded: 0, nonServing: 0, unknown: 0 });
});
