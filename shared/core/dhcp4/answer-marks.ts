// The few fields by which an answer is matched to its exchange, read in place: what an agent does with every packet.
//
// It reads the ordinary answer only and says nothing of any other (options in file or sname, an option given twice or of
// an odd length, anything cut short): `decode` has the last word there, and a property holds that the two never differ.
// Decoding every answer whole was measured and refused: it was a third of an exchange's cost, for options nobody looks at.

import { type Ipv4, ipv4 } from '../net/ipv4.ts';
import { u8, u32 } from '../net/octets.ts';
import { endCode, isMessageType, type MessageType, magicCookie, OptionCode, padCode } from './codes.ts';
import { chaddrOctets, cookieOctets, headerOctets } from './limits.ts';

/** What matching and answering need of a server's message. The arrays are copies. */
export interface AnswerMarks {
  readonly xid: number;
  readonly yiaddr: Ipv4;
  readonly chaddr: Uint8Array;
  readonly type: MessageType;
  /** Option 54. */
  readonly server: Ipv4 | undefined;
  /** Option 51. */
  readonly leaseSeconds: number | undefined;
  /** Option 118, an echo. */
  readonly subnetSelection: Ipv4 | undefined;
  /** Option 61, type octet included. */
  readonly clientId: Uint8Array | undefined;
}

const chaddrAt = 28;
const optionsAt = headerOctets + cookieOctets;

/** Reads the UDP payload of an ordinary answer (op 2); undefined for everything that needs the whole decoder. Never throws. */
export function readAnswerMarks(octets: Uint8Array): AnswerMarks | undefined {
  const hlen = u8(octets, 2);
  if (octets.length < optionsAt || u8(octets, 0) !== 2 || hlen > chaddrOctets) return undefined;
  if (u32(octets, headerOctets) !== magicCookie) return undefined;
  let type: number | undefined;
  let server: Ipv4 | undefined;
  let leaseSeconds: number | undefined;
  let subnetSelection: Ipv4 | undefined;
  let clientId: Uint8Array | undefined;
  for (let at = optionsAt; at < octets.length && u8(octets, at) !== endCode; ) {
    const code = u8(octets, at);
    if (code === padCode) {
      at += 1;
      continue;
    }
    const length = u8(octets, at + 1);
    const from = at + 2;
    at = from + length;
    if (at > octets.length) return undefined;
    switch (code) {
      case OptionCode.overload:
        return undefined;
      case OptionCode.messageType:
        if (type !== undefined || length !== 1) return undefined;
        type = u8(octets, from);
        break;
      case OptionCode.serverIdentifier:
        if (server !== undefined || length !== 4) return undefined;
        server = ipv4(u32(octets, from));
        break;
      case OptionCode.leaseTime:
        if (leaseSeconds !== undefined || length !== 4) return undefined;
        leaseSeconds = u32(octets, from);
        break;
      case OptionCode.subnetSelection:
        if (subnetSelection !== undefined || length !== 4) return undefined;
        subnetSelection = ipv4(u32(octets, from));
        break;
      case OptionCode.clientIdentifier:
        if (clientId !== undefined || length < 2) return undefined;
        clientId = octets.slice(from, at);
    }
  }
  if (type === undefined || !isMessageType(type)) return undefined;
  const chaddr = octets.slice(chaddrAt, chaddrAt + hlen);
  return {
    xid: u32(octets, 4),
    yiaddr: ipv4(u32(octets, 16)),
    chaddr,
    type,
    server,
    leaseSeconds,
    subnetSelection,
    clientId,
  };
}
