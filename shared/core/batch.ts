/**
 * A batch: what one agent learned in about one second, the unit of transport, acknowledgement and storage. Results are
 * columns (one array a field), as they are on the wire: a hundred thousand results a second pass through the detector
 * without an object each.
 *
 * A batch explains itself without any other record: it names its agent, site and paths, so that a log can be folded on
 * another machine years later. Rejected: path numbers assigned by the collector (a log that needs a second table to be read).
 */
import type { ExchangeKind, Stage, Stamp } from './outcome.ts';
import type { EpochMicros, Microseconds, UnixMicros } from './units.ts';

/** One column value for "no such figure" (an OFFER that never came has no latency; 0 would be a lie). */
export const ABSENT = -1;

/** What a path index in a batch stands for: one server, seen from this agent's site, in one RFC 3074 bucket if that matters. */
export interface PathRef {
  readonly group: string;
  readonly server: string;
  /** The address probed, dotted. */
  readonly address: string;
  /** RFC 3074 hash bucket of the identities used; null outside load balancing. */
  readonly bucket: number | null;
  /** The relay address (giaddr) put into the probes, dotted. */
  readonly giaddr: string;
  readonly kind: ExchangeKind;
  /** True until some server of the group has answered this agent once, ever: silence is then no evidence. */
  readonly firstContact: boolean;
  /** A sweep's: the subnet that was asked for, "10.80.1.0/24"; null = the server as such. Speaks of the scope, not of the server. */
  readonly scope: string | null;
  /** Client role: the interface that the DISCOVER was broadcast on; `server` is then empty and `address` 255.255.255.255. */
  readonly interface: string | null;
}

/** What makes a path one of the server as such. */
export const SERVER_PATH = { scope: null, interface: null } as const satisfies Partial<PathRef>;

/** Whether a path's exchanges speak of the server that they were sent to: neither a scope of it, nor a site's own relay. */
export const isServerPath = ({ scope, interface: on }: Pick<PathRef, 'scope' | 'interface'>): boolean =>
  scope === null && on === null;

/** Columns of equal length, one element an exchange, ordered by the moment the exchange finished. */
export interface ResultColumns {
  /** Index into the batch's `paths`. */
  readonly path: readonly number[];
  /** Identity slot (0 …) within the path. */
  readonly identity: readonly number[];
  /** DISCOVER sent, µs since the epoch's anchor (EpochMicros). */
  readonly sentUs: readonly number[];
  /** Index into OUTCOMES. */
  readonly outcome: readonly number[];
  /** Index into STAGES. */
  readonly stage: readonly number[];
  /** DISCOVER sent → OFFER received, µs; ABSENT without an OFFER in time. */
  readonly offerUs: readonly number[];
  /** REQUEST sent → ACK received, µs; ABSENT without an ACK in time. */
  readonly ackUs: readonly number[];
  /** DISCOVER sent → ACK received (kind `do`: OFFER), µs; ABSENT unless acked. */
  readonly totalUs: readonly number[];
  /** 1 when a RELEASE was sent for the address given, else 0. */
  readonly released: readonly number[];
}

/** An answer that came after its exchange's drop time; the exchange was reported (as dropped) in this or an earlier batch. */
export interface LateAnswer {
  readonly path: number;
  readonly identity: number;
  /** The DISCOVER this answers, µs since the anchor: with path and identity it names the exchange. */
  readonly sentUs: EpochMicros;
  readonly lateUs: Microseconds;
}

/**
 * Who answered, and with what: told when a path hears it for the first time in an epoch, whenever it changes, and again every
 * ten minutes, so that any part of a log says it. Addresses are dotted; null = the answer did not say.
 */
export interface Sighting {
  readonly path: number;
  /** DISCOVER of the exchange, µs since the anchor. */
  readonly sentUs: EpochMicros;
  /** Where it was seen: in the OFFER, or in the ACK (the richer of the two). */
  readonly stage: Stage;
  /** The packet's source. */
  readonly source: string;
  /** Option 54: behind a NAT or a load balancer the server's own address. */
  readonly serverIdentifier: string | null;
  /** False: an answer from an address that was not asked (relay role). */
  readonly expected: boolean;
  /** Link-layer sender, "02:00:5e:00:00:01"; null where the socket does not show it. */
  readonly mac: string | null;
  /** yiaddr. */
  readonly address: string;
  readonly subnetMask: string | null;
  readonly leaseSeconds: number | null;
  readonly routers: readonly string[];
  readonly nameServers: readonly string[];
  readonly domain: string | null;
  /** siaddr; null when it is 0.0.0.0. */
  readonly nextServer: string | null;
}

/** What a path did in the batch's span besides finished exchanges. All counts are of this batch alone. */
export interface PathCounts {
  readonly path: number;
  /** Exchanges whose due time fell in the span; due = sent + all three unsent causes. */
  readonly due: number;
  readonly sent: number;
  readonly unsentNoIdentity: number;
  readonly unsentStalled: number;
  readonly unsentSendError: number;
  /** Answers that matched nothing in flight and nothing recent. */
  readonly orphans: number;
  readonly duplicates: number;
  readonly malformed: number;
  /** Answers from an address that is neither the one probed nor one of the server's `sources`. */
  readonly foreign: number;
  /** Those addresses, dotted, a few at most. */
  readonly foreignSources: readonly string[];
}

/** One transport unit. (agent, epoch, sequence) names it for ever; the same name with other content is refused. */
export interface ResultBatch {
  readonly agent: string;
  readonly site: string;
  /** One agent start: greater than every earlier epoch of this agent. */
  readonly epoch: number;
  /** 1, 2, 3 … within the epoch. */
  readonly sequence: number;
  /** The agent's wall clock at moment 0 of the epoch. */
  readonly anchor: UnixMicros;
  /** The span of the batch, µs since the anchor. */
  readonly fromUs: EpochMicros;
  /**
   * The watermark: every exchange whose DISCOVER left before this moment is in this batch or an earlier one of the epoch.
   * A dropped exchange is only known a drop time after it began, so this trails the clock while answers are missing.
   */
  readonly completeThroughUs: EpochMicros;
  readonly assignmentVersion: number;
  readonly dropTimeUs: Microseconds;
  readonly stamped: Stamp;
  /** The event loop's worst delay in the span: how far the measurement can be trusted. */
  readonly loopDelayMaxUs: Microseconds;
  readonly paths: readonly PathRef[];
  readonly results: ResultColumns;
  readonly late: readonly LateAnswer[];
  readonly counts: readonly PathCounts[];
  readonly sightings: readonly Sighting[];
}
