/**
 * A probe's figures as text: perfdhcp's report, line for line, so that scripts which read it go on working, then what
 * perfdhcp does not know (outcomes, percentiles, how it was stamped). And the same figures as the JSON document.
 *
 * Where perfdhcp prints `inf ms` and `-nan %` for nothing, this prints `n/a`: no reader can want the former.
 */
import type { ExchangeKind, Stamp } from '../../shared/core/outcome.ts';
import { type LatencyFigures, latencyFigures } from './latency.ts';
import { type ProbeTally, unsentOf } from './probe-tally.ts';

/** A finished run. */
export interface ProbeFigures {
  readonly server: string;
  readonly kind: ExchangeKind;
  /** RFC 3339 UTC with microseconds. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** null: as fast as possible. */
  readonly ratePerSecond: number | null;
  readonly dropTimeMs: number;
  readonly stamped: Stamp;
  readonly tally: ProbeTally;
}

/** The document of `--json`; absent figures are null. */
export function probeDocument(figures: ProbeFigures): Readonly<Record<string, unknown>> {
  const { tally } = figures;
  const { latency } = tally;
  return {
    server: figures.server,
    kind: figures.kind,
    started_at: figures.startedAt,
    duration_ms: figures.durationMs,
    rate_per_second: figures.ratePerSecond,
    drop_time_ms: figures.dropTimeMs,
    due: tally.due,
    sent: tally.sent,
    unsent: { ...tally.unsent },
    acked: tally.acked,
    dropped: { ...tally.dropped },
    naked: tally.naked,
    refused: tally.refused,
    unreachable: tally.unreachable,
    unmeasured: tally.unmeasured,
    late: tally.late,
    orphans: tally.orphans,
    duplicates: tally.duplicates,
    foreign: tally.foreign,
    malformed: tally.malformed,
    released: tally.released,
    latency_us: {
      offer: figuresOrNulls(latency.offer),
      ack: figuresOrNulls(latency.ack),
      total: figuresOrNulls(latency.total),
    },
    stamped: figures.stamped,
  };
}

/** perfdhcp's report, then ours. Ends in a newline. */
export function probeReport(figures: ProbeFigures): string {
  const { tally, kind } = figures;
  const seconds = figures.durationMs / 1000;
  const rate = seconds > 0 ? tally.acked / seconds : 0;
  const unit = kind === 'do' ? 'DISCOVER-OFFER/second' : '4-way exchanges/second';
  const expected = figures.ratePerSecond === null ? '' : `, expected rate: ${figures.ratePerSecond}`;
  const stray = tally.orphans + tally.duplicates + tally.late;
  const lines = [
    '***Rate statistics***',
    `Rate: ${six(rate)} ${unit}${expected}`,
    '',
    '***Malformed Packets***',
    `Malformed packets: ${tally.malformed}`,
    ...stage('DISCOVER-OFFER', {
      sent: tally.sent,
      received: tally.offers,
      // perfdhcp calls every answer that it does not expect an orphan, late ones and repetitions too.
      orphans: stray,
      rejected: 0,
      nonUnique: tally.nonUnique.offer,
      latency: latencyFigures(tally.latency.offer),
    }),
    ...(kind === 'do'
      ? []
      : stage('REQUEST-ACK', {
          sent: tally.requests,
          received: tally.acks,
          orphans: 0,
          rejected: tally.naked,
          nonUnique: tally.nonUnique.ack,
          latency: latencyFigures(tally.latency.ack),
        })),
    ...ownLines(figures),
  ];
  return `${lines.join('\n')}\n`;
}

interface StageFigures {
  readonly sent: number;
  readonly received: number;
  readonly orphans: number;
  readonly rejected: number;
  readonly nonUnique: number;
  readonly latency: LatencyFigures | null;
}

function stage(title: string, { sent, received, orphans, rejected, nonUnique, latency }: StageFigures): string[] {
  const drops = sent - received;
  const delay = (us: number | undefined): string => (us === undefined ? 'n/a' : `${(us / 1000).toFixed(3)} ms`);
  return [
    `***Statistics for: ${title}***`,
    `sent packets: ${sent}`,
    `received packets: ${received}`,
    `drops: ${drops}`,
    `drops ratio: ${sent === 0 ? 'n/a' : `${six((100 * drops) / sent)} %`}`,
    `orphans: ${orphans}`,
    `rejected leases: ${rejected}`,
    `non unique addresses: ${nonUnique}`,
    '',
    `min delay: ${delay(latency?.min)}`,
    `avg delay: ${delay(latency?.mean)}`,
    `max delay: ${delay(latency?.max)}`,
    `std deviation: ${delay(latency?.stddev)}`,
    'collected packets: 0',
    '',
  ];
}

function ownLines({ tally, kind, stamped }: ProbeFigures): string[] {
  const answered = kind === 'do' ? 'offered' : 'acked';
  const { unsent, dropped } = tally;
  const whole = kind === 'do' ? [] : [percentiles('whole', latencyFigures(tally.latency.total))];
  const ack = kind === 'do' ? [] : [percentiles('ack', latencyFigures(tally.latency.ack))];
  return [
    '***Exchanges***',
    `due: ${tally.due}, sent: ${tally.sent}, unsent: ${unsentOf(tally)} (no identity ${unsent.no_identity}, stalled ${unsent.stalled}, send error ${unsent.send_error})`,
    `${answered}: ${tally.acked}, dropped at offer: ${dropped.offer}, dropped at ack: ${dropped.ack}, naked: ${tally.naked}, port closed: ${tally.refused}, unreachable: ${tally.unreachable}, unmeasured: ${tally.unmeasured}`,
    `late: ${tally.late}, orphans: ${tally.orphans}, duplicates: ${tally.duplicates}, foreign: ${tally.foreign}, released: ${tally.released}`,
    '',
    `***Latency percentiles (${stamped} stamps)***`,
    percentiles('offer', latencyFigures(tally.latency.offer)),
    ...ack,
    ...whole,
  ];
}

function percentiles(name: string, latency: LatencyFigures | null): string {
  if (latency === null) return `${name}: n/a`;
  const ms = (us: number): string => (us / 1000).toFixed(3);
  return `${name}: p50 ${ms(latency.p50)} ms, p90 ${ms(latency.p90)} ms, p99 ${ms(latency.p99)} ms`;
}

const nulls = { min: null, mean: null, p50: null, p90: null, p99: null, max: null, stddev: null };

function figuresOrNulls(latencies: ProbeTally['latency']['offer']): LatencyFigures | typeof nulls {
  return latencyFigures(latencies) ?? nulls;
}

/** Six significant digits without trailing zeros, as C++ streams print a double. */
function six(value: number): string {
  return String(Number(value.toPrecision(6)));
}
