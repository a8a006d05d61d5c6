import fc from 'fast-check';
import t from 'tap';
import { gapTimes } from '../../../../collector/web/core/gap-times.ts';
import type { EventRow } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

t.test('it agrees with a look at every gap', async (t) => {
  const time = fc.integer({ min: 0, max: 30 });
  const until = unixMicros(40);
  const gap = fc.tuple(time, fc.option(fc.integer({ min: 0, max: 10 })));
  fc.assert(
    fc.property(fc.array(gap, { maxLength: 6 }), time, fc.nat(10), (gaps, from, length) => {
      const rows = gaps.map(
        ([at, long]) => ({ at, end: long === null ? null : { at: at + long } }) as unknown as EventRow,
      );
      const naive = rows.some(({ at, end }) => at <= from && (end?.at ?? until) >= from + length);
      return gapTimes({ gaps: rows, until }).isWithin(from, from + length) === naive;
    }),
  );
  t.pass('for any gaps, overlapping ones too');
});
