/**
 * Logs as they are kept: perfdhcp's own output word for word (2.2.0 here, 1.8 and 3.x as their authors' loops left it), cut short, glued
 * together, with what else a terminal shows. What cannot be read has a note with its line; nothing else is lost.
 */
import fc from 'fast-check';
import t from 'tap';
import { readPerfdhcpLog } from '../../../../collector/core/import/perfdhcp-report.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { loopLog } from './perfdhcp-log.ts';

const options = { zone: 'UTC', now: unixMicros(Date.parse('2026-01-01T00:00:00Z') * 1000) };
const read = (text: string) => readPerfdhcpLog(text, options);

/** perfdhcp 2.2.0 against nobody, as it prints it. */
const DARK = `Running: perfdhcp -4 -l lo -r 10 -n 20 -R 20 -d 3 -W 3 127.0.0.1
Scenario: basic.
Multi-thread mode enabled.
***Rate statistics***
Rate: 0 4-way exchanges/second, expected rate: 10

***Malformed Packets***
Malformed packets: 0
***Statistics for: DISCOVER-OFFER***
sent packets: 20
received packets: 0
drops: 20
drops ratio: 100 %
orphans: 11
rejected leases: 0
non unique addresses: 0

min delay: inf ms
avg delay: min delay: n/a
avg delay: n/a
max delay: n/a
std deviation: n/a
collected packets: 0

***Statistics for: REQUEST-ACK***
sent packets: 0
received packets: 0
drops: 0
drops ratio: -nan %
orphans: 0
rejected leases: 0
non unique addresses: 0

min delay: inf ms
avg delay: min delay: n/a
avg delay: n/a
max delay: n/a
std deviation: n/a
collected packets: 0

`;

const OFFERS = `Running: perfdhcp -4 -l lo -r 10 -n 5 -i 127.0.0.1
***Rate statistics***
Rate: 9.5 DISCOVER-OFFER/second, expected rate: 10

***Statistics for: DISCOVER-OFFER***
sent packets: 5
received packets: 4
drops: 1
drops ratio: 20 %
orphans: 0

min delay: 9.904 ms
avg delay: 137.658 ms
max delay: 1541.892 ms
std deviation: 341.902 ms
collected packets: 0
`;

/** What -x aeit -t 1 adds: settings, interim lines, timestamps. */
const CHATTY = DARK.replace(
  '***Rate',
  'IPv4\nrate[1/s]=10\ndrop-time[0]=1\nserver=127.0.0.1\nsent: 9/0; received: 0/0; drops: 9/0; rejected: 0/0\nreached test-period.\n***Rate',
);

const DATE = '2021-02-09 11:29:46 - primary\n';
const figures = (text: string) =>
  read(text).runs.map(({ offer, ack }) => [offer?.sent, offer?.received, ack?.sent, ack?.received]);

t.test("perfdhcp's own words", async (t) => {
  t.same(figures(DATE + DARK), [[20, 0, 0, 0]]);
  t.same(figures(DATE + CHATTY), [[20, 0, 0, 0]]);
  const [run] = read(DATE + OFFERS).runs;
  t.match(run, {
    offerOnly: true,
    rate: 9.5,
    expectedRate: 10,
    ack: null,
    offer: { meanMs: 137.658, maxMs: 1541.892 },
  });
  t.match(read(DATE + DARK).runs[0]?.command, /^-4 -l lo -r 10 -n 20/);
  t.same(read(DATE + DARK + OFFERS).notes, []);
});

t.test('what a terminal and an editor add changes nothing', async (t) => {
  const plain = figures(DATE + DARK + DATE + OFFERS);
  const variants: Readonly<Record<string, string>> = {
    'CR LF': (DATE + DARK + DATE + OFFERS).replaceAll('\n', '\r\n'),
    prompts: `ada@corsham:~$ date; perfdhcp -r 10\n${DATE}${DARK}ada@corsham:~$ ^C\n\u001b[31m${DATE}\u001b[0m${OFFERS}Interrupted\n`,
    'no banner': (DATE + DARK + DATE + OFFERS).replace(/^(Running|Scenario|Multi).*\n/gm, ''),
    'no last line end': (DATE + DARK + DATE + OFFERS).trimEnd(),
    'the date glued to the report before it': `${DATE}${DARK.trimEnd()}${DATE}${OFFERS}`,
    'the command glued to the date': (DATE + DARK + DATE + OFFERS).replaceAll(' - primary\n', ' - primary'),
    'reports glued to each other': `${DATE}${DARK.trimEnd()}${DATE.trimEnd()}${OFFERS}`,
    'figures glued to each other': (DATE + DARK + DATE + OFFERS).replaceAll('\nreceived', 'received'),
  };
  for (const [name, text] of Object.entries(variants)) {
    const log = read(text);
    t.same(figures(text), plain, name);
    t.same(
      log.dates.map(({ reading }) => reading.moments[0]),
      read(DATE + DATE).dates.map(({ reading }) => reading.moments[0]),
      `${name}: dates`,
    );
    t.same(
      log.runs.map(({ date }) => date),
      [0, 1],
      `${name}: each run its date`,
    );
    t.match(log.dates[0]?.label, /primary/, `${name}: the label`);
  }
});

t.test('what cannot be read is named, and costs nothing else', async (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [DARK.slice(0, 90), /expected a report after this line/],
    [
      DARK.replace('sent packets: 20', 'sent packets: many'),
      /expected "sent packets: " and a whole number, found "sent packets: many"/,
    ],
    [DARK.replace('received packets: 0', 'received packets: 21'), /expected at most 20 OFFERs received, found 21/],
    [
      OFFERS.replace(' -i', '').replace('DISCOVER-OFFER/second', '4-way exchanges/second'),
      /expected "\*\*\*Statistics for: REQUEST-ACK/,
    ],
    [
      DARK.slice(0, DARK.indexOf('received packets')),
      /expected "received packets: N" of DISCOVER-OFFER, and the report ends before it/,
    ],
    [DARK.replaceAll('DISCOVER-OFFER', 'SOLICIT-ADVERTISE'), /DHCPv6/],
  ];
  for (const [broken, expected] of cases) {
    const log = read(`${DATE}${OFFERS}${DATE}${broken}\n${DATE}${OFFERS}`);
    t.same(
      log.runs.map(({ offer }) => offer?.sent),
      [5, 5],
      String(expected),
    );
    t.match(log.notes.map(({ text }) => text).join('\n'), expected);
    t.ok(
      log.notes.every(({ line }) => line > 18 && line <= 60),
      'the line is the right one',
    );
  }
  t.match(read('2021-02-30 11:00:00\n').notes[0]?.text, /expected a date that exists/);
  t.match(read(`11:29:46 primary\n${DARK}`).notes[0]?.text, /expected a date with the time/);
});

t.test('cut anywhere, whole runs stay whole and nothing throws', async (t) => {
  const text = DATE + DARK + DATE + OFFERS;
  const whole = (DATE + DARK).length;
  for (let end = 0; end <= text.length; end += 1) {
    const { runs } = read(text.slice(0, end));
    const first = runs[0];
    if (end >= whole && (first?.offer?.sent !== 20 || first.offer.received !== 0)) t.fail(`cut at ${end}`);
    if (runs.length > 2) t.fail(`${runs.length} runs, cut at ${end}`);
  }
  t.pass();
});

t.test('noise never throws, and never makes a run out of nothing', async () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(...(DATE + DARK + OFFERS).split('\n')),
    fc.constantFrom(
      'Tue Feb  9 11:29:46 GMT 2021',
      '***Statistics for: ',
      'Rate: x',
      'sent packets:',
      '\u0000',
      'Running: perfdhcp',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      for (const { offer } of read(lines.join('\n')).runs) {
        if (offer === null || offer.sent === null || offer.received === null || offer.received > offer.sent)
          throw new Error('no run');
      }
    }),
  );
});

t.test('both styles of report say the same', async (t) => {
  const loop = {
    servers: { primary: [0] },
    fromS: 1e9,
    untilS: 1e9 + 60,
    count: 50,
    rate: 10,
    pauseS: 1,
    startupS: 0.1,
    offerS: 0.01,
    ackS: 0.05,
    waitS: 0,
  };
  t.same(figures(loopLog({ ...loop, style: '1.8' })), figures(loopLog({ ...loop, style: '3.x' })));
});
