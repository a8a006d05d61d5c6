import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { startAgent } from '../../agent/agent.ts';
import type { LogEntry } from '../../collector/core/log-entry.ts';
import { startGrpcServer } from '../../collector/io/grpc-server.ts';
import { type Inbox, openInbox } from '../../collector/io/inbox.ts';
import { createReportServer } from '../../collector/io/report-server.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import { ANONYMOUS, PLAIN_TARGET } from '../../shared/core/assignment.ts';
import { afterUs, milliseconds, monotonicNs } from '../../shared/core/units.ts';
import { type Clock, createClock } from '../../shared/io/clock.ts';
import { type FakeProber, startFakeProber } from '../fakes/fake-prober.ts';

const logger = pino({ level: process.env['DORAWATCH_LOG_LEVEL'] ?? 'silent' });
const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));

const assignment: Assignment = {
  version: 4,
  targets: [
    {
      group: 'g',
      server: 'primary',
      address: '10.77.1.2',
      sources: ['10.0.3.0/24'],
      bucket: null,
      kind: 'dora',
      ratePerSecond: 10,
      phase: 0.5,
      ...PLAIN_TARGET,
    },
  ],
  dropTimeMs: milliseconds(3000),
  clients: null,
  release: 'always',
  relayAddress: null,
  identify: ANONYMOUS,
  relayPort: false,
};

async function startCollector(directory: string, listen = '127.0.0.1:0') {
  const inbox = await openInbox(directory);
  const clock = createClock();
  const reports = createReportServer({ inbox, clock, logger, assignmentFor: () => assignment });
  const server = await startGrpcServer({ listen, services: { 'dorawatch.v1.Agents': reports } });
  const close = async () => {
    await reports.close();
    await server.close(500);
    await inbox.close();
  };
  return { inbox, reports, server, close };
}

function startFakeAgent(options: {
  collector: string;
  directory: string;
  clock?: Clock;
  everyMs?: number;
  spoolBytes?: number;
}) {
  let prober: FakeProber | undefined;
  const agent = startAgent({
    config: {
      collector: options.collector,
      site: 'corsham',
      stateDirectory: options.directory,
      id: null,
      spoolBytes: options.spoolBytes,
    },
    version: '0.0.0-test',
    clock: options.clock ?? createClock(),
    logger,
    startProber: (given) => {
      prober = startFakeProber(given, options.everyMs);
      return prober;
    },
  });
  return agent.then((started) => ({ agent: started, prober: prober as FakeProber }));
}

async function entriesOf(inbox: Inbox): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const { entry } of inbox.read(1)) entries.push(entry);
  return entries;
}

async function eventually(what: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += 20) {
    if (await what()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

t.test('a batch reaches the log, the agent its assignment, and the last batch goes with the goodbye', async (t) => {
  const collector = await startCollector(temporary());
  t.teardown(collector.close);
  const { agent, prober } = await startFakeAgent({ collector: collector.server.address, directory: temporary() });
  t.ok(await eventually(() => prober.assigned.length > 0), 'assigned');
  // An agent that stops before it has measured the clock leaves its batches in the spool.
  t.ok(await eventually(() => collector.reports.agents()[0]?.clockOffsetUs != null), 'the clock is measured');
  t.strictSame(prober.assigned[0], assignment);
  prober.emit();
  prober.emit();
  await agent.stop();
  const entries = await entriesOf(collector.inbox);
  t.equal(entries[0]?.kind, 'clock', 'the clock is measured before any batch');
  const sequences = entries.flatMap((entry) => (entry.kind === 'batch' ? [entry.batch.sequence] : []));
  t.strictSame(sequences, [1, 2, 3]);
  t.match(collector.reports.agents(), [
    { agent: agent.name, site: 'corsham', connected: false, backlogBatches: 0, stored: 3, version: '0.0.0-test' },
  ]);
});

t.test('an agent whose clock is an hour off says so', async (t) => {
  const collector = await startCollector(temporary());
  t.teardown(collector.close);
  const real = createClock();
  const clock: Clock = { monotonic: real.monotonic, wall: () => afterUs(real.wall(), 3_600e6) };
  const { agent } = await startFakeAgent({ collector: collector.server.address, directory: temporary(), clock });
  t.ok(await eventually(() => collector.reports.agents()[0]?.clockOffsetUs != null));
  const state = collector.reports.agents()[0];
  const [offset = 0, error = 0] = [state?.clockOffsetUs, state?.clockErrorUs];
  t.comment(`offset ${offset} us, error ${error} us`);
  t.ok(
    Math.abs(Number(offset) - 3_600e6) <= Number(error) + 2_000,
    'within its stated error, and the two clocks’ own fineness',
  );
  await agent.stop();
});

t.test('seven days without a word: it rests, over a restart too, and goes on when the collector speaks', async (t) => {
  const [directory, log] = [temporary(), temporary()];
  const first = await startCollector(log);
  const address = first.server.address;
  const real = createClock();
  let passedUs = 0;
  const clock: Clock = {
    monotonic: () => monotonicNs(real.monotonic() + passedUs * 1_000),
    wall: () => afterUs(real.wall(), passedUs),
  };
  const one = await startFakeAgent({ collector: address, directory, clock });
  t.ok(await eventually(() => one.prober.assigned.length > 0));
  await first.close();
  passedUs += 7 * 86_400e6 + 60e6;
  t.ok(await eventually(() => one.prober.assigned.at(-1)?.targets.length === 0));
  await one.agent.stop();
  const two = await startFakeAgent({ collector: address, directory, clock });
  t.match(two.prober.assigned, [{ targets: [], version: assignment.version }], 'a restart changes nothing');
  const second = await startCollector(log, address);
  t.ok(await eventually(() => two.prober.assigned.at(-1)?.targets.length === 1));
  await two.agent.stop();
  await second.close();
});

t.test('without a collector batches wait, over a restart of the agent too, and the assignment stays', async (t) => {
  const directory = temporary();
  const log = temporary();
  const first = await startCollector(log);
  const address = first.server.address;
  const one = await startFakeAgent({ collector: address, directory });
  t.ok(await eventually(() => one.prober.assigned.length > 0));
  await first.close();
  one.prober.emit();
  one.prober.emit();
  await one.agent.stop();

  const two = await startFakeAgent({ collector: address, directory });
  t.equal(two.agent.name, one.agent.name);
  t.ok(two.agent.epoch > one.agent.epoch);
  t.strictSame(two.prober.assigned, [assignment], 'probes on at once with the assignment that it had');
  two.prober.emit();
  const again = await startCollector(log, address);
  t.teardown(again.close);
  t.ok(await eventually(() => again.inbox.size.records >= 5), 'clock sample and four batches');
  await two.agent.stop();
  const names = (await entriesOf(again.inbox)).flatMap((entry) =>
    entry.kind === 'batch' ? [[entry.batch.epoch, entry.batch.sequence]] : [],
  );
  t.strictSame(
    names.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1])),
    [1, 2, 3]
      .map((sequence) => [one.agent.epoch, sequence])
      .concat([1, 2].map((sequence) => [two.agent.epoch, sequence])),
  );
});

t.test('a live batch overtakes the backlog, and every batch arrives once', async (t) => {
  const directory = temporary();
  const log = temporary();
  const first = await startCollector(log);
  const address = first.server.address;
  const one = await startFakeAgent({ collector: address, directory });
  t.ok(await eventually(() => one.prober.assigned.length > 0));
  await first.close();
  const backlog = 3000;
  for (let count = 1; count < backlog; count++) one.prober.emit();
  // The end waits for the spool, and adds the prober's last batch.
  await one.agent.stop();

  const again = await startCollector(log, address);
  t.teardown(again.close);
  const two = await startFakeAgent({ collector: address, directory });
  t.ok(await eventually(() => again.inbox.size.records > 100, 30_000), 'the backlog has begun to arrive');
  two.prober.emit();
  t.ok(await eventually(() => again.inbox.size.records >= backlog + 1, 30_000), 'every batch has arrived');
  await two.agent.stop();
  const batches = (await entriesOf(again.inbox)).flatMap((entry) => (entry.kind === 'batch' ? [entry.batch] : []));
  const live = batches.findIndex(({ epoch }) => epoch === two.agent.epoch);
  t.ok(live >= 0 && live < backlog - 100, `the live batch was number ${live + 1} of ${batches.length} to arrive`);
  t.equal(new Set(batches.map(({ epoch, sequence }) => `${epoch} ${sequence}`)).size, backlog + 2, 'each once');
});

t.test('what a full spool had to throw away is told, stored once, and then forgotten', async (t) => {
  const [directory, log] = [temporary(), temporary()];
  const first = await startCollector(log);
  const address = first.server.address;
  await first.close();
  const one = await startFakeAgent({ collector: address, directory, spoolBytes: 20_000 });
  const made = 300;
  for (let count = 1; count < made; count++) one.prober.emit();
  await one.agent.stop();
  const again = await startCollector(log, address);
  t.teardown(again.close);
  const two = await startFakeAgent({ collector: address, directory, spoolBytes: 20_000 });
  const covered = async () => {
    let [batches, lost, exchanges] = [0, 0, 0];
    for (const entry of await entriesOf(again.inbox)) {
      if (entry.kind === 'batch') batches += 1;
      if (entry.kind === 'loss') lost += entry.to - entry.from + 1;
      if (entry.kind === 'loss') exchanges += entry.groups[0]?.exchanges ?? 0;
    }
    return { batches, lost, exchanges };
  };
  t.ok(await eventually(async () => (await covered()).batches + (await covered()).lost === made, 20_000));
  const { batches, lost, exchanges } = await covered();
  t.ok(lost > 0 && exchanges > lost, `${batches} stored, ${lost} lost with ${exchanges} exchanges`);
  await two.agent.stop();
  const three = await startFakeAgent({ collector: address, directory });
  await eventually(() => again.reports.agents()[0]?.clockOffsetUs != null);
  await three.agent.stop();
  t.equal((await covered()).lost, lost, 'a further start tells nothing twice');
});
