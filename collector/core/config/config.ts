/**
 * The collector's configuration as understood: the shape that collector-config makes out of the YAML, with every default
 * filled in. It stands in the log as it is (ConfigEntry), so a fold never parses YAML and old history never depends on
 * today's parser.
 */
import type { ExchangeKind } from '../../../shared/core/outcome.ts';
import type { Milliseconds } from '../../../shared/core/units.ts';

export const MODES = ['hot-standby', 'independent'] as const;
/** How a group's servers share the work. */
export type Mode = (typeof MODES)[number];

export const ROLES = ['primary', 'standby', 'server'] as const;
/** `primary` and `standby` in hot-standby; `server` where all are equal (independent). */
export type Role = (typeof ROLES)[number];

export interface ServerConfig {
  readonly name: string;
  readonly address: string;
  readonly role: Role;
  /** Further addresses or prefixes this server may answer from (`sources:`). */
  readonly sources: readonly string[];
}

export interface GroupConfig {
  readonly name: string;
  readonly mode: Mode;
  readonly servers: readonly ServerConfig[];
}

export interface SiteConfig {
  readonly name: string;
  readonly relayAddress: string | null;
  readonly probeSubnet: string | null;
  /** Cap on what this site sends to one server, exchanges a second; null = its even share. */
  readonly ratePerSecond: number | null;
}

export interface ProbeConfig {
  readonly kind: ExchangeKind;
  /** Exchanges a second per server, all sites together. */
  readonly ratePerSecond: number;
  readonly dropTimeMs: Milliseconds;
  readonly clients: number | null;
  readonly release: 'always' | 'never';
}

export interface DetectConfig {
  /** Unanswered exchanges in a row before a path or server is non-serving. */
  readonly fall: number;
  /** Answered exchanges before it is serving again. */
  readonly rise: number;
}

export interface InfluxConfig {
  readonly url: string;
  readonly database: string;
  /** Null: InfluxDB asks for none. */
  readonly username: string | null;
  readonly password: string | null;
  /** A file that holds the password and nothing else; absent in logs of earlier versions. */
  readonly passwordFile: string | null;
  /** Write a point an exchange too (`dhcp_exchange`); off unless asked for. */
  readonly exchanges: boolean;
}

/** How long what is kept; transitions and marks are kept for ever. */
export interface RetentionConfig {
  /** Raw batches, from their receipt. */
  readonly rawMs: Milliseconds;
  /** Rollups by the minute and by the hour, from their period. */
  readonly minuteMs: Milliseconds;
  readonly hourMs: Milliseconds;
}

export interface CollectorConfig {
  readonly groups: readonly GroupConfig[];
  readonly sites: readonly SiteConfig[];
  readonly probe: ProbeConfig;
  readonly detect: DetectConfig;
  readonly influx: InfluxConfig | null;
  readonly retention: RetentionConfig;
}
