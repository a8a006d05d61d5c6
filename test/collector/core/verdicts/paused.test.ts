/** While a person's pause covers it, a path that is not heard of is paused and not silent; what changed meanwhile changed somewhere in between. */
import t from 'tap';
import type { Finding, Transition } from '../../../../collector/core/finding.ts';
import type { LogEntry, PauseEntry } from '../../../../collector/core/log-entry.ts';
import { overlay } from '../../../../collector/core/verdicts/overlay.ts';
import { createVerdicts, restoreVerdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

const [FROM, TO] = [100, 160];
type Of = Partial<Pick<PauseEntry, 'group' | 'server' | 'site'>>;

const pause = (action: PauseEntry['action'], at: number, of: Of): PauseEntry => ({
  kind: 'pause',
  receivedAt: unixMicros(START + at * 1e6),
  action,
  ...{ group: null, server: null, site: null, ...of },
  text: null,
  actor: null,
  ref: null,
});

/** A world's log with a pause in it: agents stop two seconds after it is said, and go on two after it is over. */
function* pausedLog(world: Partial<WorldOptions>, of: Of): Generator<LogEntry> {
  const isOff = (site: number, at: number): boolean =>
    (of.site === undefined || of.site === `site-00${site}`) && at > FROM + 2 && at < TO + 2;
  const due = [pause('pause', FROM, of), pause('resume', TO, of)];
  for (const entry of logOf({ ...quietWorld(seeded(8)), seconds: 250, ...world })) {
    while (due[0] !== undefined && due[0].receivedAt <= entry.receivedAt) yield due.shift() as PauseEntry;
    if (entry.kind !== 'batch') {
      yield entry;
      continue;
    }
    const { results } = entry.batch;
    const keeps = results.sentUs.map((us) => !isOff(Number(entry.batch.site.slice(-1)), us / 1e6));
    const pick = (column: readonly number[]): number[] => column.filter((_, i) => keeps[i]);
    const columns = Object.fromEntries(Object.entries(results).map(([name, column]) => [name, pick(column)]));
    yield { ...entry, batch: { ...entry.batch, results: { ...results, ...columns } } };
  }
}

/** @param until entries received after this second are left out */
function told(log: Iterable<LogEntry>, until = Number.POSITIVE_INFINITY) {
  let verdicts = createVerdicts();
  const standing = new Map<string, Finding>();
  let n = 0;
  for (const entry of log) {
    if ((entry.receivedAt - START) / 1e6 > until) break;
    if (++n % 60 === 0) verdicts = restoreVerdicts(JSON.parse(JSON.stringify(verdicts.snapshot()))) ?? verdicts;
    for (const { kind, finding } of verdicts.apply(entry)) {
      if (kind === 'withdrawn') standing.delete(finding.id);
      else standing.set(finding.id, finding);
    }
  }
  const all = [...standing.values()];
  const of = (kind: string, site: string | null = null): Transition[] =>
    all.filter((f): f is Transition => f.kind === kind && 'site' in f && f.site === site);
  return { view: verdicts.view(), of };
}

const words = (found: readonly Transition[]): string[] => found.map(({ to, reason }) => `${to} ${reason}`);

for (const of of [{}, { group: 'pair' }, { server: 'primary' }, { site: 'site-000' }] satisfies Of[]) {
  t.test(`paused is not silent: ${JSON.stringify(of)}`, async (t) => {
    const { of: found } = told(pausedLog({}, of));
    t.same(words(found('transition')), ['serving answered', 'unknown paused', 'serving answered']);
    t.same(words(found('transition', 'site-000')), ['serving answered', 'unknown paused', 'serving answered']);
    t.same(words(found('silent', 'site-000')), [], 'and the site is not told');
    const { view } = told(pausedLog({}, of), 150);
    const shown = overlay(view, unixMicros(START + 155e6));
    t.same([shown.paths[0]?.reason, shown.servers[0]?.reason], ['paused', 'paused']);
  });
}

t.test('a stop during the pause lies somewhere in it', async (t) => {
  const { of: found } = told(pausedLog({ alive: (_, at) => at < 130 }, {}));
  t.same(words(found('transition')), ['serving answered', 'unknown paused', 'non-serving no-offer']);
  const { earliest, latest } = found('transition')[2] as Transition;
  t.ok(earliest <= START + 130e6 && latest >= START + 130e6);
  t.ok(earliest <= START + 103e6 && latest >= START + 161e6, 'no narrower than what was seen');
});

t.test('one site of two: its path is paused, the server is not', async (t) => {
  const { of: found } = told(pausedLog({ sites: 2, rate: 20 }, { site: 'site-001' }));
  t.same(words(found('transition')), ['serving answered']);
  t.same(words(found('transition', 'site-001')), ['serving answered', 'unknown paused', 'serving answered']);
  t.same(words(found('silent', 'site-001')), []);
});

t.test('who falls silent beside a pause of something else is silent', async (t) => {
  const running = (site: number, at: number): boolean => site === 0 || at < 120 || at > 200;
  const { of: found } = told(pausedLog({ sites: 2, rate: 20, running }, { site: 'site-000' }));
  t.ok(words(found('silent', 'site-001')).includes('unknown silent-agent'));
  t.same(words(found('silent', 'site-000')), []);
});
