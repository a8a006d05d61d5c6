/** The read model over a whole log, and over a snapshot and the rest: the same rows, wherever it was cut. */
import t from 'tap';
import { createReadModel, type ReadModelSnapshot } from '../../../../collector/core/answers/read-model.ts';
import { reportOf } from '../../../../collector/core/answers/report.ts';
import { reportMarkdown } from '../../../../collector/core/answers/report-text.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { batches } from '../../fake-agent.ts';
import { counted } from '../verdicts/a-failover.ts';

const START = 1_772_364_966_000_000;
const text =
  'groups: [{ name: corsham-dhcp, mode: hot-standby, servers: [{ name: primary, address: 10.77.1.2, role: primary }, { name: standby, address: 10.77.2.2, role: standby }] }]\nsites: [{ name: corsham }]\n';

function log(): LogEntry[] {
  const verdict = judgeConfigText(text);
  if (!verdict.ok) throw new Error('the configuration of the test has mistakes');
  const receivedAt = unixMicros(START);
  const nobody = { group: null, server: null, site: null, actor: null, ref: null };
  const made = batches({ anchorUs: START, seconds: 90, answers: (server, second) => (server === 0) === second < 40 });
  return [
    { kind: 'config', receivedAt, version: 1, config: verdict.config, text },
    ...made.map((batch): LogEntry => ({ kind: 'batch', receivedAt: unixMicros(START + batch.sequence * 1e6), batch })),
    { kind: 'mark', receivedAt: unixMicros(START + 100e6), at: unixMicros(START + 39e6), text: 'down', ...nobody },
  ];
}

function folded(entries: readonly LogEntry[], from: ReadModelSnapshot | null = null) {
  const model = createReadModel(from);
  for (let position = model.next; position <= entries.length; position += 1)
    model.apply(position, entries[position - 1] as LogEntry);
  return model;
}

t.test('a snapshot at any place, through JSON, and the rest of the log give the same rows', async (t) => {
  const entries = log();
  const whole = folded(entries);
  t.equal(whole.next, entries.length + 1, 'and it knows where it stands');
  const rows = JSON.stringify(whole.timeline.rows());
  t.ok(
    whole.timeline.rows().some(({ kind }) => kind === 'failover'),
    'there is something to compare',
  );
  for (const cut of [1, 2, 30, 44, 45, 60, entries.length]) {
    const snapshot: ReadModelSnapshot = JSON.parse(JSON.stringify(folded(entries.slice(0, cut)).snapshot()));
    t.equal(JSON.stringify(folded(entries, snapshot).timeline.rows()), rows, `cut after ${cut}`);
  }
});

t.test('a snapshot of another version is left aside', async (t) => {
  const snapshot = { ...folded(log()).snapshot(), version: 99 };
  const model = createReadModel(snapshot);
  t.equal(model.next, 1);
  t.equal(model.timeline.rows().length, 0);
});

t.test('a failover in a window is planned, in its rows, in the report and in Markdown', async (t) => {
  const scope = { group: 'corsham-dhcp', server: null, site: null };
  const [since, until] = [unixMicros(START + 30e6), unixMicros(START + 80e6)];
  const said = { action: 'start', ...scope, since, until, text: 'Kea 3.0', actor: 'ada', ref: 'CHG0012' } as const;
  const window: LogEntry = { kind: 'maintenance', receivedAt: since, ...said };
  const model = folded([...log(), window]);
  const rows = model.timeline.rows();
  const planned = rows.filter((row) => row.planned === 'Kea 3.0').map(({ kind }) => kind);
  t.ok(planned.includes('failover'));
  t.ok(
    rows.some((row) => row.kind === 'transition' && row.planned === null),
    'what was before it is not',
  );
  const period = {
    group: 'corsham-dhcp',
    mode: 'hot-standby',
    since: unixMicros(START),
    until: unixMicros(START + 120e6),
  };
  const report = reportOf(period, rows, {
    measured: counted,
    availability: [],
    planned: model.maintenance.periods(period),
  });
  t.match(report.failovers, [{ planned: 'Kea 3.0' }]);
  const markdown = reportMarkdown(report, 'UTC');
  t.match(markdown, /\| \*failover: primary → standby, .* \(planned\)\* +\|/);
  t.match(markdown, /\nPlanned 2026-03-01 .* of group corsham-dhcp: Kea 3\.0 \(CHG0012, ada\)\n/);
});
