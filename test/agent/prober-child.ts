/**
 * A prober in a process of its own, so that its loop can be stalled and signals sent to it. Prints each batch as a line of
 * JSON. Usage: prober-child STAMPS CONTACTED [STALL_AFTER_MS STALL_MS]; SIGTERM ends it in good order. What ASSIGNMENT holds
 * (JSON) takes the place of that part of the assignment.
 */

import { startProber } from '../../agent/prober.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import { ANONYMOUS, PLAIN_TARGET } from '../../shared/core/assignment.ts';
import { milliseconds } from '../../shared/core/units.ts';
import { createClock } from '../../shared/io/clock.ts';
import { randomUint32 } from '../../shared/io/random.ts';
import { SERVER_ADDRESS } from './probe-network.ts';

const [stamps, contacted, stallAfterMs, stallMs] = process.argv.slice(2);
const clock = createClock();
const say = (_: object, text: string): void => console.error(text);

const prober = startProber({
  agent: 'test-agent',
  site: 'test',
  epoch: 1,
  anchor: clock.wall(),
  epochStart: clock.monotonic(),
  clock,
  random: randomUint32,
  log: { info: say, warn: say },
  contactedGroups: contacted === 'contacted' ? ['group', 'group clients'] : [],
  onContact: (group) => console.error(`contact ${group}`),
  onBatch: (batch) => console.log(JSON.stringify(batch)),
  stamps: stamps === 'user' ? 'user' : 'auto',
});

const target = {
  group: 'group',
  address: SERVER_ADDRESS,
  sources: [],
  bucket: null,
  kind: 'dora',
  ...PLAIN_TARGET,
} as const;
const assignment: Assignment = {
  version: 1,
  targets: [{ ...target, server: 'primary', ratePerSecond: 20, phase: 0.3 }],
  dropTimeMs: milliseconds(1000),
  clients: null,
  release: 'always',
  relayAddress: null,
  identify: ANONYMOUS,
  relayPort: false,
};
prober.assign({ ...assignment, ...(JSON.parse(process.env['ASSIGNMENT'] ?? '{}') as Partial<Assignment>) });

process.on('SIGUSR2', () => prober.assign({ ...assignment, version: 2, targets: [...assignment.targets] }));
process.on('SIGTERM', () => void prober.stop());
if (stallMs !== undefined)
  setTimeout(() => {
    console.error('stalling');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(stallMs));
    console.error('stalled');
  }, Number(stallAfterMs));
