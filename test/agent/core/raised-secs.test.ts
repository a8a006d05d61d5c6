/** `secs`: 0 but in a drill, and in a drill a number that Kea reads as it was meant. */
import fc from 'fast-check';
import t from 'tap';
import { DRILL_NS_MAX, raisedSecs } from '../../../agent/core/raised-secs.ts';
import { at } from '../probe-fixture.ts';

/** As Kea reads the field: above 255 with nothing in the low octet, it takes the octets for swapped. */
const asKeaReads = (secs: number): number => (secs > 255 && (secs & 255) === 0 ? secs >> 8 : secs);

t.test('0 without a drill, whole seconds in one', async (t) => {
  t.equal(raisedSecs(undefined, at(1e9)), 0);
  t.equal(raisedSecs({ sinceNs: at(5000), beganNs: at(5000) }, at(5999)), 0);
  t.equal(raisedSecs({ sinceNs: at(5000), beganNs: at(5000) }, at(16_000)), 11);
  t.equal(raisedSecs({ sinceNs: at(5000), beganNs: at(5000) }, at(4000)), 0, 'never below 0');
  t.equal(raisedSecs({ sinceNs: at(0), beganNs: at(9e8) }, at(9e8)), 65_535, 'as much as the field holds');
});

t.test('property: Kea never reads less than a second short of the truth', async () => {
  fc.assert(
    fc.property(fc.nat(65_535), (seconds) => {
      const secs = raisedSecs({ sinceNs: at(0), beganNs: at(seconds * 1000) }, at(seconds * 1000));
      return secs <= 65_535 && asKeaReads(secs) >= seconds && secs - seconds <= 1;
    }),
  );
});

t.test('a drill that nobody ends is over after half an hour', async (t) => {
  const end = DRILL_NS_MAX / 1e6;
  const waiting = { sinceNs: at(end - 20_000), beganNs: at(0) };
  t.equal(raisedSecs(waiting, at(end)), 20);
  t.equal(raisedSecs(waiting, at(end + 1)), 0);
});
