/**
 * An agent with a fake prober, as a process of its own: COLLECTOR STATE EVERY_MS [LOG_LEVEL]. Prints its epoch, then its log.
 * SIGTERM ends it as it stands; at SIGUSR2 it measures no more, and ends once all that it has is acknowledged.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { startAgent } from '../../agent/agent.ts';
import { createClock } from '../../shared/io/clock.ts';
import { type FakeProber, startFakeProber } from './fake-prober.ts';

const [collector = '', stateDirectory = '', everyMs = '10', level = 'silent'] = process.argv.slice(2);
let prober: FakeProber | undefined;
const agent = await startAgent({
  config: { collector, site: 'corsham', stateDirectory, id: 'agent-under-test' },
  version: '0.0.0-test',
  clock: createClock(),
  logger: pino({ level }),
  startProber: (options) => {
    prober = startFakeProber(options, Number(everyMs));
    return prober;
  },
});
process.stdout.write(`${agent.epoch}\n`);
const stop = () => agent.stop().then(() => process.exit(0));
process.on('SIGTERM', () => void stop());
process.on('SIGUSR2', async () => {
  await prober?.stop();
  while (agent.figures.spool.count > 0) await delay(50);
  await stop();
});
