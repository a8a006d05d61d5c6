/**
 * The collector's configuration as understood: the shape that collector-config makes out of the YAML, with every default
 * filled in. It stands in the log as it is (ConfigEntry), so a fold never parses YAML and old history never depends on
 * today's parser.
 */
import type { Identify, Selection } from '../../../shared/core/assignment.ts';
import type { ExchangeKind } from '../../../shared/core/outcome.ts';
import type { Milliseconds, UnixMicros } from '../../../shared/core/units.ts';
import type { PersonRole } from '../access/roles.ts';
import type { AlertKind, AlertRule, FlappingRule } from '../alerts/alert-kind.ts';

export const MODES = ['hot-standby', 'load-balancing', 'passive-backup', 'independent'] as const;
/** How a group's servers share the work. */
export type Mode = (typeof MODES)[number];

export const ROLES = ['primary', 'standby', 'secondary', 'backup', 'server'] as const;
/**
 * `primary` and `standby` in hot-standby, `primary` and `secondary` in load-balancing, `primary` in passive-backup; `backup` in
 * each of them: it never serves by itself; `server` where all are equal (independent).
 */
export type Role = (typeof ROLES)[number];

export interface ServerConfig {
  readonly name: string;
  readonly address: string;
  readonly role: Role;
  /** Further addresses or prefixes this server may answer from (`sources:`). */
  readonly sources: readonly string[];
  /** Where its own word is to be had; null = it is not asked. */
  readonly kea: KeaConfig | null;
}

/** What a server, a group and a site are given where the file says nothing. */
export const SERVER_DEFAULTS = { sources: [], kea: null } as const satisfies Partial<ServerConfig>;
export const GROUP_DEFAULTS = { probeSubnet: null } as const satisfies Partial<GroupConfig>;
export const SITE_DEFAULTS = {
  relayAddress: null,
  probeSubnet: null,
  ratePerSecond: null,
  group: null,
  subnets: [],
  client: null,
  expect: null,
} as const satisfies Partial<SiteConfig>;

/** Kea's control channel over HTTP. Files are read by the collector, when it asks. */
export interface KeaConfig {
  readonly url: string;
  /** Basic authentication; null = none. */
  readonly username: string | null;
  readonly passwordFile: string | null;
  /** https: who may have signed its certificate; null = the system's own authorities. */
  readonly caFile: string | null;
  /** https: the collector's own certificate and key, where Kea asks for one. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly intervalMs: Milliseconds;
}

export interface GroupConfig {
  readonly name: string;
  readonly mode: Mode;
  readonly servers: readonly ServerConfig[];
  /** Subnet that this group's probes ask for (a hub's relationships are told apart by it); null = the site's, or none. */
  readonly probeSubnet: string | null;
}

/** A site's own clients' way: a DISCOVER broadcast on an interface there, for whoever answers. */
export interface ClientConfig {
  readonly interface: string;
  /** The group that ought to answer. */
  readonly group: string;
  readonly ratePerSecond: number;
}

/** What a site's clients ought to be given; null = anything. */
export interface ExpectConfig {
  /** "10.80.1.0/24": where the address offered lies. */
  readonly subnet: string | null;
  /** At least. */
  readonly leaseMs: Milliseconds | null;
  readonly routers: readonly string[] | null;
  readonly nameServers: readonly string[] | null;
  readonly domain: string | null;
  readonly nextServer: string | null;
}

export interface SiteConfig {
  readonly name: string;
  readonly relayAddress: string | null;
  readonly probeSubnet: string | null;
  /** Cap on what this site sends to one server, exchanges a second; null = its even share. */
  readonly ratePerSecond: number | null;
  /** The group that serves its clients: its subnets and what they expect are that one's alone; null = any group's. */
  readonly group: string | null;
  /** Subnets of the site's clients, "10.80.1.0/24", which its agents sweep. */
  readonly subnets: readonly string[];
  readonly client: ClientConfig | null;
  readonly expect: ExpectConfig | null;
}

/** How scopes are swept. */
export interface SweepConfig {
  /** Part of the server's rate that all sweeps together get, 0 … 0.5: taken from it, not added. */
  readonly share: number;
  readonly kind: ExchangeKind;
  readonly selection: Selection;
}

export interface ProbeConfig {
  readonly kind: ExchangeKind;
  /** Exchanges a second per server, all sites together. */
  readonly ratePerSecond: number;
  readonly dropTimeMs: Milliseconds;
  readonly clients: number | null;
  readonly release: 'always' | 'never';
  /** With kind `do`: whole DORAs beside them, as many a second per server; part of `ratePerSecond`. Null = none. */
  readonly doraRatePerSecond: number | null;
  readonly sweep: SweepConfig;
  /** RFC 8357: a fresh source port an exchange. */
  readonly relayPort: boolean;
  readonly identify: Identify;
  /** Fewer free addresses than this (Kea's stat_cmds tell) and DORA becomes DO; null = not watched. */
  readonly freeAddresses: number | null;
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

/** When a window of maintenance is: one period, or a part of the week by the clock of a zone. */
export type MaintenanceTimes =
  | { readonly kind: 'once'; readonly from: UnixMicros; readonly until: UnixMicros }
  | {
      readonly kind: 'weekly';
      /** Days that it begins on, 0 = Monday. */
      readonly days: readonly number[];
      /** Minutes after midnight, as the zone's clock shows them. */
      readonly fromMinute: number;
      /** The next time that the clock shows this; null: `lengthMs` says. */
      readonly untilMinute: number | null;
      readonly lengthMs: Milliseconds | null;
    };

/** Planned work at all that fits group, server and site; null = all of them. */
export interface MaintenanceConfig {
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly times: MaintenanceTimes;
  /** IANA name of the zone that it was written in; null: it says its own offset. */
  readonly zone: string | null;
  readonly reason: string | null;
  readonly ref: string | null;
}

/** An Alertmanager, with basic authentication or without. */
export interface AlertmanagerConfig {
  readonly url: string;
  readonly username: string | null;
  /** Read for every message; null = none is asked for. */
  readonly passwordFile: string | null;
}

export interface WebhookConfig {
  /** One of the two: where it is, or the file that says so, of one whose URL is a secret. Read for every message. */
  readonly url: string | null;
  readonly urlFile: string | null;
  /** Holds the secret that messages are signed with; read for every message. */
  readonly secretFile: string;
}

/** Who is told of what, without being asked. */
export interface AlertsConfig {
  /** Alertmanagers, each told everything, as Prometheus does. */
  readonly alertmanagers: readonly AlertmanagerConfig[];
  readonly webhooks: readonly WebhookConfig[];
  /** Where people reach the page, for links; null = no links. */
  readonly externalUrl: string | null;
  /** A webhook is told again of what lasts, so often. */
  readonly repeatMs: Milliseconds;
  /** Put on every alert. */
  readonly labels: Readonly<Record<string, string>>;
  readonly flapping: FlappingRule;
  /** Null = off. */
  readonly rules: Readonly<Record<AlertKind, AlertRule | null>>;
}

/** A reverse proxy that says who asks, in front of the HTTP port. */
export interface TrustedProxyConfig {
  /** Where it connects from. */
  readonly addresses: readonly string[];
  readonly userHeader: string;
  /** One of the two says what a person may do; null, and empty: neither. */
  readonly roleHeader: string | null;
  readonly roles: Readonly<Record<string, PersonRole>>;
  /** Of whom neither knows; null: not let in. */
  readonly defaultRole: PersonRole | null;
}

/** Who is let in over HTTP, beside bearer tokens. */
export interface HttpConfig {
  readonly trustedProxy: TrustedProxyConfig | null;
}

export const HTTP_DEFAULTS: HttpConfig = { trustedProxy: null };

export interface CollectorConfig {
  readonly groups: readonly GroupConfig[];
  readonly sites: readonly SiteConfig[];
  readonly probe: ProbeConfig;
  readonly detect: DetectConfig;
  readonly influx: InfluxConfig | null;
  readonly retention: RetentionConfig;
  readonly alerts: AlertsConfig;
  /** Servers that may answer although they are in no group: addresses or prefixes. */
  readonly allowServers: readonly string[];
  readonly maintenance: readonly MaintenanceConfig[];
  readonly http: HttpConfig;
}
