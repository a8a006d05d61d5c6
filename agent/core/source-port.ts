/**
 * Source ports of a relay that takes a fresh one for each exchange (RFC 8357): which they are, in what order, and how one gets
 * into a packet that was made for another. All come from one range, so that a socket filter can name it, and in turn, so that
 * a port rests as long as can be: a NAT or a load balancer in the way remembers a flow for minutes after its last packet, and
 * would send the next exchange where the last one went. Ports at random were refused: some would rest for a second.
 */
import { putU16, u16 } from '../../shared/core/net/octets.ts';

/** The dynamic ports (RFC 6335 section 6), 16,384 of them: at 20 exchanges a second one comes round after 13 minutes. */
export const SOURCE_PORT_MIN = 49_152;
const SOURCE_PORTS = 65_536 - SOURCE_PORT_MIN;

const SOURCE_PORT_AT = 20;
const UDP_CHECKSUM_AT = 26;

/** Where a turn through the ports stands; changed by `nextPort` alone. */
export interface PortTurn {
  next: number;
}

/** A turn that begins anywhere, as 32 random bits say: after a restart the last run's ports are still remembered. */
export function createPortTurn(random: number): PortTurn {
  return { next: random % SOURCE_PORTS };
}

/** The port that has rested longest. */
export function nextPort(turn: PortTurn): number {
  const port = SOURCE_PORT_MIN + turn.next;
  turn.next = (turn.next + 1) % SOURCE_PORTS;
  return port;
}

/** True for a port that can be one of these. */
export function isSourcePort(port: number): boolean {
  return port >= SOURCE_PORT_MIN;
}

/** Puts a source port into a whole IPv4 packet without options, its UDP checksum with it (RFC 1624 equation 3). */
export function setSourcePort(packet: Uint8Array, port: number): void {
  const before = u16(packet, SOURCE_PORT_AT);
  putU16(packet, SOURCE_PORT_AT, port);
  const sum = (~u16(packet, UDP_CHECKSUM_AT) & 0xffff) + (~before & 0xffff) + port;
  const folded = (sum & 0xffff) + (sum >>> 16);
  const checksum = ~((folded & 0xffff) + (folded >>> 16)) & 0xffff;
  // Zero on the wire would mean that no checksum was made.
  putU16(packet, UDP_CHECKSUM_AT, checksum === 0 ? 0xffff : checksum);
}
