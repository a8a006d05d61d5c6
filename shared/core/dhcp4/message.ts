// One DHCPv4 message as a value, its fields named as RFC 2131 section 2 spells them, and the questions asked of it.
//
// Options are a list in wire order, the message type among them: a repeated option or an odd order is the server's word
// and stays visible. A record keyed by code was refused for that reason. What `decode` and build.ts make has exactly one
// message type. A question finds the first well-formed answer; a malformed option answers as if it were absent.

import type { Ipv4 } from '../net/ipv4.ts';
import { type MessageType, OptionCode } from './codes.ts';
import type { Option, TypedOption } from './option.ts';
import type { AddressCode } from './options/address.ts';

/** A whole message; see the header for what its options promise. */
export interface Message {
  /** 1 request, 2 reply. */
  readonly op: 1 | 2;
  /** Hardware type (RFC 1700), 1 for Ethernet. */
  readonly htype: number;
  /** Octets in `chaddr`, 0..16. */
  readonly hlen: number;
  /** Relays passed; 1 in what a probe sends, for it plays one. */
  readonly hops: number;
  /** Unsigned 32 bits. */
  readonly xid: number;
  /** Seconds since the client began, 0..65535. */
  readonly secs: number;
  /** 16 bits, of which only `broadcastFlag` means anything. */
  readonly flags: number;
  readonly ciaddr: Ipv4;
  readonly yiaddr: Ipv4;
  readonly siaddr: Ipv4;
  readonly giaddr: Ipv4;
  /** Exactly `hlen` octets, without the padding of the wire. */
  readonly chaddr: Uint8Array;
  /** Without trailing zero octets; empty when the field holds options. */
  readonly sname: Uint8Array;
  /** Without trailing zero octets; empty when the field holds options. */
  readonly file: Uint8Array;
  /** In wire order: options field, then file, then sname (RFC 3396 section 5). */
  readonly options: readonly Option[];
}

/** The bit of `flags` that asks for the answer as a broadcast (RFC 2131 section 2, figure 2). */
export const broadcastFlag = 0x8000;

/** The message's type. Throws RangeError on a message that neither `decode` nor build.ts made. */
export function messageType(message: Message): MessageType {
  const option = firstOf(message, 'message-type');
  if (option === undefined) throw new RangeError('message without option 53');
  return option.messageType;
}

/** Option 54: which server speaks, or is spoken to. */
export function serverIdentifier(message: Message): Ipv4 | undefined {
  return addressOption(message, OptionCode.serverIdentifier);
}

/** Option 61, type octet included; in an answer it is an echo, which some servers leave out (RFC 6842). */
export function clientIdentifier(message: Message): Uint8Array | undefined {
  return firstOf(message, 'client-identifier')?.identifier;
}

/** Option 51 in seconds, 2^32-1 for ever. */
export function leaseSeconds(message: Message): number | undefined {
  const found = message.options.find((option) => option.kind === 'seconds' && option.code === OptionCode.leaseTime);
  return found?.kind === 'seconds' ? found.seconds : undefined;
}

/** The first well-formed option of a code that holds one address: 1, 28, 50, 54 or 118. */
export function addressOption(message: Message, code: AddressCode): Ipv4 | undefined {
  const found = message.options.find((option) => option.kind === 'address' && option.code === code);
  return found?.kind === 'address' ? found.address : undefined;
}

/** The first option of a kind. */
export function firstOf<K extends TypedOption['kind']>(
  message: Message,
  kind: K,
): Extract<TypedOption, { kind: K }> | undefined {
  return message.options.find((option): option is Extract<TypedOption, { kind: K }> => option.kind === kind);
}
