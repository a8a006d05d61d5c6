/** Due times: no drift whatever the wake-ups, no burst after a stall, every due time accounted for once. */
import fc from 'fast-check';
import t from 'tap';
import {
  alignedOrigin,
  createSchedule,
  dueBetween,
  latenessNs,
  nextDue,
  takeDue,
} from '../../../agent/core/schedule.ts';
import { monotonicNs, unixMicros } from '../../../shared/core/units.ts';
import { at } from '../probe-fixture.ts';

t.test('at 10/s, woken on time, one each period; phase moves all of them', async (t) => {
  const schedule = createSchedule({ originNs: at(0), periodNs: 1e8, phase: 0.25 }, at(0));
  t.equal(nextDue(schedule), at(25));
  t.same(takeDue(schedule, at(24)), { send: 0, stalled: 0 });
  t.same(takeDue(schedule, at(25)), { send: 1, stalled: 0 });
  t.equal(nextDue(schedule), at(125));
});

t.test('after a stall of 5 s one exchange leaves and the rest are unsent', async (t) => {
  const schedule = createSchedule({ originNs: at(0), periodNs: 1e8, phase: 0 }, at(0));
  t.same(takeDue(schedule, at(5010)), { send: 1, stalled: 50 });
  t.equal(nextDue(schedule), at(5100), 'the next due time is where it always was');
});

t.test('a slow schedule that is woken far too late does not send late', async (t) => {
  const schedule = createSchedule({ originNs: at(0), periodNs: 60e9, phase: 0 }, at(0));
  t.same(takeDue(schedule, at(5000)), { send: 0, stalled: 1 });
});

t.test('property: no drift, no burst, nothing lost', async () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 20_000, noNaN: true }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.array(fc.integer({ min: 1, max: 8_000_000 }), { minLength: 1, maxLength: 50 }),
      (rate, phase, sleepsUs) => {
        const periodNs = 1e9 / rate;
        const schedule = createSchedule({ originNs: at(0), periodNs, phase }, at(0));
        let now = 0;
        let taken = 0;
        for (const sleepUs of sleepsUs) {
          now += sleepUs * 1000;
          const { send, stalled } = takeDue(schedule, monotonicNs(now));
          taken += send + stalled;
          if (send > Math.max(1, latenessNs(periodNs) / periodNs)) return false;
          if (nextDue(schedule) <= now) return false;
        }
        // What a perfect clock would have had due by now, give or take the rounding of one float division.
        return Math.abs(taken - Math.floor(now / periodNs - phase + 1)) <= 1 && taken === schedule.next;
      },
    ),
    { numRuns: 500 },
  );
});

t.test('an hour of late wake-ups moves nothing', async (t) => {
  const schedule = createSchedule({ originNs: at(0), periodNs: 1e9 / 3, phase: 0 }, at(0));
  for (let ms = 0; ms < 3_600_000; ms += 37) takeDue(schedule, at(ms));
  t.ok(Math.abs(nextDue(schedule) - Math.round(nextDue(schedule) / (1e9 / 3)) * (1e9 / 3)) < 1e3);
});

t.test('all agents share their origin on the wall clock', async (t) => {
  const period = 1e8;
  const one = alignedOrigin(at(0), unixMicros(1_700_000_000_012_345), period);
  const two = alignedOrigin(at(500), unixMicros(1_700_000_000_512_345), period);
  t.equal(((two - one) % period) + 0, 0);
  t.ok(one <= at(0) && one > -period);
});

t.test('a schedule made later goes on where an earlier one would stand', async (t) => {
  const schedule = createSchedule({ originNs: at(0), periodNs: 1e8, phase: 0.5 }, at(1234));
  t.equal(nextDue(schedule), at(1250));
});

t.test('what was due between two runs: each due time once, also before the second run began', async (t) => {
  const schedule = createSchedule({ originNs: at(0), periodNs: 100e6, phase: 0.25 }, at(0));
  t.equal(dueBetween(schedule, at(-1000), at(0)), 10, 'before the origin');
  t.equal(dueBetween(schedule, at(24), at(26)), 1);
  t.equal(dueBetween(schedule, at(25), at(25)), 0);
  t.equal(dueBetween(schedule, at(26), at(24)), 0, 'never less than none');
  const halves = dueBetween(schedule, at(-333), at(77)) + dueBetween(schedule, at(77), at(1234));
  t.equal(halves, dueBetween(schedule, at(-333), at(1234)));
});
