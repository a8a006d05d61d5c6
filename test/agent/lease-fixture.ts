/** Leases and places that the tests of the ledger share: a path's own RELEASE, an exchange that asks for an address. */
import type { Exchange } from '../../agent/core/exchange.ts';
import type { LeasePlace } from '../../agent/core/lease-ledger.ts';
import type { Lease } from '../../agent/core/probe-packet.ts';
import { releasePacket } from '../../agent/core/probe-packet.ts';
import type { ProbePath } from '../../agent/core/probe-path.ts';
import { type Ipv4, ipv4 } from '../../shared/core/net/ipv4.ts';
import { exchangeOn, pathTo, SERVER } from './probe-fixture.ts';

export const leaseOf = (address: number, leaseSeconds: number | null = 600): Lease => ({
  address: ipv4(0x0a4d8000 + address) as Ipv4,
  server: SERVER,
  leaseSeconds,
});

const releaseOf = (path: ProbePath): Uint8Array => {
  const exchange = exchangeOn(path, 0);
  return releasePacket(path.packets, exchange, leaseOf(0)).slice();
};

export const PLACE: LeasePlace = {
  ...{ group: 'corsham', server: 'primary', scope: null, address: '10.77.1.2', giaddr: '10.77.0.10' },
  ...{ interface: null, card: '', release: 'always', packet: releaseOf(pathTo()) },
};

/** An exchange whose REQUEST for this lease has left. */
export function asking(path: ProbePath, slot: number, lease: Lease): Exchange {
  const exchange = exchangeOn(path, 0, 0x1000 + slot, slot);
  const { sentNs } = exchange;
  exchange.state = { kind: 'ack', lease, offerNs: sentNs, requestNs: sentNs, ownDelayNs: 0 as never };
  return exchange;
}
