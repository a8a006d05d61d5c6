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
      const inGap = (at: number) => rows.some((row) => row.at <= at && at < (row.end?.at ?? until));
      const parts = gapTimes({ gaps: rows, until }).partsOf(from, from + length);
      const told = parts.flatMap((part) => Array<boolean>(part.to - part.from).fill(part.inGap));
      const isWhole = parts.every((part, index) => part.from === (parts[index - 1]?.to ?? from) && part.from < part.to);
      const isShort = parts.every((part, index) => part.inGap !== parts[index - 1]?.inGap);
      const naive = Array.from({ length }, (_, index) => inGap(from + index));
      return isWhole && isShort && JSON.stringify(told) === JSON.stringify(naive);
    }),
    { examples: [[[[1, 0]], 0, 2]], numRuns: 2_000 },
  );
  t.pass('for any gaps, overlapping ones too');
});
