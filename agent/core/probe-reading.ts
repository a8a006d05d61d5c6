/**
 * What comes off the raw sockets, read as far as a prober needs it: answers to DHCP clients on our port, and ICMP errors
 * about packets that we sent. Everything else on the host's wire passes by unseen.
 */

import { type AnswerMarks, readAnswerMarks } from '../../shared/core/dhcp4/answer-marks.ts';
import { MessageType, messageTypeName, OptionCode } from '../../shared/core/dhcp4/codes.ts';
import { decode, type MalformedReason } from '../../shared/core/dhcp4/decode.ts';
import {
  addressOption,
  clientIdentifier,
  leaseSeconds,
  messageType,
  serverIdentifier,
} from '../../shared/core/dhcp4/message.ts';
import type { Ipv4 } from '../../shared/core/net/ipv4.ts';
import { u8 } from '../../shared/core/net/octets.ts';
import type { Answer, IcmpOutcome } from './exchange.ts';
import type { Arrival, IcmpQuote } from './exchange-table.ts';
import { decodeDatagram } from './net/datagram.ts';
import { decodeIcmpError, type IcmpUnreachable } from './net/icmp.ts';
import { isSourcePort } from './source-port.ts';

/** A datagram for our port, before anybody stamped it. */
export type Reading =
  /** `payload` is the whole message, a view that the next packet overwrites. */
  | ({ readonly kind: 'answer'; readonly payload: Uint8Array } & Omit<Arrival, 'receivedNs' | 'earliestNs'>)
  | { readonly kind: 'malformed'; readonly payload: Uint8Array; readonly source: Ipv4; readonly reason: string };

const answerTypes = new Map<MessageType, Answer['type']>([
  [MessageType.OFFER, 'OFFER'],
  [MessageType.ACK, 'ACK'],
  [MessageType.NAK, 'NAK'],
]);

/** Reads one packet of the UDP socket; undefined when it is no business of ours (another port, a client's request). */
export function readReply(packet: Uint8Array, ports: ProbePorts): Reading | undefined {
  const datagram = decodeDatagram(packet);
  if (datagram.kind !== 'udp' || !isOurs(datagram.destinationPort, datagram.sourcePort, ports)) return undefined;
  const { payload, source } = datagram;
  // Clients' broadcasts, and our own when the server is this host: op 1.
  if (u8(payload, 0) === 1) return undefined;
  const marks = readAnswerMarks(payload) ?? decodedMarks(payload);
  if (typeof marks === 'string') return { kind: 'malformed', payload, source, reason: marks };
  const { type: code, ...rest } = marks;
  const type = answerTypes.get(code);
  if (type === undefined) return { kind: 'malformed', payload, source, reason: `unexpected ${messageTypeName(code)}` };
  return { kind: 'answer', type, source, ...rest, payload };
}

/** The marks of a message that is not the ordinary answer, or why it is no message. */
function decodedMarks(payload: Uint8Array): AnswerMarks | MalformedReason {
  const decoded = decode(payload);
  if (decoded.kind === 'malformed') return decoded.reason;
  const { message } = decoded;
  const { xid, yiaddr, chaddr } = message;
  const [type, server, clientId] = [messageType(message), serverIdentifier(message), clientIdentifier(message)];
  const subnetSelection = addressOption(message, OptionCode.subnetSelection);
  return { xid, yiaddr, chaddr, type, server, leaseSeconds: leaseSeconds(message), subnetSelection, clientId };
}

/** Our two ports, by which a packet to us or a quoted one is known as ours. */
export interface ProbePorts {
  readonly localPort: number;
  readonly serverPort: number;
  /** Exchanges may have ports of their own on our side; see source-port.ts. */
  readonly hasSourcePorts: boolean;
}

function isOurs(ownPort: number, peerPort: number, { localPort, serverPort, hasSourcePorts }: ProbePorts): boolean {
  return ownPort === localPort || (hasSourcePorts && isSourcePort(ownPort) && peerPort === serverPort);
}

/** Reads one packet of the ICMP socket; undefined unless it is an error about a packet between our two ports. */
export function readIcmp(packet: Uint8Array, ports: ProbePorts): (IcmpQuote & { outcome: IcmpOutcome }) | undefined {
  const error = decodeIcmpError(packet);
  if (error.kind !== 'error') return undefined;
  const { destination, xid, sourcePort, destinationPort } = error.quoted;
  const outcome = icmpOutcome(error.unreachable);
  if (destinationPort !== ports.serverPort || outcome === undefined) return undefined;
  if (!isOurs(sourcePort, destinationPort, ports)) return undefined;
  return { destination, xid, outcome };
}

/** `refused` says that the host lives; the rest, that we cannot get there. A packet too big for the path says neither. */
function icmpOutcome(unreachable: IcmpUnreachable): IcmpOutcome | undefined {
  if (unreachable === 'port') return 'refused';
  return unreachable === 'other' ? undefined : 'unreachable';
}
