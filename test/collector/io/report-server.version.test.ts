import { pino } from 'pino';
import t from 'tap';
import { startGrpcServer } from '../../../collector/io/grpc-server.ts';
import { openInbox } from '../../../collector/io/inbox.ts';
import { createReportServer } from '../../../collector/io/report-server.ts';
import { PROTOCOL } from '../../../shared/core/protocol.ts';
import { createClock } from '../../../shared/io/clock.ts';
import { FakeAgent } from '../fake-agent.ts';

t.test('an agent that speaks otherwise is refused in words, and is no agent of the collector', async (t) => {
  const inbox = await openInbox(t.testdir());
  const logger = pino({ level: 'silent' });
  const reports = createReportServer({ inbox, clock: createClock(), logger, assignmentFor: () => null });
  const server = await startGrpcServer({ listen: '127.0.0.1:0', services: { 'dorawatch.v1.Agents': reports } });
  t.teardown(async () => {
    await reports.close();
    await server.close(500);
    await inbox.close();
  });
  const later = new FakeAgent(server.address, { protocol: PROTOCOL + 1 });
  const refusal = await later.hear((message) => (message.kind === 'refusal' ? message : null));
  t.match(refusal, { reason: 'version', batch: null, text: /speaks protocol 2.*upgrade the collector first/ });
  later.close();
  t.strictSame(reports.agents(), []);

  const older = new FakeAgent(server.address, { protocol: 0 });
  t.match(await older.refusal(), /upgrade this agent/);
  older.close();
});
