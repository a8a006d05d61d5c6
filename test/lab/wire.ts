/**
 * What the capture says, as DHCP: packets, and the exchanges they form. The lab's own reading, written from RFC 2131 and
 * RFC 2132 alone; it imports nothing of the product, so that the two can disagree.
 */
import type { CapturedPacket } from './pcap.ts';

/** DHCP message types, RFC 2132 section 9.6. */
const MESSAGE_NAMES = ['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'] as const;

/** Name of a message type; `OTHER` for one that this reading does not know. */
export type MessageName = Exclude<(typeof MESSAGE_NAMES)[number], ''> | 'OTHER';

/** One DHCP packet on a server's link. Addresses are dotted; `chaddr` is lower-case hex with colons. */
export type WirePacket = {
  readonly atUs: number;
  /** Address of the server whose link it was on: the destination of a client's message, the source of an answer. */
  readonly server: string;
  readonly source: string;
  readonly destination: string;
  readonly message: MessageName;
  readonly xid: number;
  readonly chaddr: string;
  readonly giaddr: string;
  readonly yiaddr: string;
  readonly ciaddr: string;
  readonly secs: number;
  /** Option 54, when there. */
  readonly serverId: string | undefined;
  /** Option 61 as lower-case hex, when there. */
  readonly clientId: string | undefined;
};

/** One DORA as the wire saw it: the gateway's stamp of each first packet, in wall microseconds. */
export type WireExchange = {
  readonly server: string;
  readonly xid: number;
  readonly chaddr: string;
  readonly discoverUs: number;
  readonly offerUs?: number;
  readonly requestUs?: number;
  readonly ackUs?: number;
  readonly nakUs?: number;
  readonly releaseUs?: number;
};

/** An ICMP error as captured: who sent it to whom, and the type and code of RFC 792. */
export type WireIcmp = {
  readonly atUs: number;
  readonly source: string;
  readonly destination: string;
  readonly type: number;
  readonly code: number;
};

const COOKIE_AT = 236;
const COOKIE = 0x63825363;
const SERVER_PORT = 67;
const CLIENT_MESSAGES: readonly MessageName[] = ['DISCOVER', 'REQUEST', 'DECLINE', 'RELEASE', 'INFORM'];

/** The DHCP packets of a capture, by time. Packets that are no DHCP message are left out. */
export function wirePackets(captured: readonly CapturedPacket[]): WirePacket[] {
  return captured
    .map(readPacket)
    .filter((packet) => packet !== undefined)
    .sort((a, b) => a.atUs - b.atUs);
}

/** The ICMP errors (destination unreachable) of a capture, by time. */
export function wireIcmp(captured: readonly CapturedPacket[]): WireIcmp[] {
  return captured
    .filter((packet) => packet.protocol === 'icmp' && packet.payload.length >= 8 && packet.payload[0] === 3)
    .map(({ atUs, source, destination, payload }) => {
      return { atUs, source, destination, type: payload.readUInt8(0), code: payload.readUInt8(1) };
    })
    .sort((a, b) => a.atUs - b.atUs);
}

/**
 * Exchanges by (server, xid, chaddr), in order of their DISCOVERs. A second DISCOVER with the same three begins another
 * exchange (perfdhcp starts its xids again with each run); what follows belongs to the newest. Packets before any
 * DISCOVER of theirs are left out: the capture began after it, or they answer nobody.
 */
export function wireExchanges(packets: readonly WirePacket[]): WireExchange[] {
  const newest = new Map<string, { exchange: WireExchange; at: number }>();
  const exchanges: WireExchange[] = [];
  for (const packet of packets) {
    const { server, xid, chaddr, atUs } = packet;
    const key = `${server} ${xid} ${chaddr}`;
    if (packet.message === 'DISCOVER') {
      const exchange = { server, xid, chaddr, discoverUs: atUs };
      newest.set(key, { exchange, at: exchanges.push(exchange) - 1 });
      continue;
    }
    const known = newest.get(key);
    const stage = stageOf(packet.message);
    if (known === undefined || stage === undefined || known.exchange[stage] !== undefined) continue;
    known.exchange = { ...known.exchange, [stage]: atUs };
    exchanges[known.at] = known.exchange;
  }
  return exchanges;
}

function stageOf(message: MessageName): 'offerUs' | 'requestUs' | 'ackUs' | 'nakUs' | 'releaseUs' | undefined {
  const stages = { OFFER: 'offerUs', REQUEST: 'requestUs', ACK: 'ackUs', NAK: 'nakUs', RELEASE: 'releaseUs' } as const;
  return message in stages ? stages[message as keyof typeof stages] : undefined;
}

function readPacket(captured: CapturedPacket): WirePacket | undefined {
  const { payload, source, destination, atUs } = captured;
  if (captured.protocol !== 'udp' || payload.length < COOKIE_AT + 4) return undefined;
  if (captured.sourcePort !== SERVER_PORT && captured.destinationPort !== SERVER_PORT) return undefined;
  if (payload.readUInt32BE(COOKIE_AT) !== COOKIE) return undefined;
  const options = readOptions(payload.subarray(COOKIE_AT + 4));
  const message = messageName(options.get(53)?.[0]);
  return {
    atUs,
    server: CLIENT_MESSAGES.includes(message) ? destination : source,
    source,
    destination,
    message,
    xid: payload.readUInt32BE(4),
    secs: payload.readUInt16BE(8),
    ciaddr: dotted(payload, 12),
    yiaddr: dotted(payload, 16),
    giaddr: dotted(payload, 24),
    chaddr: [...payload.subarray(28, 28 + Math.min(16, payload.readUInt8(2)))].map(hex).join(':'),
    serverId: options.get(54)?.join('.'),
    clientId: options.get(61)?.toString('hex'),
  };
}

function messageName(type: number | undefined): MessageName {
  return (type === undefined ? '' : (MESSAGE_NAMES[type] ?? '')) || 'OTHER';
}

/** First occurrence of each option; overload (option 52) is not followed, as none of the read options is ever moved. */
function readOptions(octets: Buffer): ReadonlyMap<number, Buffer> {
  const options = new Map<number, Buffer>();
  let at = 0;
  while (at < octets.length && octets[at] !== 255) {
    if (octets[at] === 0) {
      at += 1;
      continue;
    }
    const length = octets[at + 1] ?? 0;
    const code = octets[at] ?? 0;
    if (!options.has(code)) options.set(code, octets.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}

function dotted(octets: Buffer, at: number): string {
  return octets.subarray(at, at + 4).join('.');
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}
