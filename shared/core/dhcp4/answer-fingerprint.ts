// One number for what an answer gives, whoever it gives it to: equal answers to two clients have the same one. What an agent
// compares with every packet, so that only an answer that differs from the last is decoded.
//
// Left out are an exchange's own marks (xid, chaddr, client-id, echoes), and of yiaddr all but its subnet. Hashing the whole
// message with those parts blanked was refused: their places move. Two different answers are alike once in 2^32; then a
// change is told when the same thing is told again anyway.

import { u8, u32 } from '../net/octets.ts';
import { endCode, OptionCode, padCode } from './codes.ts';
import { cookieOctets, headerOctets } from './limits.ts';

const optionsAt = headerOctets + cookieOctets;
const snameAt = 44;
/** Without a mask in the answer. */
const ordinaryMask = 0xffffff00;

/** 32 bits over next server, options, and the subnet of yiaddr. Any octets will do; linear, never throws. */
export function answerFingerprint(octets: Uint8Array): number {
  let hash = mixed(seed, octets, 20, 24);
  let mask = ordinaryMask;
  let at = optionsAt;
  while (at < octets.length && u8(octets, at) !== endCode) {
    const code = u8(octets, at);
    const end = code === padCode ? at + 1 : at + 2 + u8(octets, at + 1);
    if (code === OptionCode.subnetMask && end === at + 6) mask = u32(octets, at + 2);
    // Options may stand in file and sname as well; those fields are then part of what is given.
    if (code === OptionCode.overload) hash = mixed(hash, octets, snameAt, headerOctets);
    if (!isOfOneExchange(code)) hash = mixed(hash, octets, at, end);
    at = end;
  }
  const subnet = (u32(octets, 16) & mask) >>> 0;
  return Math.imul(hash ^ subnet, prime) >>> 0;
}

function isOfOneExchange(code: number): boolean {
  switch (code) {
    case padCode:
    case OptionCode.messageType:
    case OptionCode.clientIdentifier:
    case OptionCode.relayAgent:
    case OptionCode.subnetSelection:
      return true;
    default:
      return false;
  }
}

/** FNV-1a, for speed: nobody gains anything by making two of his own answers look alike. */
const seed = 0x811c9dc5;
const prime = 0x01000193;

function mixed(hash: number, octets: Uint8Array, from: number, to: number): number {
  let value = hash;
  let at = from;
  // Four at a time: this loop is most of what an answer costs that says nothing new.
  for (; at + 4 <= to; at += 4) value = Math.imul(value ^ u32(octets, at), prime) ^ (value >>> 15);
  for (; at < to; at += 1) value = Math.imul(value ^ u8(octets, at), prime);
  return value;
}
