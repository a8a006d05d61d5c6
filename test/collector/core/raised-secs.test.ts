/** A drill's raised secs end by themselves. */
import t from 'tap';
import { NONE_RAISED, raiseSecs, stillRaised } from '../../../collector/core/raised-secs.ts';
import { unixMicros } from '../../../shared/core/units.ts';

t.test('raised until its end, renewed by asking again, over when told', async (t) => {
  const at = (seconds: number) => unixMicros(seconds * 1e6);
  const raised = raiseSecs(NONE_RAISED, 'g', 60_000, at(0));
  t.same(stillRaised(raised, at(59)), ['g']);
  t.same(stillRaised(raised, at(60)), []);
  const renewed = raiseSecs(raised, 'g', 60_000, at(50));
  t.same(stillRaised(renewed, at(100)), ['g']);
  t.same([...raiseSecs(renewed, 'h', 1000, at(200)).keys()], ['h'], 'what is over is forgotten');
  t.same(stillRaised(raiseSecs(renewed, 'g', 0, at(60)), at(60)), []);
});
