// Options that are one number: 51 58 59 in seconds, 52 overload, 53 message type, 57 maximum size, 116 auto-configure.
//
// Each has one length and most a short set of values (RFC 2132, RFC 2563); anything else is a fault with a name. A lease
// time of 2^32-1 means "infinite" (RFC 2131 section 3.3) and is left as that number: the prober never waits for it.

import { octetsOfU32, u8, u16, u32 } from '../../net/octets.ts';
import { isMessageType, type MessageType } from '../codes.ts';
import type { OptionFault } from '../option-fault.ts';

/** Codes 51 lease time, 58 renewal T1, 59 rebinding T2, all in seconds from the ACK. */
export interface SecondsOption {
  readonly kind: 'seconds';
  readonly code: 51 | 58 | 59;
  readonly seconds: number;
}

/** Which header fields hold options too: 1 file, 2 sname, 3 both (RFC 2132 section 9.3). A note about layout: `encode` makes its own. */
export interface OverloadOption {
  readonly kind: 'overload';
  readonly code: 52;
  readonly fields: 1 | 2 | 3;
}

/** What the message is; exactly one in each message. */
export interface MessageTypeOption {
  readonly kind: 'message-type';
  readonly code: 53;
  readonly messageType: MessageType;
}

/** Largest message its sender takes, in octets with IP and UDP headers, at least 576. */
export interface MaxMessageSizeOption {
  readonly kind: 'max-message-size';
  readonly code: 57;
  readonly octets: number;
}

/** Whether a client without a lease may choose a link-local address: 0 no, 1 yes (RFC 2563). */
export interface AutoConfigureOption {
  readonly kind: 'auto-configure';
  readonly code: 116;
  readonly allowed: 0 | 1;
}

/** Reads four octets. */
export function readSeconds(code: SecondsOption['code'], octets: Uint8Array): SecondsOption | OptionFault {
  return octets.length === 4 ? { kind: 'seconds', code, seconds: u32(octets, 0) } : 'length';
}

/** Reads one octet of 1, 2 or 3. */
export function readOverload(octets: Uint8Array): OverloadOption | OptionFault {
  if (octets.length !== 1) return 'length';
  const fields = u8(octets, 0);
  return fields === 1 || fields === 2 || fields === 3 ? { kind: 'overload', code: 52, fields } : 'value';
}

/** Reads one octet that some RFC gives a name. */
export function readMessageType(octets: Uint8Array): MessageTypeOption | OptionFault {
  if (octets.length !== 1) return 'length';
  const messageType = u8(octets, 0);
  return isMessageType(messageType) ? { kind: 'message-type', code: 53, messageType } : 'value';
}

/** Reads two octets, 576 or more. */
export function readMaxMessageSize(octets: Uint8Array): MaxMessageSizeOption | OptionFault {
  if (octets.length !== 2) return 'length';
  return u16(octets, 0) < 576 ? 'value' : { kind: 'max-message-size', code: 57, octets: u16(octets, 0) };
}

/** Reads one octet of 0 or 1. */
export function readAutoConfigure(octets: Uint8Array): AutoConfigureOption | OptionFault {
  if (octets.length !== 1) return 'length';
  const allowed = u8(octets, 0);
  return allowed === 0 || allowed === 1 ? { kind: 'auto-configure', code: 116, allowed } : 'value';
}

/** The octets of whichever of them. */
export function writeNumber(
  option: SecondsOption | OverloadOption | MessageTypeOption | MaxMessageSizeOption | AutoConfigureOption,
): Uint8Array {
  switch (option.kind) {
    case 'seconds':
      return octetsOfU32(option.seconds);
    case 'overload':
      return Uint8Array.of(option.fields);
    case 'message-type':
      return Uint8Array.of(option.messageType);
    case 'max-message-size':
      return Uint8Array.of(option.octets >>> 8, option.octets);
    case 'auto-configure':
      return Uint8Array.of(option.allowed);
  }
}
