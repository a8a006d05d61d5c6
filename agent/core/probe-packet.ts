/**
 * The packets of a path, made once by the codec and then patched: xid, chaddr, client-id, and what the server's answers
 * said. Sending is then a few stores and a checksum, at ten exchanges a second as at ten thousand.
 *
 * Each function returns the template's own octets, overwritten by its next call: send before building the next. A fresh
 * encode per packet was measured and refused: it costs more than the system call that sends it.
 */
import { discover, type Probe, releaseFromAck, requestFromOffer } from '../../shared/core/dhcp4/build.ts';
import { OptionCode, RelaySubOptionCode } from '../../shared/core/dhcp4/codes.ts';
import { encode } from '../../shared/core/dhcp4/encode.ts';
import { cookieOctets, headerOctets } from '../../shared/core/dhcp4/limits.ts';
import type { Message } from '../../shared/core/dhcp4/message.ts';
import { optionAt } from '../../shared/core/dhcp4/option-place.ts';
import { type Ipv4, ipv4 } from '../../shared/core/net/ipv4.ts';
import { putU16, putU32, u8, u16 } from '../../shared/core/net/octets.ts';
import type { Identity } from './identity.ts';
import { addWords, checksumOf } from './net/checksum.ts';
import { datagram, udpProtocol } from './net/datagram.ts';

/** What a path's packets share. */
export interface PacketFields extends Omit<Probe, 'chaddr' | 'clientId' | 'giaddr'> {
  /** Our own address: IP source and giaddr. */
  readonly giaddr: Ipv4;
  readonly server: Ipv4;
  readonly localPort: number;
  readonly serverPort: number;
}

/** A whole IPv4 packet and where its changing parts stand; an offset of 0 means that the packet lacks the part. */
interface Template {
  readonly packet: Uint8Array;
  readonly clientIdAt: number;
  readonly requestedAt: number;
  readonly serverIdAt: number;
  /** Of option 118, or of 82.5. */
  readonly subnetAt: number;
}

/** The three packets that a prober sends. */
export interface PacketTemplates {
  /** The subnet asked for, where it is not the templates' own: a sweep's paths share their templates. */
  readonly subnet?: Ipv4;
  readonly discover: Template;
  readonly request: Template;
  readonly release: Template;
}

/** The address a server gave, and the server identifier (option 54) to give it back with. */
export interface Lease {
  readonly address: Ipv4;
  readonly server: Ipv4;
  /** Option 51: how long the server holds it for us, 2^32-1 for ever; null when no answer said. */
  readonly leaseSeconds: number | null;
}

/** Who sends a packet, in which exchange. */
interface Sender {
  readonly xid: number;
  readonly identity: Pick<Identity, 'chaddr'>;
  /** Whole seconds that the client has been waiting; 0 but in a drill. */
  readonly secs: number;
}

type GivenAddress = Pick<Lease, 'address' | 'server'>;

const payloadAt = 28;
const optionsAt = payloadAt + headerOctets + cookieOctets;
const chaddrAt = payloadAt + 28;
const xidAt = payloadAt + 4;
const secsAt = payloadAt + 8;
const ciaddrAt = payloadAt + 12;
const udpChecksumAt = 26;
/** Any address but 0.0.0.0 will do: every packet overwrites it. */
const placeholder = ipv4(0x7f000001);

/** Builds the three packets with nothing in the changing parts. */
export function packetTemplates(fields: PacketFields): PacketTemplates {
  const probe: Probe = { ...fields, chaddr: new Uint8Array(6), clientId: Uint8Array.of(1, 0, 0, 0, 0, 0, 0) };
  const first = discover({ ...probe, xid: 0 });
  const answer: Message = {
    ...first,
    yiaddr: placeholder,
    options: [{ kind: 'address', code: OptionCode.serverIdentifier, address: placeholder }],
  };
  return {
    discover: template(fields, first),
    request: template(fields, built(requestFromOffer(answer, probe))),
    release: template(fields, built(releaseFromAck(answer, probe))),
  };
}

/** The same packets, asking for another subnet; they must have been made with some link or subnet selection. */
export function templatesFor(templates: PacketTemplates, subnet: Ipv4): PacketTemplates {
  return { ...templates, subnet };
}

/** The DISCOVER of an exchange. */
export function discoverPacket(templates: PacketTemplates, sender: Sender): Uint8Array {
  const { discover } = templates;
  putU16(discover.packet, secsAt, sender.secs);
  return seal(patch(templates, discover, sender));
}

/** The REQUEST for an offered address. */
export function requestPacket(templates: PacketTemplates, sender: Sender, lease: GivenAddress): Uint8Array {
  const { request } = templates;
  // The DISCOVER's value, whatever time has passed (RFC 2131 section 4.4.1).
  putU16(request.packet, secsAt, sender.secs);
  putU32(request.packet, request.requestedAt, lease.address);
  putU32(request.packet, request.serverIdAt, lease.server);
  return seal(patch(templates, request, sender));
}

/** The RELEASE that gives a lease back; nobody waits for that, so `secs` is 0. */
export function releasePacket(
  templates: PacketTemplates,
  sender: Omit<Sender, 'secs'>,
  lease: GivenAddress,
): Uint8Array {
  const { release } = templates;
  putU32(release.packet, ciaddrAt, lease.address);
  putU32(release.packet, release.serverIdAt, lease.server);
  return seal(patch(templates, release, sender));
}

function built(result: ReturnType<typeof requestFromOffer>): Message {
  if (result.kind === 'message') return result.message;
  throw new RangeError(`template: ${result.reason}`);
}

function template(fields: PacketFields, message: Message): Template {
  const packet = datagram({
    source: fields.giaddr,
    sourcePort: fields.localPort,
    destination: fields.server,
    destinationPort: fields.serverPort,
    ttl: 64,
    // The kernel fills in an identification of its own.
    identification: 0,
    payload: encode(message),
  });
  return {
    packet,
    clientIdAt: optionAt(packet, optionsAt, OptionCode.clientIdentifier),
    requestedAt: optionAt(packet, optionsAt, OptionCode.requestedAddress),
    serverIdAt: optionAt(packet, optionsAt, OptionCode.serverIdentifier),
    subnetAt: optionAt(packet, optionsAt, OptionCode.subnetSelection) || linkSelectionAt(packet),
  };
}

/** Offset of the address in option 82.5, 0 when it is not there. */
function linkSelectionAt(packet: Uint8Array): number {
  const from = optionAt(packet, optionsAt, OptionCode.relayAgent);
  const end = from === 0 ? 0 : from + u8(packet, from - 1);
  for (let at = from; at < end; at += 2 + u8(packet, at + 1))
    if (u8(packet, at) === RelaySubOptionCode.linkSelection) return at + 2;
  return 0;
}

function patch(templates: PacketTemplates, parts: Template, { xid, identity }: Omit<Sender, 'secs'>): Uint8Array {
  const { chaddr } = identity;
  if (templates.subnet !== undefined && parts.subnetAt !== 0) putU32(parts.packet, parts.subnetAt, templates.subnet);
  putU32(parts.packet, xidAt, xid);
  parts.packet.set(chaddr, chaddrAt);
  parts.packet.set(chaddr, parts.clientIdAt + 1);
  return parts.packet;
}

/** Fills in the UDP checksum over pseudo-header and datagram (RFC 768). */
function seal(packet: Uint8Array): Uint8Array {
  putU16(packet, udpChecksumAt, 0);
  const pseudo = addWords(udpProtocol + u16(packet, 24), packet, 12, 20);
  const checksum = checksumOf(addWords(pseudo, packet, 20, packet.length));
  putU16(packet, udpChecksumAt, checksum === 0 ? 0xffff : checksum);
  return packet;
}
