import fc from 'fast-check';
import t from 'tap';
import {
  chosen,
  hashOf,
  openedServers,
  openedWith,
  type Place,
  periodOf,
  placeOf,
  VIEWS,
} from '../../../../collector/web/core/place.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const NOW = unixMicros(1_772_364_966_000_000);
const HOUR_US = 3600e6;

t.test('a link leads to the place that it was made of', async (t) => {
  const name = fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: null });
  const place: fc.Arbitrary<Place> = fc.record({
    view: fc.constantFrom(...VIEWS),
    group: name,
    since: name,
    until: name,
    server: name,
    site: name,
  });
  fc.assert(fc.property(place, (one) => JSON.stringify(placeOf(hashOf(one))) === JSON.stringify(one)));
  t.equal(
    hashOf({ ...placeOf(''), view: 'report', since: '2026-03-01T11:36:06Z' }),
    '#/report?since=2026-03-01T11:36:06Z',
  );
});

t.test('a link that was cut short or made up leads somewhere, too', async (t) => {
  t.same(placeOf('#/nowhere?group=a%2&strange=1'), { ...placeOf(''), view: 'now', group: null });
});

t.test('a period ends now unless it says otherwise', async (t) => {
  const nothing = { since: null, until: null };
  t.same(periodOf(nothing, '-24h', NOW), { since: NOW - 24 * HOUR_US, until: NOW, follows: true });
  t.same(periodOf({ ...nothing, since: '-7d' }, '-24h', NOW).since, NOW - 168 * HOUR_US);
  const ends = chosen(NOW - 3 * HOUR_US, NOW - 2 * HOUR_US);
  t.same(periodOf(ends, '-24h', NOW), { since: NOW - 3 * HOUR_US, until: NOW - 2 * HOUR_US, follows: false });
});

t.test('a period that makes no sense is the usual one', async (t) => {
  const { since, until } = chosen(NOW, NOW - HOUR_US);
  t.same(periodOf({ since, until }, '-1h', NOW).since, NOW - 2 * HOUR_US, 'it begins before its end');
  t.same(periodOf({ since: 'soon', until: null }, '-1h', NOW).since, NOW - HOUR_US);
  t.ok(periodOf({ since: '1970-01-01T00:00:00Z', until: null }, '-1h', NOW).since > 1e15, 'and is of this decade');
});

t.test('servers are opened and closed one by one, and all of them are in the link', async (t) => {
  t.same(openedServers(placeOf('#/timeline')), []);
  t.equal(openedWith([], 'primary'), 'primary');
  const both = openedWith(['primary'], 'standby');
  t.equal(hashOf({ ...placeOf('#/timeline'), server: both }), '#/timeline?server=primary,standby');
  t.same(openedServers(placeOf('#/timeline?server=primary,standby')), ['primary', 'standby']);
  t.equal(openedWith(['primary', 'standby'], 'primary'), 'standby');
  t.equal(openedWith(['primary'], 'primary'), null);
});
