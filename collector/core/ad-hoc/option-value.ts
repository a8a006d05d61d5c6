/**
 * What an option says, for people and for programs. An unknown one is hex, and so is one whose content breaks its RFC, with what
 * is wrong about it: whoever asks for an exchange in full wants to see exactly that.
 */
import { messageTypeName } from '../../../shared/core/dhcp4/codes.ts';
import type { OpaqueOption, TypedOption } from '../../../shared/core/dhcp4/option.ts';
import type { OptionFault } from '../../../shared/core/dhcp4/option-fault.ts';
import type { RelaySubOption } from '../../../shared/core/dhcp4/options/relay-agent.ts';
import { octetsOfText } from '../../../shared/core/dhcp4/options/text.ts';
import { formatIpv4, type Ipv4, ipv4, prefixMask } from '../../../shared/core/net/ipv4.ts';
import { u8, u32 } from '../../../shared/core/net/octets.ts';
import { elapsedText } from '../answers/clock-text.ts';
import { hexOf, opaqueText, quotedText } from './octet-text.ts';
import { optionLayout, optionName } from './option-names.ts';

/** The content as JSON: text, a number, or a list; a number with a unit has it in its key. */
export type OptionValue =
  | { readonly value: string | number | readonly (string | number | Route)[] | null }
  | { readonly value_s: number }
  | { readonly value_octets: number };

/** A classless static route. */
export interface Route {
  /** "10.1.0.0/16" */
  readonly destination: string;
  readonly router: string;
}

/** An option's content in words, and for programs. */
export interface ReadValue {
  readonly text: string;
  readonly value: OptionValue;
}

const plain = (text: string): ReadValue => ({ text, value: { value: text } });
const INFINITE_S = 0xffff_ffff;

export function typedValue(option: TypedOption): ReadValue {
  switch (option.kind) {
    case 'address':
      return { text: addressText(option.code, option.address), value: { value: formatIpv4(option.address) } };
    case 'address-list':
      return listValue(option.addresses.map(formatIpv4));
    case 'text':
      return { text: quotedText(octetsOfText(option.text)), value: { value: option.text } };
    case 'seconds':
      return { text: secondsText(option.seconds), value: { value_s: option.seconds } };
    case 'overload':
      return { text: `${option.fields} ${OVERLOADS[option.fields]}`, value: { value: option.fields } };
    case 'message-type':
      return {
        text: `${option.messageType} ${messageTypeName(option.messageType)}`,
        value: { value: messageTypeName(option.messageType) },
      };
    case 'max-message-size':
      return { text: `${option.octets} octets`, value: { value_octets: option.octets } };
    case 'auto-configure':
      return { text: option.allowed === 1 ? '1 allowed' : '0 not allowed', value: { value: option.allowed } };
    case 'parameter-request-list':
      return {
        text: option.codes.map((code) => `${code} ${optionName(code)}`).join(', '),
        value: { value: option.codes },
      };
    case 'client-identifier':
      return { text: clientIdText(option.identifier), value: { value: hexOf(option.identifier, '') } };
    case 'user-class':
      return listValue(option.classes.map(quotedText));
    case 'fqdn':
      return plain(
        `flags 0x${option.flags.toString(16).padStart(2, '0')}, rcodes ${option.rcode1} ${option.rcode2}, ${quotedText(option.name)}`,
      );
    case 'domain-search':
      return listValue(option.names);
    case 'routes': {
      const routes = option.routes.map(({ destination, length, router }) => ({
        destination: `${formatIpv4(destination)}/${length}`,
        router: formatIpv4(router),
      }));
      return { text: routes.map((one) => `${one.destination} via ${one.router}`).join(', '), value: { value: routes } };
    }
    case 'relay-agent':
      return { text: '', value: { value: null } };
  }
}

const OVERLOADS = { 1: 'file holds options', 2: 'sname holds options', 3: 'file and sname hold options' } as const;

/** An option that the codec leaves alone, by the layout that its code has. */
export function opaqueValue({ code, octets }: OpaqueOption): ReadValue {
  const layout = optionLayout(code);
  const number = octets.length === 0 || octets.length > 4 ? null : octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (layout === 'addresses' && octets.length > 0 && octets.length % 4 === 0)
    return listValue(Array.from({ length: octets.length / 4 }, (_, at) => formatIpv4(ipv4(u32(octets, 4 * at)))));
  if (layout === 'text' && octets.length > 0)
    return { text: quotedText(octets), value: { value: String.fromCharCode(...octets.subarray(0, 4096)) } };
  if (layout === 'signed' && octets.length === 4) return numberValue(u32(octets, 0) | 0);
  if ((layout === 'number' || layout === 'flag') && number !== null) return numberValue(number);
  if (layout === 'none' && octets.length === 0) return { text: '(no content)', value: { value: null } };
  return { text: opaqueText(octets), value: { value: hexOf(octets, '') } };
}

/** What is wrong with an option, and at which octet of the message it stands. */
export const faultText = (fault: OptionFault, offset: number): string =>
  fault === 'length'
    ? `its length does not fit what it is (at octet ${offset})`
    : `its content is none that its RFC allows (at octet ${offset})`;

export function relaySubValue(sub: RelaySubOption): ReadValue {
  switch (sub.kind) {
    case 'address':
      return plain(formatIpv4(sub.address));
    case 'relay-port':
      return { text: '(answer to the source port)', value: { value: null } };
    case 'identifier':
      return { text: opaqueText(sub.identifier), value: { value: hexOf(sub.identifier, '') } };
    case 'opaque':
      return { text: opaqueText(sub.octets), value: { value: hexOf(sub.octets, '') } };
  }
}

const numberValue = (value: number): ReadValue => ({ text: String(value), value: { value } });
const listValue = (items: readonly string[]): ReadValue => ({ text: items.join(', '), value: { value: items } });

function addressText(code: number, address: Ipv4): string {
  if (code !== 1) return formatIpv4(address);
  const length = Array.from({ length: 33 }, (_, bits) => bits).find((bits) => prefixMask(bits) === address);
  return `${formatIpv4(address)} (${length === undefined ? 'no mask: its ones are not in a row' : `/${length}`})`;
}

const secondsText = (seconds: number): string =>
  seconds === INFINITE_S ? `${seconds} s (for ever)` : `${seconds} s (${elapsedText(seconds * 1000)})`;

/** RFC 2132 section 9.14, RFC 4361 section 6.1. */
function clientIdText(identifier: Uint8Array): string {
  const type = u8(identifier, 0);
  const rest = identifier.subarray(1);
  if (type === 1 && rest.length === 6) return `Ethernet ${hexOf(rest, ':')}`;
  if (type === 255 && rest.length > 4)
    return `IAID ${hexOf(rest.subarray(0, 4), '')}, DUID ${hexOf(rest.subarray(4), ':')}`;
  return `type ${type}, ${opaqueText(rest)}`;
}
