// Any DHCPv4 option, read: a union of the families in options/, one kind each, plus the two that keep raw octets.
//
// `opaque` is an option this program does not know; `malformed` is one that it knows and whose octets broke its RFC.
// Both are written back as they came, so one bad option never costs the message. Throwing a message away for one bad
// option was refused: a monitor that calls a server dead over a wrong router list is worse than none.

import type { OptionFault } from './option-fault.ts';
import type { AddressListOption, AddressOption } from './options/address.ts';
import type { RoutesOption } from './options/classless-routes.ts';
import type { ClientIdentifierOption } from './options/client-identifier.ts';
import type { DomainSearchOption } from './options/domain-search.ts';
import type { FqdnOption } from './options/fqdn.ts';
import type {
  AutoConfigureOption,
  MaxMessageSizeOption,
  MessageTypeOption,
  OverloadOption,
  SecondsOption,
} from './options/number.ts';
import type { ParameterRequestListOption } from './options/parameter-request-list.ts';
import type { RelayAgentOption } from './options/relay-agent.ts';
import type { TextOption } from './options/text.ts';
import type { UserClassOption } from './options/user-class.ts';

/** An option without a typed form, octets as on the wire; also how a person's raw `code,hex` enters a message. */
export interface OpaqueOption {
  readonly kind: 'opaque';
  /** 1..254. */
  readonly code: number;
  readonly octets: Uint8Array;
}

/** A known option with wrong content; read as if absent, kept to be shown and written back. */
export interface MalformedOption {
  readonly kind: 'malformed';
  readonly code: number;
  readonly fault: OptionFault;
  readonly octets: Uint8Array;
}

/** An option that was understood. */
export type TypedOption =
  | AddressOption
  | AddressListOption
  | TextOption
  | SecondsOption
  | OverloadOption
  | MessageTypeOption
  | MaxMessageSizeOption
  | AutoConfigureOption
  | ParameterRequestListOption
  | ClientIdentifierOption
  | UserClassOption
  | FqdnOption
  | RelayAgentOption
  | DomainSearchOption
  | RoutesOption;

/** One option of a message, whatever became of it. */
export type Option = TypedOption | OpaqueOption | MalformedOption;
