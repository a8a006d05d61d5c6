/** Dates as logs hold them, and what they stand for where clocks change. */
import t from 'tap';
import { type ClockReading, orderMoments, readClock } from '../../../../collector/core/import/clock-reading.ts';
import { findDate } from '../../../../collector/core/import/date-text.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const us = (text: string) => unixMicros(Date.parse(text) * 1000);
const options = { zone: 'Europe/London', now: us('2026-01-01T00:00:00Z') };

function reading(line: string): ClockReading {
  const found = findDate(line);
  return found === null ? { moments: [], resolutionUs: 0, note: 'none' } : readClock(found.value, options);
}

t.test('the forms of dates', async (t) => {
  const same = [
    '2021-07-09 11:29:46 - primary',
    '=== 2021-07-09T11:29:46 ===',
    '2021-07-09T10:29:46Z',
    '2021-07-09T12:29:46+02:00',
    '2021-07-09 06:29:46-0400',
    '2021/07/09 11:29:46',
    '20210709T102946Z',
    'Fri Jul  9 11:29:46 BST 2021',
    'Fri Jul  9 10:29:46 UTC 2021',
    'Fri Jul  9 10:29:46 AM GMT 2021',
    'Fri Jul  9 11:29:46 2021',
    'Fri 09 Jul 2021 11:29:46 AM BST',
    'Fri  9 Jul 11:29:46 BST 2021',
    'Fri, 09 Jul 2021 11:29:46 +0100',
    'Jul 9, 2021 11:29:46 AM',
    'Fri Jul  9 06:29:46 EDT 2021',
    '1625826586',
    '1625826586 primary',
    'collected packets: 02021-07-09 11:29:46',
  ];
  for (const line of same) t.same(reading(line).moments, [us('2021-07-09T10:29:46Z')], line);
  t.same(reading('2021-07-09T11:29:46,123456789+01:00').moments, [us('2021-07-09T10:29:46Z') + 123_456]);
  t.equal(reading('2021-07-09 11:29').resolutionUs, 60e6, 'a minute is as sharp as it gets');
  t.match(reading('Jul  9 11:29:46 corsham'), { moments: [us('2025-07-09T10:29:46Z')], note: /no year.*2025/ });
  t.match(reading('Fri Jul  9 11:29:46 XYZ 2021'), { moments: [us('2021-07-09T10:29:46Z')], note: /XYZ is not known/ });
  t.same(reading('2021-02-30 11:00:00').moments, []);
  for (const line of ['', 'sent packets: 100', 'Rate: 9.79937 4-way exchanges/second', '11:29:46', 'version 2021-07'])
    t.equal(findDate(line), null, line);
});

t.test('clocks put back: the order of the log decides', async (t) => {
  t.same(reading('2021-10-31 01:30:00').moments, [us('2021-10-31T00:30:00Z'), us('2021-10-31T01:30:00Z')]);
  const local = ['00:59:40', '01:00:00', '01:30:00', '01:59:40', '01:00:00', '01:30:00', '01:59:40', '02:00:00'];
  const utc = ['23:59:40', '00:00:00', '00:30:00', '00:59:40', '01:00:00', '01:30:00', '01:59:40', '02:00:00'];
  const expected = utc.map((clock, i) => us(`2021-10-${i === 0 ? 30 : 31}T${clock}Z`));
  const readings = local.map((clock) => reading(`2021-10-31 ${clock}`));
  t.same(orderMoments(readings), expected);
  t.same(orderMoments(readings.slice(4)), expected.slice(4), 'a log that begins in the second hour, by what follows');
  t.match(reading('2021-03-28 01:30:00'), { moments: [us('2021-03-28T01:30:00Z')], note: /skipped that time/ });
});
