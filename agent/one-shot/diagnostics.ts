/**
 * What a probe tells when asked for more: the letters of -x, and each exchange as JSON.
 */

import { formatIpv4 } from '../../shared/core/net/ipv4.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { identityAt } from '../core/identity.ts';
import type { ProbePlan } from './plan.ts';
import type { ExchangeRecord, ProbeRunResult } from './run.ts';

/** RFC 3339 UTC with microseconds. */
export function timeText(at: UnixMicros): string {
  const micros = String(Math.floor(at % 1e6)).padStart(6, '0');
  return `${new Date(Math.floor(at / 1000)).toISOString().slice(0, 19)}.${micros}Z`;
}

/** One exchange of `--exchanges`; absent figures are null. */
export function exchangeDocument(record: ExchangeRecord, run: ProbeRunResult): Readonly<Record<string, unknown>> {
  const { exchange, ending, released, lateNs } = record;
  const sentAt = (run.startedAt + Math.round((exchange.sentNs - run.startedNs) / 1000)) as UnixMicros;
  return {
    sent_at: timeText(sentAt),
    xid: `0x${exchange.xid.toString(16).padStart(8, '0')}`,
    identity: macText(exchange.identity.chaddr),
    outcome: ending.outcome,
    stage: ending.stage,
    offer_us: us(ending.offerNs),
    ack_us: us(ending.ackNs),
    total_us: ending.ackNs === undefined ? null : us(ending.totalNs),
    late_us: us(lateNs),
    address: ending.lease === undefined ? null : formatIpv4(ending.lease.address),
    released,
  };
}

/** -x a: the plan as it was understood. */
export function planLines(plan: ProbePlan): readonly string[] {
  const { macBase, options, ...rest } = plan;
  const lines = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value) ?? 'none'}`);
  const given = options.map(({ code, octets }) => `option=${code},${Buffer.from(octets).toString('hex')}`);
  return [...lines, `base=mac=${macText(identityAt(macBase, 0).chaddr)}`, ...given];
}

/** -x e, i, l, s, t, T: after the report. */
export function diagnosticLines({ diagnostics, ratePerSecond }: ProbePlan, run: ProbeRunResult): readonly string[] {
  const wanted = (letter: string, lines: readonly string[]): readonly string[] =>
    diagnostics.includes(letter) ? lines : [];
  const { tally, reason, firstServer, records } = run;
  const server = firstServer === undefined ? 'none' : formatIpv4(firstServer);
  return [
    ...wanted('e', [`Exit reason: ${REASONS[reason]}`]),
    ...wanted('i', [
      `Pace: ${tally.due} due, ${tally.unsent.stalled} too late to leave, rate ${ratePerSecond ?? 'unbounded'}`,
    ]),
    ...wanted('s', [`First server identifier: ${server}`]),
    ...wanted('l', ['***Leases***', 'client_id,address,prefix', ...records.flatMap(leaseLine)]),
    ...wanted('T', ['***Packets***', ...packetLines(run)]),
    ...wanted('t', ['***Timestamps***', ...records.filter(isAcked).map((record) => timesLine(record, run))]),
  ];
}

const REASONS = {
  count: 'all exchanges were begun (-n)',
  period: 'the period is over (-p)',
  drops: 'too many drops (-D)',
  interrupted: 'interrupted',
} as const;

function isAcked({ ending }: ExchangeRecord): boolean {
  return ending.outcome === 'acked';
}

function leaseLine({ exchange, ending }: ExchangeRecord): readonly string[] {
  if (ending.lease === undefined) return [];
  return [`01:${macText(exchange.identity.chaddr)},${formatIpv4(ending.lease.address)},`];
}

function packetLines({ packets }: ProbeRunResult): readonly string[] {
  return Object.entries(packets).map(([name, { packet }]) => `${name}: ${Buffer.from(packet).toString('hex')}`);
}

function timesLine({ exchange, ending }: ExchangeRecord, { startedNs }: ProbeRunResult): string {
  const sentUs = us(exchange.sentNs - startedNs);
  return `sent ${sentUs} us, offer ${us(ending.offerNs)} us, ack ${us(ending.ackNs)} us, total ${us(ending.totalNs)} us`;
}

function us(ns: number | undefined): number | null {
  return ns === undefined ? null : Math.round(ns / 1000);
}

function macText(chaddr: Uint8Array): string {
  return [...chaddr].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}
