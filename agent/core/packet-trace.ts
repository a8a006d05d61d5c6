/**
 * What an exchange sent and received, packet by packet, for whoever asked for it. A path that has a trace is nobody's schedule's:
 * its exchange is told to its asker, and is no result. Rejected: a trace of every exchange, for the last to be looked at; it
 * would copy each packet for the one in a million that somebody wants to see.
 */
import type { Frame } from '../../shared/core/ad-hoc.ts';
import { MAX_FRAME_BYTES, MAX_FRAMES_PER_EXCHANGE } from '../../shared/core/limits.ts';
import type { MonotonicNs } from '../../shared/core/units.ts';
import { decodeDatagram } from './net/datagram.ts';

/** A message before its moment has become a wall clock's. */
export interface TracedFrame extends Omit<Frame, 'at'> {
  readonly atNs: MonotonicNs;
  /** The kernel says so; otherwise it is when we sent or read it. */
  readonly isStamped: boolean;
}

/** The packets of one exchange, in their order; changed by `keepPacket` alone. */
export interface PacketTrace {
  readonly frames: TracedFrame[];
  /** Messages that were too many or too long. */
  shed: number;
}

export function createTrace(): PacketTrace {
  return { frames: [], shed: 0 };
}

/** Keeps a copy of a whole IPv4 packet's message; what is no UDP datagram is no message. */
export function keepPacket(
  trace: PacketTrace,
  packet: Uint8Array,
  how: Pick<TracedFrame, 'direction' | 'isUnexpected' | 'atNs' | 'isStamped'>,
): void {
  const read = decodeDatagram(packet);
  if (read.kind !== 'udp') return;
  const { kind: _, payload, ...addresses } = read;
  if (trace.frames.length >= MAX_FRAMES_PER_EXCHANGE || payload.length > MAX_FRAME_BYTES) trace.shed += 1;
  // A copy, whatever kind of array it came in: a socket reads the next packet into the same octets.
  else trace.frames.push({ ...how, ...addresses, message: Uint8Array.from(payload) });
}
