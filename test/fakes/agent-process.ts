/** An agent with a fake prober, as a process of its own: COLLECTOR STATE EVERY_MS [LOG_LEVEL]. Prints its epoch, then its log. */
import { pino } from 'pino';
import { startAgent } from '../../agent/agent.ts';
import { createClock } from '../../shared/io/clock.ts';
import { startFakeProber } from './fake-prober.ts';

const [collector = '', stateDirectory = '', everyMs = '10', level = 'silent'] = process.argv.slice(2);
const agent = await startAgent({
  config: { collector, site: 'corsham', stateDirectory, id: 'agent-under-test' },
  version: '0.0.0-test',
  clock: createClock(),
  logger: pino({ level }),
  startProber: (options) => startFakeProber(options, Number(everyMs)),
});
process.stdout.write(`${agent.epoch}\n`);
process.on('SIGTERM', () => {
  void agent.stop().then(() => process.exit(0));
});
