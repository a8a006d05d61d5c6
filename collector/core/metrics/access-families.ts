/**
 * What comes to the gRPC port of a collector that asks for certificates, as metrics: handshakes, strangers, requests to join, and what
 * the bounds have held back. An open collector has none of these families.
 */
import { counter, type Family, gauge, seconds, single } from '../../../shared/core/metrics/family.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';

/** Counts are since the start. */
export interface AccessFigures {
  readonly handshakes: Readonly<Record<'open' | 'completed' | 'refused' | 'failed', number>>;
  /** Connections without a valid certificate, by why. */
  readonly strangers: Readonly<Record<string, number>>;
  readonly crowded: number;
  /** Open connections. */
  readonly lobby: number;
  readonly members: number;
  readonly enrolment: Readonly<Record<'joined' | 'refused' | 'throttled', number>>;
  readonly trespasses: number;
  /** Agents that wait for approval. */
  readonly pending: number;
  readonly serverUntil: UnixMicros;
}

export function accessFamilies(figures: AccessFigures | null): readonly Family[] {
  if (figures === null) return [];
  const { handshakes, enrolment } = figures;
  const { open, ...ended } = handshakes;
  return [
    gauge('dorawatch_access_handshakes', 'TLS handshakes that are under way.', single(open)),
    counter(
      'dorawatch_access_handshakes_total',
      `TLS handshakes by how they ended; refused: not begun, for want of room. ${SINCE}`,
      by('outcome', ended),
    ),
    gauge(
      'dorawatch_access_connections',
      'Connections: of members, and of strangers in the lobby.',
      by('room', { lobby: figures.lobby, members: figures.members }),
    ),
    counter(
      'dorawatch_access_strangers_total',
      `Connections without a valid certificate, by why. ${SINCE}`,
      by('why', figures.strangers),
    ),
    counter(
      'dorawatch_access_crowded_total',
      `Connections ended because the lobby was full, or one certificate had too many. ${SINCE}`,
      single(figures.crowded),
    ),
    counter(
      'dorawatch_access_joins_total',
      `Requests for a certificate by their outcome. ${SINCE}`,
      by('outcome', { ...enrolment }),
    ),
    counter(
      'dorawatch_access_trespasses_total',
      `Times that an agent spoke for another site or agent than its certificate's. ${SINCE}`,
      single(figures.trespasses),
    ),
    gauge('dorawatch_access_pending', 'Agents that wait for approval.', single(figures.pending)),
    gauge(
      'dorawatch_access_server_certificate_end_timestamp_seconds',
      "When the collector's own certificate ends.",
      single(seconds(figures.serverUntil)),
    ),
  ];
}

const SINCE = 'Since the collector began.';

const by = (label: string, values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
