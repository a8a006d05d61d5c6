// Every bound and fixed size of the DHCPv4 codec, with its reason.
//
// They stand together so that "what can a hostile server make us do?" has one page for an answer. Making them settings
// was refused: each is a fact of an RFC or far above anything a server sends.

/** Header up to and including file (RFC 2131 section 2). */
export const headerOctets = 236;
/** Octets of the magic cookie after the header. */
export const cookieOctets = 4;
/** Shortest message sent: BOOTP relays and some servers drop shorter ones (RFC 1542 section 2.1). */
export const messageOctetsMin = 300;
/** Longest chaddr; a longer hlen cannot be true. */
export const chaddrOctets = 16;
/** Octets of the sname field. */
export const snameOctets = 64;
/** Octets of the file field. */
export const fileOctets = 128;
/** Content of one option on the wire, its length being one octet; longer content is split (RFC 3396). */
export const optionOctetsMax = 255;
/** A DNS name on the wire (RFC 1035 section 2.3.4). */
export const domainNameOctetsMax = 255;
/** Pointers followed for one name. Each label can need one, and real lists need one or two. */
export const domainPointersMax = 16;
/** Names in one search list. Resolvers take 6 to 32; with the two bounds above, reading a list stays linear and small. */
export const domainsMax = 256;
