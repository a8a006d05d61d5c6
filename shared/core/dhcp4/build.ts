// The three messages that a probe sends, as a relay or as a client, each made from what came before it: DISCOVER, REQUEST
// from an OFFER, RELEASE from an ACK. RFC 2131 section 4.3 and table 5, RFC 3046 for option 82 last.
//
// Harmless is decided here: hops 1 and a giaddr of our own (servers answer to giaddr:67), flags 0, no host name, no
// FQDN, no requested address of our own wish. One constructor with a message type argument was refused: which options
// go with which type is exactly what people get wrong (a RELEASE with option 50 is dropped by dnsmasq without a word).

import { type Ipv4, noAddress } from '../net/ipv4.ts';
import { MessageType, Op, OptionCode } from './codes.ts';
import { broadcastFlag, type Message, serverIdentifier } from './message.ts';
import type { Option } from './option.ts';
import type { RelaySubOption } from './options/relay-agent.ts';

/** Subnet mask, broadcast address, time offset, router, domain name, name servers, host name: what perfdhcp asks for. */
export const defaultParameterRequestList: readonly number[] = [1, 28, 2, 3, 15, 6, 12];

/** Codes that the constructors decide alone; the same code among `extraOptions` is left out. */
export const reservedOptionCodes: readonly number[] = [
  OptionCode.requestedAddress,
  OptionCode.overload,
  OptionCode.messageType,
  OptionCode.serverIdentifier,
  OptionCode.clientIdentifier,
];

/** What an operator's server tells our packets by, each content whole; undefined = not sent. */
export interface Tags {
  /** Option 60. */
  readonly vendorClass?: Uint8Array | undefined;
  /** The one class of option 77, 255 octets at most. */
  readonly userClass?: Uint8Array | undefined;
  /** Options 82.1 and 82.2, 255 octets at most. */
  readonly circuitId?: Uint8Array | undefined;
  readonly remoteId?: Uint8Array | undefined;
}

/** What stays the same through one exchange: who asks, and as which relay. */
export interface Probe {
  /** Hardware address, 6 octets for Ethernet, at most 16. */
  readonly chaddr: Uint8Array;
  /** Content of option 61, type octet included. */
  readonly clientId: Uint8Array;
  /** Our own address, where the server sends its answers; `noAddress` in client role, which leaves option 82 to the relay. */
  readonly giaddr: Ipv4;
  /** Option 82.5: ask for the subnet of this address instead of giaddr's (RFC 3527). */
  readonly linkSelection?: Ipv4 | undefined;
  /** Option 118: the same, as a client asks it (RFC 3011); a server that knows it echoes it. */
  readonly subnetSelection?: Ipv4 | undefined;
  /** In all three messages, so that a server's classes see the RELEASE as they saw the REQUEST. */
  readonly tags?: Tags | undefined;
  /** Option 82.19: answer to our source port; needed when that is not 67 (RFC 8357). */
  readonly relayPort?: boolean | undefined;
  /** Sets the BOOTP broadcast flag: a client that cannot take a unicast needs it, a relay does not. */
  readonly broadcast?: boolean | undefined;
  /** Codes of option 55; `defaultParameterRequestList` by default. */
  readonly parameterRequestList?: readonly number[] | undefined;
  /** More options for DISCOVER and REQUEST; one with code 55 or 82 adds to ours. */
  readonly extraOptions?: readonly Option[] | undefined;
}

/** A DISCOVER's fields. */
export interface DiscoverFields extends Probe {
  /** Unsigned 32 bits, random. */
  readonly xid: number;
  /** Whole seconds, 0 by default: Kea counts clients with high `secs` as unserved and may fail over. */
  readonly secs?: number | undefined;
}

/** A REQUEST's fields beside what the OFFER says. */
export interface RequestFields extends Probe {
  /** Whole seconds, 0 by default. */
  readonly secs?: number | undefined;
  /** Option 54 of an earlier OFFER to use instead of this one's (perfdhcp -1). */
  readonly serverIdentifier?: Ipv4 | undefined;
}

/** A message, or what the server's answer lacked to make one. */
export type BuildResult =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'incomplete'; readonly reason: 'no-server-identifier' | 'no-address' };

/** The first message of an exchange. */
export function discover(fields: DiscoverFields): Message {
  return request(fields, {
    xid: fields.xid,
    secs: fields.secs ?? 0,
    options: [typeOption(MessageType.DISCOVER), ...wishes(fields)],
  });
}

/** The REQUEST that accepts an OFFER: same xid, its yiaddr as option 50, its server identifier echoed (RFC 2131 4.3.2). */
export function requestFromOffer(offer: Message, fields: RequestFields): BuildResult {
  const server = fields.serverIdentifier ?? serverIdentifier(offer);
  if (server === undefined) return { kind: 'incomplete', reason: 'no-server-identifier' };
  // Kea answers an IPv6-only client with an OFFER of 0.0.0.0; asking for that address would only earn a NAK.
  if (offer.yiaddr === noAddress) return { kind: 'incomplete', reason: 'no-address' };
  const chosen: readonly Option[] = [
    { kind: 'address', code: OptionCode.serverIdentifier, address: server },
    { kind: 'address', code: OptionCode.requestedAddress, address: offer.yiaddr },
  ];
  const options = [typeOption(MessageType.REQUEST), ...chosen, ...wishes(fields)];
  return { kind: 'message', message: request(fields, { xid: offer.xid, secs: fields.secs ?? 0, options }) };
}

/** The RELEASE that gives an ACK's address back: it is in ciaddr and nowhere else (RFC 2131 table 5). */
export function releaseFromAck(ack: Message, probe: Probe): BuildResult {
  const server = serverIdentifier(ack);
  if (server === undefined) return { kind: 'incomplete', reason: 'no-server-identifier' };
  if (ack.yiaddr === noAddress) return { kind: 'incomplete', reason: 'no-address' };
  const options: readonly Option[] = [
    typeOption(MessageType.RELEASE),
    { kind: 'address', code: OptionCode.serverIdentifier, address: server },
    { kind: 'client-identifier', code: OptionCode.clientIdentifier, identifier: probe.clientId },
    // dnsmasq looks the lease up in the subnet that the relay names, so what selects a subnet goes along.
    ...tagOptions(probe),
    ...relayAgent(probe),
  ];
  const message = request(probe, { xid: ack.xid, secs: 0, options });
  return { kind: 'message', message: { ...message, flags: 0, ciaddr: ack.yiaddr } };
}

function request(probe: Probe, own: Pick<Message, 'xid' | 'secs' | 'options'>): Message {
  return {
    op: Op.request,
    htype: 1,
    hlen: probe.chaddr.length,
    hops: probe.giaddr === noAddress ? 0 : 1,
    flags: probe.broadcast === true ? broadcastFlag : 0,
    ciaddr: noAddress,
    yiaddr: noAddress,
    siaddr: noAddress,
    giaddr: probe.giaddr,
    chaddr: probe.chaddr,
    sname: new Uint8Array(0),
    file: new Uint8Array(0),
    ...own,
  };
}

function typeOption(messageType: MessageType): Option {
  return { kind: 'message-type', code: OptionCode.messageType, messageType };
}

/** Options 55 and 61, what the operator adds, and 82 at the end. */
function wishes(probe: Probe): Option[] {
  const extra = (probe.extraOptions ?? []).filter(({ code }) => !reservedOptionCodes.includes(code));
  return [
    {
      kind: 'parameter-request-list',
      code: OptionCode.parameterRequestList,
      codes: probe.parameterRequestList ?? defaultParameterRequestList,
    },
    { kind: 'client-identifier', code: OptionCode.clientIdentifier, identifier: probe.clientId },
    ...tagOptions(probe),
    ...extra.filter(({ code }) => code !== OptionCode.relayAgent),
    // A relay appends its option after everything else (RFC 3046 section 2.1); `encode` joins an operator's 82 to ours.
    ...relayAgent(probe),
    ...extra.filter(({ code }) => code === OptionCode.relayAgent),
  ];
}

/** Options 60, 77 and 118. */
function tagOptions({ tags, subnetSelection }: Probe): Option[] {
  const options: Option[] = [];
  const { vendorClass, userClass } = tags ?? {};
  if (vendorClass !== undefined) options.push({ kind: 'opaque', code: OptionCode.vendorClass, octets: vendorClass });
  if (userClass !== undefined) options.push({ kind: 'user-class', code: OptionCode.userClass, classes: [userClass] });
  if (subnetSelection !== undefined)
    options.push({ kind: 'address', code: OptionCode.subnetSelection, address: subnetSelection });
  return options;
}

function relayAgent(probe: Probe): Option[] {
  // A relay discards a client's message that has the option already (RFC 3046 section 2.1.1).
  if (probe.giaddr === noAddress) return [];
  const subOptions: RelaySubOption[] = [];
  const { circuitId, remoteId } = probe.tags ?? {};
  if (circuitId !== undefined) subOptions.push({ kind: 'identifier', code: 1, identifier: circuitId });
  if (remoteId !== undefined) subOptions.push({ kind: 'identifier', code: 2, identifier: remoteId });
  if (probe.linkSelection !== undefined) subOptions.push({ kind: 'address', code: 5, address: probe.linkSelection });
  if (probe.relayPort === true) subOptions.push({ kind: 'relay-port', code: 19 });
  return subOptions.length === 0 ? [] : [{ kind: 'relay-agent', code: OptionCode.relayAgent, subOptions }];
}
