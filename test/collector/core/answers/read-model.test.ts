/** The read model over a whole log, and over a snapshot and the rest: the same rows, wherever it was cut. */
import t from 'tap';
import { createReadModel, type ReadModelSnapshot } from '../../../../collector/core/answers/read-model.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { batches } from '../../fake-agent.ts';

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
