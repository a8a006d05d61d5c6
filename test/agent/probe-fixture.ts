/** Values that the tests of the probing core share: one path, its identities, and answers to it. */

import { discoverSent, type Exchange } from '../../agent/core/exchange.ts';
import type { Arrival } from '../../agent/core/exchange-table.ts';
import { identityAt, macBase } from '../../agent/core/identity.ts';
import { createPool } from '../../agent/core/identity-pool.ts';
import { packetTemplates } from '../../agent/core/probe-packet.ts';
import type { ProbePath } from '../../agent/core/probe-path.ts';
import type { PathRef } from '../../shared/core/batch.ts';
import { SERVER_PATH } from '../../shared/core/batch.ts';
import { type Ipv4, ipv4, parsePrefix } from '../../shared/core/net/ipv4.ts';
import type { ExchangeKind } from '../../shared/core/outcome.ts';
import { type MonotonicNs, milliseconds, millisecondsToNs, monotonicNs } from '../../shared/core/units.ts';

export const SERVER = ipv4(0x0a4d0102);
export const OTHER = ipv4(0x0a4d0909);
export const GIADDR = ipv4(0x0a4d000a);
export const OFFERED = ipv4(0x0a4d8001);
export const DROP_TIME_MS = 3000;

/** A moment, in ms. */
export const at = (ms: number): MonotonicNs => monotonicNs(ms * 1e6);

export const REF: PathRef = {
  group: 'corsham',
  server: 'primary',
  address: '10.77.1.2',
  bucket: null,
  giaddr: '10.77.0.10',
  kind: 'dora',
  firstContact: false,
  ...SERVER_PATH,
};

export function pathTo(kind: ExchangeKind = 'dora', sources: readonly string[] = [], clients = 8): ProbePath {
  return {
    ref: { ...REF, kind },
    address: SERVER,
    sources: sources.map(parsePrefix).filter((prefix) => prefix !== undefined),
    kind,
    dropTimeNs: millisecondsToNs(milliseconds(DROP_TIME_MS)),
    release: 'always',
    pool: createPool(macBase('agent', 'primary'), clients),
    packets: packetTemplates({ giaddr: GIADDR, server: SERVER, localPort: 67, serverPort: 67 }),
  };
}

/** An exchange whose DISCOVER left at `sentMs`. */
export function exchangeOn(path: ProbePath, sentMs: number, xid = 0x1234, slot = 0): Exchange {
  const identity = identityAt(path.pool.base, slot);
  return discoverSent(path, { identity, xid, secs: 0 }, at(sentMs));
}

/** An answer that came in at `ms`; with `sinceMs`, some time between the two. */
export function answerAt(ms: number, fields: Partial<Arrival> = {}, sinceMs = ms): Arrival {
  return {
    type: 'OFFER',
    xid: 0x1234,
    source: SERVER,
    chaddr: identityAt(macBase('agent', 'primary'), 0).chaddr,
    clientId: undefined,
    yiaddr: OFFERED,
    server: SERVER as Ipv4 | undefined,
    leaseSeconds: 3600,
    subnetSelection: undefined,
    receivedNs: at(ms),
    earliestNs: at(sinceMs),
    ...fields,
  };
}
