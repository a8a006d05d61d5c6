/** Many sites in one trouble are one alert; sites that were told of before stay so. */
import t from 'tap';
import { type Condition, condition } from '../../../../collector/core/alerts/condition.ts';
import { crowdsOf } from '../../../../collector/core/alerts/crowds.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const silent = (count: number): Condition[] =>
  Array.from({ length: count }, (_, n) => {
    const site = `site-${String(n).padStart(3, '0')}`;
    const told = {
      key: `site-silent ${site}`,
      site,
      since: unixMicros(1e15 + n),
      summary: `${site} is silent`,
      sites: [site],
    };
    return condition({ kind: 'site-silent', ...told });
  });

t.test('how many make a crowd, and when it is about the collector', async (t) => {
  const crowds = (count: number, heardOf: number, open: readonly string[] = []) =>
    crowdsOf(silent(count), { heardOf, isOpen: (key) => open.includes(key) });
  t.same(crowds(3, 142).conditions, [], 'three are called for one by one');
  t.match(crowds(4, 142).conditions, [{ key: 'site-silent', sites: { length: 4 } }]);
  t.match(crowds(140, 142).conditions, [
    { key: 'collector', summary: /^the collector hears 2 of 142 sites: .* and 137 more$/, sites: { length: 140 } },
  ]);
  t.equal(crowds(140, 142).crowdOf.size, 140, 'which holds back every single one');
  t.match(crowds(5, 142, ['collector']).conditions, [{ key: 'collector' }], 'it lasts until the last is back');
  const late = crowds(5, 142, ['site-silent site-000', 'site-silent site-001']);
  t.same(late.conditions, [], 'of which two were told of before: three are left');
  t.match(crowds(2, 142, ['site-silent']).conditions, [{ key: 'site-silent' }], 'later ones join a crowd that is open');
});
