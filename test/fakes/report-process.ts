/** The collector's end of the agents' stream, as a process of its own: LISTEN LOG. Prints its address when it listens. */
import { pino } from 'pino';
import { startGrpcServer } from '../../collector/io/grpc-server.ts';
import { openInbox } from '../../collector/io/inbox.ts';
import { createReportServer } from '../../collector/io/report-server.ts';
import { createClock } from '../../shared/io/clock.ts';

const [listen = '127.0.0.1:0', directory = ''] = process.argv.slice(2);
const inbox = await openInbox(directory);
const logger = pino({ level: 'silent' });
const reports = createReportServer({ inbox, clock: createClock(), logger, assignmentFor: () => null });
const server = await startGrpcServer({ listen, services: { 'dorawatch.v1.Agents': reports } });
process.stdout.write(`${server.address}\n`);
process.on('SIGTERM', () => {
  void reports
    .close()
    .then(() => server.close(500))
    .then(() => inbox.close())
    .then(() => process.exit(0));
});
