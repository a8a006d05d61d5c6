/** When the log says that nobody reports, and what the fold makes of it: silences that are withdrawn when it was the line. */
import t from 'tap';
import { createReadModel } from '../../../collector/core/answers/read-model.ts';
import type { LogEntry } from '../../../collector/core/log-entry.ts';
import { isQuiet, type QuietSigns } from '../../../collector/core/quiet.ts';
import { judgeConfigText } from '../../../collector/io/config-file.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { batches } from '../fake-agent.ts';

const S = 1e6;
const signs: QuietSigns = { sessions: [], startedAt: 0, writtenAt: 0, silenceUs: () => 8 * S, now: 0 };

t.test('the word is written when the last agent has gone, a few times', async (t) => {
  const gone = [
    { connected: false, lastSeen: 100 * S },
    { connected: false, lastSeen: 90 * S },
  ];
  t.notOk(isQuiet({ ...signs, sessions: [...gone, { connected: true, lastSeen: 0 }], now: 900 * S }), 'one is there');
  t.notOk(isQuiet({ ...signs, sessions: gone, now: 109 * S }), 'not before the silence limit');
  t.ok(isQuiet({ ...signs, sessions: gone, now: 110 * S }));
  t.notOk(isQuiet({ ...signs, sessions: gone, writtenAt: 110 * S, now: 119 * S }));
  t.ok(isQuiet({ ...signs, sessions: gone, writtenAt: 110 * S, now: 120 * S }));
  t.notOk(isQuiet({ ...signs, sessions: gone, writtenAt: 280 * S, now: 900 * S }), 'then all is said');
  t.notOk(isQuiet({ ...signs, now: 60 * S }), 'after a start, agents are given time to come back');
  t.ok(isQuiet({ ...signs, now: 71 * S }));
});

const START = 1_772_364_966_000_000;
const text =
  'groups: [{ name: corsham-dhcp, mode: hot-standby, servers: [{ name: primary, address: 10.77.1.2, role: primary }, { name: standby, address: 10.77.2.2, role: standby }] }]\nsites: [{ name: corsham }]\n';

t.test('all silent is told at once; what the agents bring afterwards takes it back', async (t) => {
  const verdict = judgeConfigText(text);
  if (!verdict.ok) throw new Error('the configuration of the test has mistakes');
  const made = batches({ anchorUs: START, seconds: 120, answers: (server, second) => (server === 0) === second < 70 });
  const config: LogEntry = { kind: 'config', receivedAt: unixMicros(START), version: 1, config: verdict.config, text };
  const inTime = made.map(
    (batch): LogEntry => ({ kind: 'batch', receivedAt: unixMicros(START + batch.sequence * S), batch }),
  );
  const rowsOf = (entries: readonly LogEntry[]) => {
    const model = createReadModel(null);
    entries.forEach((entry, i) => {
      model.apply(i + 1, entry);
    });
    return model.timeline.rows().map(({ detected_at: _, late: __, ...row }) => row);
  };
  const cut = inTime.slice(0, 50);
  const quiet = [75, 90].map((at): LogEntry => ({ kind: 'quiet', receivedAt: unixMicros(START + at * S) }));
  const silent = rowsOf([config, ...cut, ...quiet]).filter(({ to }) => to === 'unknown');
  t.same(silent.map(({ kind, server, site }) => [kind, server, site].join(' ')).sort(), [
    'silent  corsham',
    'transition primary ',
    'transition primary corsham',
    'transition standby ',
    'transition standby corsham',
  ]);
  t.ok(
    silent.every(({ at }) => at < START + 51 * S),
    'since the last result',
  );
  const backlog = inTime.slice(50).map((entry) => ({ ...entry, receivedAt: unixMicros(START + 130 * S) }));
  t.same(rowsOf([config, ...cut, ...quiet, ...backlog]), rowsOf([config, ...inTime]), 'as if they had come in time');
});
