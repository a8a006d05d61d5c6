import fc from 'fast-check';
import t from 'tap';
import { ticksOf } from '../../../../collector/web/core/ticks.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const at = (text: string) => unixMicros(Date.parse(text) * 1000);

t.test('ticks stand on whole hours and days of the viewer’s zone', async (t) => {
  const day = ticksOf(at('2026-07-01T10:10:00Z'), at('2026-07-02T10:10:00Z'), 'Europe/London', 10);
  t.same(
    day.map(({ text }) => text),
    ['12:00', '15:00', '18:00', '21:00', '2 Jul', '03:00', '06:00', '09:00'],
  );
  const short = ticksOf(at('2026-07-01T10:10:02Z'), at('2026-07-01T10:10:12Z'), 'UTC', 4);
  t.same(
    short.map(({ text }) => text),
    ['10:10:05', '10:10:10'],
  );
});

t.test('midnight stays midnight when summer time ends', async (t) => {
  const days = ticksOf(at('2026-10-23T12:00:00Z'), at('2026-10-28T12:00:00Z'), 'Europe/London', 6);
  t.same(
    days.map(({ at, text }) => [text, new Date(at / 1000).toISOString().slice(11, 16)]),
    [
      ['24 Oct', '23:00'],
      ['25 Oct', '23:00'],
      ['26 Oct', '00:00'],
      ['27 Oct', '00:00'],
      ['28 Oct', '00:00'],
    ],
  );
});

t.test('there are never more than there is room for, within the period, in order', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1e6, max: 3e14 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom('UTC', 'Europe/London', 'Asia/Kolkata', 'America/St_Johns'),
      (length, most, zone) => {
        const since = at('2026-01-15T03:17:11Z');
        const ticks = ticksOf(since, unixMicros(since + length), zone, most);
        return (
          ticks.length <= most + 2 &&
          ticks.every(
            (tick, n) => tick.at >= since - 3600e6 && tick.at <= since + length && tick.at > (ticks[n - 1]?.at ?? 0),
          )
        );
      },
    ),
  );
});
