// From an option's octets to its typed value and back: the only place that knows which code belongs to which family.
//
// To add an option: its code in codes.ts, its type and reader in options/, one arm in each switch here. A registry of
// objects with `read` and `write` was refused: the compiler could not prove it complete, and it proves these switches.

import { octetsOfU32 } from '../net/octets.ts';
import { OptionCode as Code } from './codes.ts';
import type { Option, TypedOption } from './option.ts';
import type { OptionFault } from './option-fault.ts';
import { readAddress, readAddressList, writeAddressList } from './options/address.ts';
import { readRoutes, writeRoutes } from './options/classless-routes.ts';
import { readClientIdentifier } from './options/client-identifier.ts';
import { readDomainSearch } from './options/domain-search.ts';
import { readFqdn, writeFqdn } from './options/fqdn.ts';
import {
  readAutoConfigure,
  readMaxMessageSize,
  readMessageType,
  readOverload,
  readSeconds,
  writeNumber,
} from './options/number.ts';
import { readParameterRequestList } from './options/parameter-request-list.ts';
import { readRelayAgent, writeRelayAgent } from './options/relay-agent.ts';
import { octetsOfText, readText } from './options/text.ts';
import { readUserClass, writeUserClass } from './options/user-class.ts';

/** The option with this code and content; `opaque` for an unknown code, `malformed` for wrong content. Never throws. */
export function readOption(code: number, octets: Uint8Array): Option {
  const option = readKnown(code, octets);
  if (option === undefined) return { kind: 'opaque', code, octets };
  return typeof option === 'string' ? { kind: 'malformed', code, fault: option, octets } : option;
}

/** The content of an option as on the wire, before any split. */
export function optionOctets(option: Option): Uint8Array {
  switch (option.kind) {
    case 'address':
      return octetsOfU32(option.address);
    case 'address-list':
      return writeAddressList(option);
    case 'text':
      return octetsOfText(option.text);
    case 'seconds':
    case 'overload':
    case 'message-type':
    case 'max-message-size':
    case 'auto-configure':
      return writeNumber(option);
    case 'parameter-request-list':
      return Uint8Array.from(option.codes);
    case 'client-identifier':
      return option.identifier;
    case 'user-class':
      return writeUserClass(option);
    case 'fqdn':
      return writeFqdn(option);
    case 'relay-agent':
      return writeRelayAgent(option);
    case 'routes':
      return writeRoutes(option);
    case 'domain-search':
    case 'opaque':
    case 'malformed':
      return option.octets;
  }
}

/**
 * True when several options with this code are one long option in parts (RFC 3396). Those whose content has one fixed
 * length are never split, so a repeat of one is a repeat: the first counts and joining them would spoil both.
 */
export function isJoined(code: number): boolean {
  return !fixedLength.has(code);
}

const fixedLength: ReadonlySet<number> = new Set([
  Code.subnetMask,
  Code.broadcastAddress,
  Code.requestedAddress,
  Code.leaseTime,
  Code.overload,
  Code.messageType,
  Code.serverIdentifier,
  Code.maxMessageSize,
  Code.renewalTime,
  Code.rebindingTime,
  Code.autoConfigure,
  Code.subnetSelection,
]);

function readKnown(code: number, octets: Uint8Array): TypedOption | OptionFault | undefined {
  switch (code) {
    case Code.subnetMask:
    case Code.broadcastAddress:
    case Code.requestedAddress:
    case Code.serverIdentifier:
    case Code.subnetSelection:
      return readAddress(code, octets);
    case Code.router:
    case Code.domainNameServer:
      return readAddressList(code, octets);
    case Code.hostName:
    case Code.domainName:
    case Code.vendorClass:
    case Code.captivePortal:
      return readText(code, octets);
    case Code.leaseTime:
    case Code.renewalTime:
    case Code.rebindingTime:
      return readSeconds(code, octets);
    case Code.overload:
      return readOverload(octets);
    case Code.messageType:
      return readMessageType(octets);
    case Code.parameterRequestList:
      return readParameterRequestList(octets);
    case Code.maxMessageSize:
      return readMaxMessageSize(octets);
    case Code.clientIdentifier:
      return readClientIdentifier(octets);
    case Code.userClass:
      return readUserClass(octets);
    case Code.clientFqdn:
      return readFqdn(octets);
    case Code.relayAgent:
      return readRelayAgent(octets);
    case Code.autoConfigure:
      return readAutoConfigure(octets);
    case Code.domainSearch:
      return readDomainSearch(octets);
    case Code.classlessRoutes:
      return readRoutes(octets);
    default:
      return undefined;
  }
}
