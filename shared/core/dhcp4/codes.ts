// The DHCPv4 numbers this program knows by name: operations, message types, options, relay sub-options.
//
// One table, each entry with the RFC that defines it, so that a new option starts here. A code that is not listed is
// no error anywhere: it travels as opaque octets. A TypeScript enum was refused: it cannot be erased, and its reverse
// mapping hides typing mistakes.

/** BOOTP operation, the `op` field (RFC 2131 section 2). */
export const Op = { request: 1, reply: 2 } as const;
/** 1 or 2. */
export type Op = (typeof Op)[keyof typeof Op];

/** Message types, option 53, named without the DHCP prefix. */
export const MessageType = {
  DISCOVER: 1, // RFC 2132 section 9.6, as all up to INFORM
  OFFER: 2,
  REQUEST: 3,
  DECLINE: 4,
  ACK: 5,
  NAK: 6,
  RELEASE: 7,
  INFORM: 8,
  FORCERENEW: 9, // RFC 3203
  LEASEQUERY: 10, // RFC 4388
  LEASEUNASSIGNED: 11, // RFC 4388
  LEASEUNKNOWN: 12, // RFC 4388
  LEASEACTIVE: 13, // RFC 4388
  BULKLEASEQUERY: 14, // RFC 6926
  LEASEQUERYDONE: 15, // RFC 6926
  ACTIVELEASEQUERY: 16, // RFC 7724
  LEASEQUERYSTATUS: 17, // RFC 7724
  TLS: 18, // RFC 7724
} as const;
/** The number of a message type, 1..18. */
export type MessageType = (typeof MessageType)[keyof typeof MessageType];
/** DISCOVER, OFFER, ... */
export type MessageTypeName = keyof typeof MessageType;

/** Options that are read into typed values. */
export const OptionCode = {
  subnetMask: 1, // RFC 2132
  router: 3, // RFC 2132
  domainNameServer: 6, // RFC 2132
  hostName: 12, // RFC 2132
  domainName: 15, // RFC 2132
  broadcastAddress: 28, // RFC 2132
  requestedAddress: 50, // RFC 2132
  leaseTime: 51, // RFC 2132
  overload: 52, // RFC 2132
  messageType: 53, // RFC 2132
  serverIdentifier: 54, // RFC 2132
  parameterRequestList: 55, // RFC 2132
  maxMessageSize: 57, // RFC 2132
  renewalTime: 58, // RFC 2132
  rebindingTime: 59, // RFC 2132
  vendorClass: 60, // RFC 2132
  clientIdentifier: 61, // RFC 2132, RFC 4361
  userClass: 77, // RFC 3004
  clientFqdn: 81, // RFC 4702
  relayAgent: 82, // RFC 3046
  captivePortal: 114, // RFC 8910
  autoConfigure: 116, // RFC 2563
  subnetSelection: 118, // RFC 3011
  domainSearch: 119, // RFC 3397
  classlessRoutes: 121, // RFC 3442
} as const;
/** Sub-options of option 82 that are read into typed values. */
export const RelaySubOptionCode = {
  circuitId: 1, // RFC 3046
  remoteId: 2, // RFC 3046
  linkSelection: 5, // RFC 3527
  serverIdOverride: 11, // RFC 5107
  relayId: 12, // RFC 6925
  relayPort: 19, // RFC 8357
} as const;

/** Pad and end, which are single octets without a length (RFC 2132 section 3). */
export const padCode = 0;
/** Ends an option area. */
export const endCode = 255;

/** 63 82 53 63, what tells options from BOOTP vendor content (RFC 2131 section 3). */
export const magicCookie = 0x63825363;

const messageTypeNames = new Map<number, MessageTypeName>(
  (Object.keys(MessageType) as MessageTypeName[]).map((name) => [MessageType[name], name]),
);

/** The name of a message type, as DISCOVER or ACK. */
export function messageTypeName(type: MessageType): MessageTypeName {
  const name = messageTypeNames.get(type);
  if (name === undefined) throw new RangeError(`message type ${type}`);
  return name;
}

/** True when the number is a message type that some RFC defines. */
export function isMessageType(value: number): value is MessageType {
  return messageTypeNames.has(value);
}
