/**
 * One exchange that somebody asks an agent for, and all that it sent and received: what the terminal decodes. It is evidence of
 * nothing and stands in no batch. Rejected: a kind of batch for it; whoever reads the log would have to leave it out, for ever.
 */
import type { Target } from './assignment.ts';
import type { Ipv4 } from './net/ipv4.ts';
import type { ExchangeKind, Outcome, Stage, Stamp } from './outcome.ts';
import type { Microseconds, Milliseconds, UnixMicros } from './units.ts';

/** Which target of its assignment an agent is to ask, and how. */
export interface AdHocRequest {
  readonly group: string;
  readonly server: string;
  readonly bucket: number | null;
  readonly kind: ExchangeKind;
  /** From the DISCOVER's send to the last answer. */
  readonly dropTimeMs: Milliseconds;
}

/** Whether a target is what is asked for. A sweep asks for subnets that somebody may lack, and a broadcast asks nobody in particular. */
export const isAdHocTarget = (
  target: Target,
  { group, server, bucket }: Pick<AdHocRequest, 'group' | 'server' | 'bucket'>,
): boolean =>
  target.group === group &&
  target.server === server &&
  target.bucket === bucket &&
  target.scopes.length === 0 &&
  target.interface === null;

/** One DHCP message of the exchange. */
export interface Frame {
  readonly direction: 'sent' | 'received';
  /** It came from an address that is not the server's. */
  readonly isUnexpected: boolean;
  /** When it left or came in, by the agent's clock (anchor + monotonic). */
  readonly at: UnixMicros;
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
  /** The UDP payload. */
  readonly message: Uint8Array;
}

/** The exchange as it went. Null: there was no such answer. */
export interface AdHocExchange {
  readonly kind: 'exchange';
  readonly outcome: Outcome;
  readonly stage: Stage;
  readonly offerUs: Microseconds | null;
  readonly ackUs: Microseconds | null;
  readonly totalUs: Microseconds | null;
  readonly released: boolean;
  readonly stamped: Stamp;
  /** In the order in which they left and came in. */
  readonly frames: readonly Frame[];
  /** Messages beyond the bounds, left out. */
  readonly shedFrames: number;
}

/** What became of a request; `refusal`: why there was no exchange, for people. */
export type AdHocResult = AdHocExchange | { readonly kind: 'refusal'; readonly text: string };
