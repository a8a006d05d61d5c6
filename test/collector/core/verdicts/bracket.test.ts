/** Brackets: never inverted, and what each rule of a stop and a start gives. */
import fc from 'fast-check';
import t from 'tap';
import { bracket, mereLosses, startBracket, stopBracket } from '../../../../collector/core/verdicts/bracket.ts';

t.test('never inverted, the middle inside', async () => {
  const moment = fc.double({ min: 0, max: 2e15, noNaN: true });
  const property = fc.property(moment, moment, (a, b) => {
    const { at, earliest, latest } = bracket(a, b);
    return earliest <= at && at <= latest;
  });
  fc.assert(property, { seed: 3 });
});

t.test('a stop: after the last sign of life, by the first unanswered that tells', async (t) => {
  const prior = { lost: 0, all: 600 };
  const stop = { aliveAt: 100, lastAckAt: 120, stoppedBy: [150, 250, 350], prior, decidedBy: 5000 };
  t.match(stopBracket(stop), { earliest: 100, latest: 150 });
  t.match(
    stopBracket({ ...stop, aliveAt: 200 }),
    { earliest: 200, latest: 250 },
    'one from before the last answer tells nothing',
  );
  t.match(
    stopBracket({ ...stop, stoppedBy: [900, 250, 350] }),
    { latest: 250 },
    'one slow answer long ago: the second unanswered bounds it sooner',
  );
  t.match(stopBracket({ ...stop, lastAckAt: 170 }), { latest: 170 }, 'never before an ACK that came in');
  t.match(
    stopBracket({ ...stop, prior: { lost: 60, all: 600 } }),
    { latest: 5000 },
    'too few of a lossy path: the worst case',
  );
});

t.test('loss moves a start back', async (t) => {
  t.match(startBracket([10, 20, 30], 1, 35), { earliest: 30, latest: 35 });
  t.match(startBracket([10, 20, 30], 3, 35), { earliest: 10, latest: 35 });
  t.equal(mereLosses({ lost: 0, all: 600 }), 1);
  t.equal(mereLosses({ lost: 60, all: 600 }), 7);
});
