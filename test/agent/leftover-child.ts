/**
 * A start that finds leases of the last one, in a process of its own: one from a relay address of this host, one from an address
 * that is nobody's here, one from a client's broadcast on `lan`. Usage: leftover-child DIRECTORY. Prints what became of them.
 */

import { packetTemplates } from '../../agent/core/probe-packet.ts';
import type { ProbePath } from '../../agent/core/probe-path.ts';
import { LeaseKeeper } from '../../agent/io/lease-keeper.ts';
import { releaseLeases } from '../../agent/io/lease-release.ts';
import { ipv4, parseIpv4 } from '../../shared/core/net/ipv4.ts';
import { createClock } from '../../shared/io/clock.ts';
import { asking, leaseOf } from './lease-fixture.ts';
import { pathTo, REF } from './probe-fixture.ts';
import { AGENT_ADDRESS, SERVER_ADDRESS } from './probe-network.ts';

const [directory = ''] = process.argv.slice(2);
const clock = createClock();
const keeper = (): LeaseKeeper =>
  new LeaseKeeper({ directory, anchor: clock.wall(), epochStart: clock.monotonic(), clock });

function pathFrom(giaddr: string, address: string, on: string | null): ProbePath {
  const [relay, server] = [parseIpv4(giaddr) ?? ipv4(0), parseIpv4(address) ?? ipv4(0)];
  const packets = packetTemplates({ giaddr: relay, server, localPort: on === null ? 67 : 68, serverPort: 67 });
  return { ...pathTo(), packets, ref: { ...REF, giaddr, address, interface: on } };
}

const first = keeper();
const paths = [
  pathFrom(AGENT_ADDRESS, SERVER_ADDRESS, null),
  pathFrom('10.99.0.1', SERVER_ADDRESS, null),
  pathFrom('0.0.0.0', '255.255.255.255', 'lan'),
];
for (const [index, path] of paths.entries()) first.onRequest(asking(path, index, leaseOf(index)), leaseOf(index));
first.close();
const second = keeper();
const { leases } = second.finding;
const { released, left } = await releaseLeases(second, leases, () => true, new AbortController().signal);
console.log(JSON.stringify({ found: leases.length, released, left: [...left], held: [...second.held].length }));
second.close();
