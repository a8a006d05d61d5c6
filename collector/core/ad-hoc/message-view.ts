/**
 * A DHCP message taken apart for whoever looks at it: every field, every option, and every octet of the option areas that is none.
 * It reads what the decoder refuses: cut short, with a wrong cookie, with options that run past the end. Never throws.
 *
 * Rejected: showing what `decode` makes of a message; a message that it refuses is the one that somebody asks about.
 */
import { messageTypeName } from '../../../shared/core/dhcp4/codes.ts';
import { decode, type MalformedReason } from '../../../shared/core/dhcp4/decode.ts';
import { cookieOctets, fileOctets, headerOctets, snameOctets } from '../../../shared/core/dhcp4/limits.ts';
import { messageType } from '../../../shared/core/dhcp4/message.ts';
import { readOption } from '../../../shared/core/dhcp4/option-codec.ts';
import {
  type OptionArea,
  overloadOf,
  readArea,
  type WholeOption,
  wholeOptions,
} from '../../../shared/core/dhcp4/option-parts.ts';
import { type FieldView, headerFields } from './header-fields.ts';
import { hexOf } from './octet-text.ts';
import { optionName, relaySubOptionName } from './option-names.ts';
import { faultText, type OptionValue, opaqueValue, relaySubValue, typedValue } from './option-value.ts';

/** One message; keys as in the JSON of `dorawatch probe --json`. */
export interface MessageView {
  /** "DISCOVER", "OFFER", …; null: it is no sound DHCP message. */
  readonly message_type: string | null;
  /** Why it is none, and at which octet; null: it is one. */
  readonly problem: string | null;
  readonly octets: number;
  readonly header: readonly FieldView[];
  /** In wire order; of those in file and sname, after the options field's. */
  readonly options: readonly OptionView[];
  /** Octets of the option areas that belong to no option. */
  readonly rest: readonly RestView[];
}

/** `octets` counts code, length and content of all parts. */
export type OptionView = OptionValue & {
  readonly code: number;
  readonly name: string;
  /** Of its code octet, from the beginning of the message; a long option has several. */
  readonly offsets: readonly number[];
  readonly octets: number;
  readonly text: string;
  /** What is wrong with it; null: nothing. */
  readonly fault: string | null;
  /** Its content. */
  readonly hex: string;
  readonly sub_options: readonly SubOptionView[];
};

export type SubOptionView = OptionValue & {
  readonly code: number;
  readonly name: string;
  readonly text: string;
};

export interface RestView {
  /** "padding", "end", "after the end" or "cut short". */
  readonly what: 'padding' | 'end' | 'after the end' | 'cut short';
  readonly offset: number | null;
  readonly octets: number;
  /** Empty where all are the same by definition. */
  readonly hex: string;
}

const optionsAt = headerOctets + cookieOctets;
const snameAt = 44;
const fileAt = 108;

export function messageView(octets: Uint8Array): MessageView {
  const decoded = decode(octets);
  const own = areaOf(octets, optionsAt, octets.length);
  const overload = overloadOf(own.parts);
  const areas = [
    own,
    ...((overload & 1) === 0 ? [] : [areaOf(octets, fileAt, fileAt + fileOctets)]),
    ...((overload & 2) === 0 ? [] : [areaOf(octets, snameAt, snameAt + snameOctets)]),
  ];
  return {
    message_type: decoded.kind === 'message' ? messageTypeName(messageType(decoded.message)) : null,
    problem: decoded.kind === 'message' ? null : `${PROBLEMS[decoded.reason]} (at octet ${decoded.offset})`,
    octets: octets.length,
    header: headerFields(octets, overload),
    options: wholeOptions(areas.flatMap(({ parts }) => parts)).map(optionView),
    rest: areas.flatMap((area) => restOf(octets, area)),
  };
}

const PROBLEMS: Readonly<Record<MalformedReason, string>> = {
  'too-short': 'it ends before its options begin',
  op: 'op is neither 1 (request) nor 2 (reply)',
  hlen: 'hlen is more than the 16 octets of chaddr',
  'magic-cookie': 'the magic cookie 63 82 53 63 is not there',
  'option-truncated': 'an option runs past the end of its field',
  'message-type-missing': 'option 53, the message type, is not there',
  'message-type-malformed': 'option 53 is no message type',
  'message-type-repeated': 'option 53, the message type, is there twice',
};

interface Area extends OptionArea {
  readonly to: number;
}

const areaOf = (octets: Uint8Array, from: number, to: number): Area => ({
  ...readArea(octets, Math.min(from, octets.length), Math.min(to, octets.length)),
  to: Math.min(to, octets.length),
});

function optionView({ code, offsets, octets }: WholeOption): OptionView {
  const option = readOption(code, octets);
  const [offset = 0] = offsets;
  const place = { code, name: optionName(code), offsets, octets: octets.length + 2 * offsets.length };
  const hex = hexOf(octets, '');
  if (option.kind === 'malformed')
    return { ...place, text: hexOf(octets), fault: faultText(option.fault, offset), hex, value: hex, sub_options: [] };
  const { text, value } = option.kind === 'opaque' ? opaqueValue(option) : typedValue(option);
  const subs = option.kind === 'relay-agent' ? option.subOptions : [];
  const sub_options = subs.map((sub) => {
    const read = relaySubValue(sub);
    return { code: sub.code, name: relaySubOptionName(sub.code), text: read.text, ...read.value };
  });
  return { ...place, text, fault: null, hex, ...value, sub_options };
}

function restOf(octets: Uint8Array, { pads, endAt, cutAt, to }: Area): readonly RestView[] {
  const rest: RestView[] = [];
  if (pads > 0) rest.push({ what: 'padding', offset: null, octets: pads, hex: '' });
  if (cutAt !== undefined)
    rest.push({ what: 'cut short', offset: cutAt, octets: to - cutAt, hex: hexOf(octets.subarray(cutAt, to), '') });
  if (endAt === undefined) return rest;
  rest.push({ what: 'end', offset: endAt, octets: 1, hex: '' });
  const after = octets.subarray(endAt + 1, to);
  const isPadding = after.every((octet) => octet === 0);
  if (after.length > 0)
    rest.push({
      what: 'after the end',
      offset: endAt + 1,
      octets: after.length,
      hex: isPadding ? '' : hexOf(after, ''),
    });
  return rest;
}
