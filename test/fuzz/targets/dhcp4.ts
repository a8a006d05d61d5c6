/**
 * DHCPv4 as it comes off the wire: the decoder against the naive oracle and against its own encoder, the agent's fast reader of
 * answers against the decoder, and the view that takes apart what the decoder refuses.
 */
import { contentColumn, messageLines } from '../../../collector/core/ad-hoc/message-text.ts';
import { messageView } from '../../../collector/core/ad-hoc/message-view.ts';
import { readAnswerMarks } from '../../../shared/core/dhcp4/answer-marks.ts';
import { decode } from '../../../shared/core/dhcp4/decode.ts';
import { encode } from '../../../shared/core/dhcp4/encode.ts';
import { clientIdentifier, leaseSeconds, messageType, serverIdentifier } from '../../../shared/core/dhcp4/message.ts';
import { naiveOf } from '../../oracle/compare.ts';
import { naiveDecode } from '../../oracle/dhcp4.ts';
import { dhcpVectors } from '../../vectors/vectors.ts';
import { aliasIn, firstOf, octets, sameOctets, type Target, unless } from '../target.ts';

const COOKIE = [0x63, 0x82, 0x53, 0x63];

/** Options that decide how others are read, with true lengths and with lies. */
const tokens = [
  octets(...COOKIE),
  octets(255),
  ...[1, 2, 3, 0, 4].map((fields) => octets(52, 1, fields)),
  ...[1, 2, 5, 6, 0, 18, 19].map((type) => octets(53, 1, type)),
  octets(53, 2, 5, 5),
  ...[50, 51, 54, 55, 57, 58, 60, 61, 77, 81, 82, 118, 119, 121].flatMap((code) => [
    octets(code, 0),
    octets(code, 4, 10, 0, 0, 1),
    octets(code, 255),
  ]),
  octets(82, 9, 1, 2, 0x61, 0x62, 11, 3, 1, 2, 3),
  octets(119, 4, 0xc0, 0, 0xc0, 2),
  octets(119, 8, 1, 0x61, 0, 0xc0, 0, 0xc0, 3, 0),
  octets(121, 5, 33, 10, 0, 0, 1),
];

const seeds = dhcpVectors().map(({ packet }) => packet);

function mend(message: Uint8Array): void {
  if (message.length < 240) return;
  message.set(COOKIE, 236);
  if (message[0] !== 1) message[0] = 2;
  if ((message[2] ?? 0) > 16) message[2] = 6;
}

const shared = { seeds, tokens, octetsMax: 2_048, mend };

export const dhcp4: Target = {
  ...shared,
  name: 'dhcp4',
  short: 3_000,
  work: { base: 800, perOctet: 6 },
  judge: (input) => {
    const decoded = decode(input);
    const naive = naiveDecode(input);
    if (decoded.kind === 'malformed')
      return firstOf(
        () => unless(typeof naive === 'string', `refused as ${decoded.reason}, and the oracle reads it`),
        () => unless(decoded.offset >= 0 && decoded.offset <= input.length, `offset ${decoded.offset} is outside`),
      );
    if (typeof naive === 'string') return `read, and the oracle says ${naive}`;
    const { message } = decoded;
    const once = encode(message);
    const again = decode(once);
    return firstOf(
      () => aliasIn(message, input),
      () => unless(message.options.length <= input.length, 'more options than octets'),
      () => unless(JSON.stringify(naiveOf(message)) === JSON.stringify(naive), 'the oracle reads something else'),
      () =>
        unless(
          again.kind === 'message' && sameOctets(encode(again.message), once),
          'written, read and written differs',
        ),
    );
  },
};

/** What the agent reads of an answer without decoding all of it must be what decoding gives. */
export const answerMarks: Target = {
  ...shared,
  name: 'answer-marks',
  short: 20_000,
  work: { base: 60, perOctet: 1 },
  judge: (input) => {
    const marks = readAnswerMarks(input);
    if (marks === undefined) return null;
    const decoded = decode(input);
    if (decoded.kind === 'malformed') return `read at once, and refused as ${decoded.reason}`;
    const { message } = decoded;
    return firstOf(
      () => unless(marks.xid === message.xid && marks.yiaddr === message.yiaddr, 'another xid or yiaddr'),
      () => unless(sameOctets(marks.chaddr, message.chaddr), 'another chaddr'),
      () => unless(marks.type === messageType(message), 'another message type'),
      () => unless(marks.server === serverIdentifier(message), 'another server identifier'),
      () => unless(marks.leaseSeconds === leaseSeconds(message), 'another lease time'),
      () => unless(sameOctets(marks.clientId ?? octets(), clientIdentifier(message) ?? octets()), 'another client-id'),
    );
  },
};

/** A line a column wide at least, and some words an option: what it prints is bounded by what it was given. */
const CHARACTERS_BASE = 8_000;
const CHARACTERS_PER_OCTET = 120;

export const messageText: Target = {
  ...shared,
  name: 'message-text',
  short: 1_500,
  work: { base: 1_500, perOctet: 24 },
  judge: (input) => {
    const view = messageView(input);
    const lines = messageLines(view, contentColumn([view]), 80);
    const characters = lines.reduce((sum, line) => sum + line.length, 0);
    const inOptions = [...view.options, ...view.rest].reduce((sum, part) => sum + part.octets, 0);
    return firstOf(
      () =>
        unless(
          lines.every((line) => /^[^\p{Cc}]*$/u.test(line)),
          'a control character reaches the terminal',
        ),
      () =>
        unless(characters <= CHARACTERS_BASE + CHARACTERS_PER_OCTET * input.length, `${characters} characters of text`),
      () => unless(inOptions <= input.length + 192, `${inOptions} octets of options in ${input.length}`),
      () => unless(view.octets === input.length, 'another length'),
    );
  },
};
