// Brings a message of the codec under test into the oracle's plain form, so that both can be compared with one deep test.
//
// The options' octets come from the codec's own `optionOctets`: a typed value that lost something shows here.

import type { Message } from '../../shared/core/dhcp4/message.ts';
import { optionOctets, readOption } from '../../shared/core/dhcp4/option-codec.ts';
import { formatIpv4, ipv4, parseIpv4 } from '../../shared/core/net/ipv4.ts';
import { hexOf, type NaiveMessage, octetsOf } from './dhcp4.ts';

/** The oracle's view of a message. */
export function naiveOf(message: Message): NaiveMessage {
  return {
    op: message.op,
    htype: message.htype,
    hops: message.hops,
    xid: message.xid,
    secs: message.secs,
    flags: message.flags,
    ciaddr: formatIpv4(message.ciaddr),
    yiaddr: formatIpv4(message.yiaddr),
    siaddr: formatIpv4(message.siaddr),
    giaddr: formatIpv4(message.giaddr),
    chaddr: hexOf(message.chaddr),
    sname: hexOf(message.sname),
    file: hexOf(message.file),
    options: message.options.map((option) => [option.code, hexOf(optionOctets(option))] as const),
  };
}

/** The message that the oracle's view stands for, each option read on its own. */
export function messageOf(naive: NaiveMessage): Message {
  const address = (text: string) => parseIpv4(text) ?? ipv4(0);
  return {
    op: naive.op === 1 ? 1 : 2,
    htype: naive.htype,
    hlen: naive.chaddr.length / 2,
    hops: naive.hops,
    xid: naive.xid,
    secs: naive.secs,
    flags: naive.flags,
    ciaddr: address(naive.ciaddr),
    yiaddr: address(naive.yiaddr),
    siaddr: address(naive.siaddr),
    giaddr: address(naive.giaddr),
    chaddr: octetsOf(naive.chaddr),
    sname: octetsOf(naive.sname),
    file: octetsOf(naive.file),
    options: naive.options.map(([code, hex]) => readOption(code, octetsOf(hex))),
  };
}
