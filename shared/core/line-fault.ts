/**
 * Why a connection to a collector did not come about, in words that say what to do next. What OpenSSL and Node say of it ("unable to
 * verify the first certificate") names a step of theirs, and not whom to suspect.
 */
import { type HostPort, hostPortText } from './host-port.ts';

/** What is known of a failure. */
export interface LineFailure {
  /** As Node has it: "ECONNREFUSED", "CERT_HAS_EXPIRED"; empty: none. */
  readonly code: string;
  /** What was said, for failures that have no words here. */
  readonly message: string;
}

const STRANGER =
  'its certificate is not from the CA that this host believes: another collector stands there, or somebody is in between. ' +
  'If its CA was made anew on purpose, enrol again (token create, then join --again)';
const SILENT =
  'it does not answer as TLS 1.3 does: it is a collector without certificates (dorawatch-collector init makes them), or something else';

const WORDS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: STRANGER,
  UNABLE_TO_GET_ISSUER_CERT: STRANGER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: STRANGER,
  SELF_SIGNED_CERT_IN_CHAIN: STRANGER,
  DEPTH_ZERO_SELF_SIGNED_CERT: STRANGER,
  CERT_SIGNATURE_FAILURE: STRANGER,
  CERT_UNTRUSTED: STRANGER,
  ERR_SSL_WRONG_VERSION_NUMBER: SILENT,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: SILENT,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: SILENT,
  ERR_SSL_UNSUPPORTED_PROTOCOL: SILENT,
  EPROTO: SILENT,
  ECONNREFUSED: 'nobody listens there: is the collector running, and is this its address?',
  ECONNRESET: 'the connection was cut: a collector without certificates does so, and so does a firewall',
  ENOTFOUND: 'its name is not known: is it spelled right, and does this host have a name server?',
  EAI_AGAIN: 'its name cannot be looked up: does this host reach its name server?',
  EHOSTUNREACH: 'there is no way to it from this host',
  ENETUNREACH: 'there is no way to it from this host',
  ETIMEDOUT: 'no answer comes: a firewall may be in the way',
};

/** A sentence without the address, which whoever logs it has said. */
export function lineFaultText({ code, message }: LineFailure): string {
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED') {
    const what = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return `its certificate ${what} by this host's clock: set the clock (date, timedatectl), or, if that is right, renew the collector's certificate`;
  }
  return WORDS[code] ?? message;
}

/** @param names that its certificate is for, as "DNS:a, IP Address:10.0.0.1" */
export const wrongNameText = ({ host }: HostPort, names: string): string =>
  `its certificate is not for ${host}, only for ${names === '' ? 'no name at all' : names.replaceAll(/DNS:|IP Address:/g, '')}: ` +
  'give --collector one of these, or make the certificate anew with dorawatch-collector init --name';

/** @param status of a proxy's answer to CONNECT */
export function proxyRefusalText(status: number, target: HostPort): string {
  if (status === 407)
    return 'the proxy wants a user and a password, or others than these (DORAWATCH_PROXY=http://USER:PASSWORD@HOST:PORT)';
  if (status === 403 || status === 405)
    return `the proxy does not let CONNECT to ${hostPortText(target)} through (${status}): have it allowed there, or let the collector listen on 443`;
  return `the proxy cannot reach ${hostPortText(target)} (it answered ${status})`;
}
