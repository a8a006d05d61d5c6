/**
 * What is written to InfluxDB: the four measurements with their tags and fields, and a point of one of them. Tags are what
 * queries group by and have few values; everything that has many (epoch, sequence, identifiers) is a field, for every
 * combination of tag values is a series that InfluxDB keeps in memory for ever.
 *
 * A server's role is no tag: it is the configuration's and may change, and then one window would stand in two series.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';

/** `integer`: a 64-bit count or figure; an absent figure is an absent field. */
export type FieldKind = 'integer' | 'float' | 'string' | 'boolean';

export interface Measurement {
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, FieldKind>>;
  /** Kept for the raw retention only, in the policy RAW_POLICY; otherwise in the database's default policy. */
  readonly raw: boolean;
}

/** Retention policy of `dhcp_exchange`. */
export const RAW_POLICY = 'dorawatch_raw';

const WHERE = ['group', 'server', 'site', 'bucket'] as const;

const LATENCIES = Object.fromEntries(
  ['offer', 'ack', 'total'].flatMap((stage) =>
    ['p50', 'p90', 'p99', 'max'].map((rank) => [`${stage}_${rank}_us`, 'integer' as const]),
  ),
);

/** Every measurement with its schema. A field never changes its kind: InfluxDB would refuse the point. */
export const MEASUREMENTS = {
  dhcp_exchange: {
    raw: true,
    tags: [...WHERE, 'agent'],
    fields: {
      outcome: 'string',
      stage: 'string',
      stamped: 'string',
      released: 'boolean',
      epoch: 'integer',
      sequence: 'integer',
      index: 'integer',
      identity: 'integer',
      offer_us: 'integer',
      ack_us: 'integer',
      total_us: 'integer',
      late_us: 'integer',
      clock_offset_us: 'integer',
    },
  },
  dhcp_path: {
    raw: false,
    tags: WHERE,
    fields: {
      exchanges: 'integer',
      judged: 'integer',
      unanswered: 'integer',
      acked: 'integer',
      dropped: 'integer',
      naked: 'integer',
      refused: 'integer',
      unreachable: 'integer',
      unmeasured: 'integer',
      ...LATENCIES,
    },
  },
  dhcp_transition: {
    raw: false,
    tags: ['kind', 'level', ...WHERE],
    fields: {
      id: 'string',
      from: 'string',
      to: 'string',
      reason: 'string',
      text: 'string',
      late: 'boolean',
      earliest_us: 'integer',
      latest_us: 'integer',
      detected_us: 'integer',
      gap_ms: 'float',
      uncertainty_ms: 'float',
    },
  },
  dhcp_gap: {
    raw: false,
    tags: ['kind', 'group'],
    fields: {
      id: 'string',
      open: 'boolean',
      late: 'boolean',
      duration_ms: 'float',
      uncertainty_ms: 'float',
      earliest_us: 'integer',
      latest_us: 'integer',
      end_us: 'integer',
      detected_us: 'integer',
    },
  },
} as const satisfies Readonly<Record<string, Measurement>>;

export type MeasurementName = keyof typeof MEASUREMENTS;

export interface Point {
  readonly measurement: MeasurementName;
  /** Only those with a value: InfluxDB knows no empty tag. */
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number | string | boolean>>;
  /** ns since 1970 by the collector's clock, in decimal digits: beyond what a double holds. */
  readonly timestamp: string;
}

/** Where on the map of paths a point belongs; what does not apply is null. */
export interface Place {
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly bucket: number | null;
}

/** The tags that name a place. */
export function placeTags({ group, server, site, bucket }: Place): Readonly<Record<string, string>> {
  return present({ group, server, site, bucket: bucket === null ? null : String(bucket) });
}

/** The entries that have a value. */
export function present<Value>(values: Readonly<Record<string, Value | null>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== null));
}

/** @param digits 0–999: the nanoseconds, which no clock here measures and which tell points of one µs apart */
export function nanoseconds(moment: UnixMicros, digits: number): string {
  // The middle of a bracket may be half a microsecond.
  return `${Math.floor(moment)}${String(digits).padStart(3, '0')}`;
}
