import fc from 'fast-check';
import t from 'tap';
import {
  elapsedText,
  lengthText,
  localTime,
  rfc3339,
  stepText,
  uncertaintyText,
} from '../../../../collector/core/answers/clock-text.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

t.test('RFC 3339 agrees with Date to the millisecond, and keeps the microseconds', async (t) => {
  t.equal(rfc3339(unixMicros(1_772_364_966_123_456)), '2026-03-01T11:36:06.123456Z');
  fc.assert(
    fc.property(fc.integer({ min: -2_208_988_800_000, max: 4_102_444_800_000 }), (ms) => {
      return rfc3339(unixMicros(ms * 1000)) === new Date(ms).toISOString().replace('Z', '000Z');
    }),
  );
});

t.test('local time knows its zone and daylight saving', async (t) => {
  const july = unixMicros(Date.UTC(2026, 6, 1, 10, 36, 6) * 1000 + 400_000);
  t.equal(localTime(july, 'Europe/London'), '11:36:06');
  t.equal(localTime(july, 'UTC', { date: true }), '2026-07-01 10:36:06');
  t.equal(localTime(july, 'Asia/Kolkata'), '16:06:06');
  t.equal(localTime(july, 'Asia/Kolkata', { tenths: true }), '16:06:06.4');
  t.equal(localTime(unixMicros(july + 550_000), 'UTC', { tenths: true }), '10:36:07.0', 'rounding carries');
});

t.test('spans read as the table has them', async (t) => {
  t.same([351_000, 51_000, 300_000, 130_000, 0, 4200, 3_603_000, 187_200_000, 99_960].map(elapsedText), [
    '5m 51s',
    '51s',
    '5m 0s',
    '2m 10s',
    '0s',
    '4.2s',
    '1h 0m 3s',
    '2d 4h',
    '1m 40s',
  ]);
  t.same([51_320, 351_320, 59_990].map(lengthText), ['51.3s', '5m 51.3s', '1m 0.0s']);
  t.same(
    [3840, 59_940, 59_960, 351_000].map((ms) => stepText(ms, true)),
    ['3.8s', '59.9s', '1m 0s', '5m 51s'],
  );
  t.same(
    [3840, 51_320].map((ms) => stepText(ms, false)),
    ['4s', '51s'],
  );
  t.same([50, 1500].map(uncertaintyText), ['± 0.05s', '± 1.5s']);
});
