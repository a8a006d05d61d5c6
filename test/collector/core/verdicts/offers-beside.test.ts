/** DO at a high rate beside DORA at a low one: who gives OFFERs and no leases does not serve, and a death is seen by the DOs. */
import t from 'tap';
import type { Transition } from '../../../../collector/core/finding.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { createVerdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import { OUTCOMES, STAGES } from '../../../../shared/core/outcome.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

const ACKED = OUTCOMES.indexOf('acked');
const OFFER = STAGES.indexOf('offer');

/** Every `nth` exchange of a tenth of a second stays a DORA; the others end with their OFFER. @param nth 0: no DORA at all */
function withOffers(entry: LogEntry, nth: number): LogEntry {
  if (entry.kind !== 'batch') return entry;
  const { paths, results } = entry.batch;
  const isDora = results.sentUs.map((us) => nth > 0 && Math.floor(us / 1e5) % nth === 0);
  const hasOffer = results.offerUs.map((us, i) => !isDora[i] && us >= 0);
  const pick = (column: readonly number[], instead: (i: number) => number): number[] =>
    column.map((value, i) => (hasOffer[i] ? instead(i) : value));
  const columns = {
    path: results.path.map((path, i) => (isDora[i] ? path : path + paths.length)),
    outcome: pick(results.outcome, () => ACKED),
    stage: pick(results.stage, () => OFFER),
    ackUs: pick(results.ackUs, () => -1),
    totalUs: pick(results.totalUs, (i) => results.offerUs[i] as number),
  };
  const both = [...paths, ...paths.map((path) => ({ ...path, kind: 'do' as const }))];
  return { ...entry, batch: { ...entry.batch, paths: both, results: { ...results, ...columns } } };
}

function told(world: Partial<WorldOptions>, nth: number): readonly (readonly [string, Transition])[] {
  const verdicts = createVerdicts();
  const standing = new Map<string, Transition>();
  for (const entry of logOf({ ...quietWorld(seeded(7)), seconds: 200, ...world })) {
    for (const { kind, finding } of verdicts.apply(withOffers(entry, nth))) {
      if (finding.kind !== 'transition' || finding.site !== null) continue;
      if (kind === 'withdrawn') standing.delete(finding.id);
      else standing.set(finding.id, finding);
    }
  }
  return [...standing.values()].map((finding) => [`${finding.to} ${finding.reason}`, finding] as const);
}

const second = (us: number): number => (us - START) / 1e6;
const holds = ({ earliest, latest }: Transition, at: number): boolean => second(earliest) <= at && second(latest) >= at;

for (const sites of [1, 3]) {
  t.test(`OFFERs without ACKs are a stop within fall DORAs (${sites} sites)`, async (t) => {
    const refuses = (_: string, at: number) => (at > 100.2 && at < 150.2 ? 'no-ack' : null);
    const found = told({ sites, rate: 10 * sites, refuses }, 10);
    t.same(
      found.map(([word]) => word),
      ['serving answered', 'non-serving no-ack', 'serving answered'],
    );
    const [, stop] = found[1] as (typeof found)[number];
    const [, start] = found[2] as (typeof found)[number];
    t.ok(holds(stop, 100.2) && holds(start, 150.2), 'the brackets hold the truth');
    t.ok(second(stop.detectedAt) < 100.2 + 10 + 5, `told after ${second(stop.detectedAt) - 100.2} s`);
    t.match(stop.evidence ?? '', /^OFFERs come .* no ACK in \d+ of \d+ exchanges/);
  });

  t.test(`a death is seen by the DOs, long before ten DORAs have gone unanswered (${sites} sites)`, async (t) => {
    const alive = (_: string, at: number): boolean => at < 100.2 || at > 140.2;
    const found = told({ sites, rate: 10 * sites, alive }, 10);
    t.same(
      found.map(([word]) => word),
      ['serving answered', 'non-serving no-offer', 'serving answered'],
    );
    const [, stop] = found[1] as (typeof found)[number];
    const [, start] = found[2] as (typeof found)[number];
    t.ok(holds(stop, 100.2) && holds(start, 140.2), 'the brackets hold the truth');
    t.ok(second(stop.detectedAt) < 100.2 + 6, `told after ${second(stop.detectedAt) - 100.2} s`);
  });
}

t.test('loss alone is never a stop, and DORAs far apart are no silence', async (t) => {
  const random = seeded(9);
  const lossy = told({ seconds: 600, lost: () => random() < 0.05 }, 10);
  t.notOk(lossy.some(([word]) => word.startsWith('non-serving')));
  const rare = told({ seconds: 600 }, 600);
  t.same(
    rare.map(([word]) => word),
    ['serving answered'],
  );
});

t.test('a path that has no DORAs goes by its OFFERs', async (t) => {
  const found = told({ refuses: () => 'no-ack', alive: (_, at) => at < 100 }, 0);
  t.same(
    found.map(([word]) => word),
    ['serving answered', 'non-serving no-offer'],
  );
});
