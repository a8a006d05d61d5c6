/**
 * The part of a Kea configuration that makes two servers a pair, in each mode that Kea has for one. The lab's two servers
 * keep their places (`primary`, `standby`) in every mode, since they are hosts; what Kea calls the second one's role depends.
 * Names by role were refused: every test that cuts a link or kills a server would have to know the mode.
 */

/** Kea's modes for two servers. */
export type HaMode = 'hot-standby' | 'load-balancing' | 'passive-backup';

/** How the two of a lab work together. `settings` are Kea's own HA parameters, in its own words, and win over the lab's. */
export type PairMode = {
  readonly mode: HaMode;
  readonly settings?: Readonly<Record<string, unknown>>;
};

/** Kea's role of the second server. */
export const SECOND_ROLE = {
  'hot-standby': 'standby',
  'load-balancing': 'secondary',
  'passive-backup': 'backup',
} as const satisfies Record<HaMode, string>;

/** The state that Kea names when all is well, by place. */
export const HEALTHY_STATE: Readonly<Record<HaMode, { readonly primary: string; readonly standby: string }>> = {
  'hot-standby': { primary: 'hot-standby', standby: 'hot-standby' },
  'load-balancing': { primary: 'load-balancing', standby: 'load-balancing' },
  'passive-backup': { primary: 'passive-backup', standby: 'backup' },
};

/** Port on which the HA hook listens for its partner. */
export const PARTNER_PORT = 8000;

/** What the HA hook of one server is told. */
export type HighAvailabilityOptions = {
  readonly pair?: PairMode;
  readonly self: 'primary' | 'standby';
  readonly primaryAddress: string;
  readonly standbyAddress: string;
  readonly timers: {
    readonly heartbeatDelayMs: number;
    readonly maxResponseDelayMs: number;
    readonly maxAckDelayMs: number;
    readonly maxUnackedClients: number;
  };
};

/** The hook's `parameters`. */
export function highAvailability(options: HighAvailabilityOptions): Readonly<Record<string, unknown>> {
  const { mode, settings = {} } = options.pair ?? { mode: 'hot-standby' };
  const peer = (name: string, role: string, address: string): Readonly<Record<string, unknown>> => ({
    name,
    url: `http://${address}:${PARTNER_PORT}/`,
    role,
    // Kea refuses it for a backup, which never takes over by itself.
    'auto-failover': role !== 'backup',
  });
  return {
    'high-availability': [
      {
        'this-server-name': options.self,
        mode,
        'heartbeat-delay': options.timers.heartbeatDelayMs,
        'max-response-delay': options.timers.maxResponseDelayMs,
        'max-ack-delay': options.timers.maxAckDelayMs,
        'max-unacked-clients': options.timers.maxUnackedClients,
        'multi-threading': {
          'enable-multi-threading': true,
          'http-dedicated-listener': true,
          'http-listener-threads': 4,
          'http-client-threads': 4,
        },
        ...settings,
        peers: [
          peer('primary', 'primary', options.primaryAddress),
          peer('standby', SECOND_ROLE[mode], options.standbyAddress),
        ],
      },
    ],
  };
}
