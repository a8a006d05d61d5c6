/**
 * Chaos in its short form, for every gate: one seed, so that a failure is this change's and not the dice's. `npm run
 * test:chaos` is the full form, with any seed for any time. The row of zeros is the test; what disagreed is in the comments.
 */
import t from 'tap';
import { labSkipReason } from '../lab/requirements.ts';
import { runChaos } from './chaos.ts';
import { judge, verdictLine, verdictNotes } from './checker/verdict.ts';

const SEED = 302;
const MINUTES = 2.5;

t.test('nothing lost, nothing invented', { skip: labSkipReason(), timeout: 540_000 }, async (t) => {
  const evidence = await runChaos({
    seed: SEED,
    minutes: MINUTES,
    sites: 2,
    tell: (line) => t.comment(line),
  });
  const verdict = judge(evidence);
  for (const line of verdictNotes(verdict)) t.comment(line);
  t.comment(`seed ${SEED}: ${verdictLine(verdict)}`);
  t.match(verdict.exchanges, { lost: 0, duplicated: 0, invented: 0 });
  t.match(verdict.transitions, { missed: 0, invented: 0 });
  t.ok(verdict.exchanges.exchanges > 1_000, 'the agents probed all along');
  t.ok(verdict.transitions.seen >= 4, 'a failover and a fail-back were there to be seen');
});
