import t from 'tap';
import { rfc3339 } from '../../../../collector/core/answers/clock-text.ts';
import { parseTime } from '../../../../collector/core/answers/time-input.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

/** 14:00 on a summer's day in London, 13:00 UTC. */
const present = { now: unixMicros(Date.UTC(2026, 6, 1, 13) * 1000), zone: 'Europe/London' };

function read(text: string, at = present): string {
  const parsed = parseTime(text, at);
  return parsed.ok ? rfc3339(parsed.value) : parsed.problem;
}

t.test('every form that the help names', async (t) => {
  const cases: Record<string, string> = {
    '2026-03-01T11:30:15Z': '2026-03-01T11:30:15.000000Z',
    '2026-03-01T11:30:15.123456+01:00': '2026-03-01T10:30:15.123456Z',
    '11:30': '2026-07-01T10:30:00.000000Z',
    '11:30:15': '2026-07-01T10:30:15.000000Z',
    '2026-03-01 11:30': '2026-03-01T11:30:00.000000Z',
    '2026-06-30': '2026-06-29T23:00:00.000000Z',
    '-2h': '2026-07-01T11:00:00.000000Z',
    '-90s': '2026-07-01T12:58:30.000000Z',
    '-15m': '2026-07-01T12:45:00.000000Z',
    yesterday: '2026-06-29T23:00:00.000000Z',
    today: '2026-06-30T23:00:00.000000Z',
    now: '2026-07-01T13:00:00.000000Z',
  };
  for (const [text, expected] of Object.entries(cases)) t.equal(read(text), expected, text);
});

t.test("a clock time still to come is yesterday's", async (t) => {
  t.equal(read('23:30'), '2026-06-30T22:30:00.000000Z');
});

t.test('local times on the day the clocks change', async (t) => {
  const after = { now: unixMicros(Date.UTC(2026, 2, 29, 12) * 1000), zone: 'Europe/London' };
  t.equal(read('00:30', after), '2026-03-29T00:30:00.000000Z');
  t.equal(read('03:30', after), '2026-03-29T02:30:00.000000Z');
  t.equal(read('yesterday', after), '2026-03-28T00:00:00.000000Z');
});

t.test('what is no time is told what one is', async (t) => {
  for (const text of ['', 'noon', '25:00', '11:60', '2026-02-30', '-2', '2h', '2026-13-01T00:00:00Z']) {
    t.match(read(text), /is not a time; expected RFC 3339/, text);
  }
});
