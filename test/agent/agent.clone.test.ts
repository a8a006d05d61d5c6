/** Two agents whose state directories are copies of one: the second is told why it is refused and what to do, and keeps its batches. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { startAgent } from '../../agent/agent.ts';
import { startGrpcServer } from '../../collector/io/grpc-server.ts';
import { openInbox } from '../../collector/io/inbox.ts';
import { createReportServer } from '../../collector/io/report-server.ts';
import { createClock } from '../../shared/io/clock.ts';
import { type FakeProber, startFakeProber } from '../fakes/fake-prober.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));
const silent = pino({ level: 'silent' });

async function eventually(what: () => boolean, limitMs = 10_000): Promise<boolean> {
  for (let waited = 0; waited < limitMs && !what(); waited += 20)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return what();
}

async function startCollector(directory: string) {
  const inbox = await openInbox(directory);
  const reports = createReportServer({ inbox, clock: createClock(), logger: silent, assignmentFor: () => null });
  const server = await startGrpcServer({ listen: '127.0.0.1:0', services: { 'dorawatch.v1.Agents': reports } });
  const close = async (): Promise<void> => {
    await reports.close();
    await server.close(500);
    await inbox.close();
  };
  return { reports, address: server.address, close };
}

async function startOne(collector: string, stateDirectory: string, logger = silent) {
  const probers: FakeProber[] = [];
  const agent = await startAgent({
    config: { collector, site: 'corsham', stateDirectory, id: null },
    version: '0.0.0-test',
    clock: createClock(),
    logger,
    startProber: (given) => {
      const prober = startFakeProber(given);
      probers.push(prober);
      return prober;
    },
  });
  return { agent, emit: () => probers[0]?.emit() };
}

t.test('a cloned disk: the second is refused before its batches could pass for the first one’s', async (t) => {
  const [log, state] = [temporary(), temporary()];
  const copy = join(temporary(), 'copy');
  const collector = await startCollector(log);
  t.teardown(collector.close);
  // The directory as it was when the disk was copied, with nothing left to send.
  const before = await startOne(collector.address, state);
  t.ok(await eventually(() => collector.reports.agents().some(({ clockOffsetUs }) => clockOffsetUs != null)));
  before.emit();
  t.ok(await eventually(() => collector.reports.agents().some(({ stored }) => stored === 1)));
  await before.agent.stop();
  cpSync(state, copy, { recursive: true });

  const one = await startOne(collector.address, state);
  const own = () => collector.reports.agents().find(({ agent }) => agent === one.agent.name);
  t.ok(await eventually(() => own()?.connected === true && own()?.clockOffsetUs != null), 'the first is there');
  const stored = own()?.stored ?? 0;
  const lines: string[] = [];
  const two = await startOne(collector.address, copy, pino({ level: 'error' }, { write: (line) => lines.push(line) }));
  t.equal(two.agent.name, one.agent.name, 'one id');
  two.emit();
  t.ok(await eventually(() => lines.length > 0), 'the second says so');
  t.match(lines[0], /connected from another host .*start the copy with another --state directory/);
  t.match(own(), { connected: true, clash: { text: /another host presents this agent id/ } });
  one.emit();
  t.ok(await eventually(() => own()?.stored === stored + 1), 'the first goes on');
  await two.agent.stop();
  t.equal(own()?.stored, stored + 1, 'nothing of the second was taken');

  // The first goes, and the second comes while it is away: it has the later start, and the first is refused when it returns.
  await one.agent.stop();
  const later = await startOne(collector.address, copy);
  t.ok(await eventually(() => own()?.epoch === later.agent.epoch), 'the copy alone is let in, with what it kept');
  t.ok(await eventually(() => (own()?.stored ?? 0) > stored + 2));
  await later.agent.stop();
});
