/**
 * A site cut off for most of an hour, at a rate that makes it longer than the rows kept: its backlog comes afterwards, into
 * a real log, and the collector is killed while it folds history again. `dorawatch report` is then byte for byte what it
 * is for a log in which all came in time, but for `detected_at` and `late`; and nothing late was raised to a follower.
 */
import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import t from 'tap';
import type { LogEntry } from '../../../collector/core/log-entry.ts';
import { openInbox } from '../../../collector/io/inbox.ts';
import { startLogFold } from '../../../collector/io/log-fold.ts';
import { createSnapshotStore } from '../../../collector/io/snapshot-store.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { createClock } from '../../../shared/io/clock.ts';
import { heldBack } from '../../simulation/history.ts';
import { seeded } from '../../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../../simulation/world.ts';
import { logOf } from '../../simulation/world-log.ts';
import { run, startCollectorProcess } from '../programs.ts';

const SECONDS = 2700;
const [CUT, BACK] = [120, 2550];

function world(): WorldOptions {
  const random = seeded(21);
  return {
    ...quietWorld(random),
    seconds: SECONDS,
    sites: 3,
    rate: 100,
    identities: 400,
    servers: ['primary', 'standby'],
    mode: 'hot-standby',
    lost: () => random() < 0.002,
    alive: (server, at) =>
      server === 'primary' ? at < 600.3 || (at > 1100.7 && at < 1400) || at > 1450.2 : at > 651.2 && at < 1090.4,
  };
}

const YAML = `groups:
  - name: pair
    mode: hot-standby
    servers:
      - { name: primary, address: 10.77.1.2, role: primary }
      - { name: standby, address: 10.77.2.2, role: standby }
sites: [{ name: site-000 }, { name: site-001 }, { name: site-002 }]
probe: { rate: 100/s, drop_time: 3s }
`;

/** Yesterday, so that no retention bears on it: a day before the machine's clock, on a whole second. */
const SHIFT = Math.floor(createClock().wall() / 1e6 - 86_400) * 1e6 - START;

function shifted(entry: LogEntry): LogEntry {
  const receivedAt = unixMicros(entry.receivedAt + SHIFT);
  if (entry.kind === 'batch') {
    return { ...entry, receivedAt, batch: { ...entry.batch, anchor: unixMicros(entry.batch.anchor + SHIFT) } };
  }
  if (entry.kind === 'clock') return { ...entry, receivedAt, anchor: unixMicros(entry.anchor + SHIFT) };
  return { ...entry, receivedAt };
}

/** In one go; the log puts what is appended together to disk together. */
async function append(inbox: Awaited<ReturnType<typeof openInbox>>, entries: readonly LogEntry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += 512) await inbox.append(entries.slice(from, from + 512));
}

const moment = (second: number): string => new Date((START + SHIFT) / 1000 + second * 1000).toISOString();

/** @param isLate wait until history was folded again */
async function reportOf(config: string, state: string, isLate: boolean): Promise<string> {
  const collector = await startCollectorProcess(config, state);
  if (isLate) await collector.logged('history folded again');
  const period = ['--since', moment(-10), '--until', moment(SECONDS + 10)];
  const told = await run('collector/ops/main.ts', ['report', '--group', 'pair', ...period, '--format', 'json'], {
    DORAWATCH_COLLECTOR: collector.address,
  });
  collector.kill('SIGKILL');
  await collector.ended;
  if (told.code !== 0) throw new Error(told.stderr);
  return told.stdout;
}

const withoutLateness = (report: string): string =>
  JSON.stringify(
    JSON.parse(report, (key, value: unknown) => (key === 'detected_at' || key === 'late' ? undefined : value)),
    null,
    2,
  );

t.test('a report over a time that came late', { timeout: 600_000 }, async (t) => {
  const folder = t.testdir();
  const config = `${folder}/collector.yaml`;
  writeFileSync(config, YAML);
  const log = [...logOf(world())].map(shifted);
  const at = (second: number) => unixMicros(START + SHIFT + second * 1e6);
  const isCut = ({ batch, receivedAt }: { batch: { agent: string }; receivedAt: number }): boolean =>
    batch.agent === 'agent-1' && receivedAt > at(CUT) && receivedAt < at(BACK);
  const late = heldBack(log, isCut, at(BACK), 60);

  const inTime = await openInbox(`${folder}/in-time/log`);
  await append(inTime, log);
  await inTime.close();
  const expected = await reportOf(config, `${folder}/in-time`, false);
  const rows = JSON.parse(expected).rows.map((row: { text: string }) => row.text);
  t.equal(rows.length, 6, rows.join(', '));

  const state = `${folder}/late`;
  const inbox = await openInbox(`${state}/log`);
  const back = late.findIndex((entry) => entry.receivedAt >= at(BACK));
  await append(inbox, late.slice(0, back));
  const logger = pino({ level: 'silent' });
  const fold = await startLogFold({ inbox, store: createSnapshotStore(state), clock: createClock(), logger });
  const raised = new Set<string>();
  fold.subscribe((changed) => {
    for (const id of changed) raised.add(id);
  });
  await append(inbox, late.slice(back));
  await fold.folded(inbox.next - 1);
  const wasLate = [...fold.model.timeline.findings()].filter(({ id, late: isLate }) => isLate && raised.has(id));
  t.same(wasLate, [], 'nothing late is raised');
  // While history is folded again, or just before.
  await fold.close();
  await inbox.close();
  const killed = await startCollectorProcess(config, state);
  killed.kill('SIGKILL');
  await killed.ended;
  t.equal(withoutLateness(await reportOf(config, state, true)), withoutLateness(expected));
});
