/**
 * Who a reverse proxy says is asking. Believed from the proxy's own addresses alone; from any other the headers are as if they were
 * not there. Rejected: a secret between proxy and collector in a header; it is in every proxy's configuration, and in its logs.
 */
import type { TrustedProxyConfig } from '../config/config.ts';
import { NAME_MAX } from './limits.ts';
import { PERSON_ROLES, type PersonRole } from './roles.ts';

export type Proxied =
  /** It is not the proxy that asks, or it names nobody. */
  | { readonly kind: 'none' }
  | { readonly kind: 'person'; readonly name: string; readonly role: PersonRole }
  /** It names somebody who may not come in, or names nobody properly. */
  | { readonly kind: 'refused'; readonly problem: string };

/** Headers by name in small letters. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** @param address that the connection comes from */
export function proxiedPerson(proxy: TrustedProxyConfig | null, address: string, headers: Headers): Proxied {
  if (proxy === null || !proxy.addresses.includes(plainAddress(address))) return { kind: 'none' };
  const name = headers[proxy.userHeader.toLowerCase()];
  if (name === undefined || name === '') return { kind: 'none' };
  if (typeof name !== 'string' || !isName(name)) {
    const problem = `${proxy.userHeader} of the proxy is no name: 1 to ${NAME_MAX} printable characters without blanks`;
    return { kind: 'refused', problem };
  }
  const role = roleOf(proxy, name, headers);
  if (role !== null) return { kind: 'person', name, role };
  const problem = `the proxy says that this is ${name}, whom the configuration gives no role (http.trusted_proxy)`;
  return { kind: 'refused', problem };
}

function roleOf(proxy: TrustedProxyConfig, name: string, headers: Headers): PersonRole | null {
  const told = proxy.roleHeader === null ? undefined : headers[proxy.roleHeader.toLowerCase()];
  const mapped = Object.hasOwn(proxy.roles, name) ? proxy.roles[name] : undefined;
  return PERSON_ROLES.find((role) => role === told) ?? mapped ?? proxy.defaultRole;
}

const isName = (name: string): boolean => name.length <= NAME_MAX && /^[\x21-\x7e]+$/.test(name);

/** An IPv4 address that an IPv6 socket shows as "::ffff:10.0.0.1" is that address. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');
