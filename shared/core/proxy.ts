/**
 * An HTTP proxy that lets CONNECT through, as people write it: http://HOST:PORT, with USER:PASSWORD@ before the host where only its owner
 * reads it (the environment). Which variables of the environment name proxies for others (http_proxy, no_proxy) does not matter here:
 * an agent has one destination, and a proxy for apt is seldom meant for it.
 */
import { type HostPort, readHostPort } from './host-port.ts';

export interface HttpProxy extends HostPort {
  /** "user:password"; null: it asks for none. */
  readonly login: string | null;
}

/** Where a proxy listens when nobody says otherwise, as everywhere in http. */
const DEFAULT_PORT = 80;

/** @returns undefined: it is no such address */
export function readProxy(text: string): HttpProxy | undefined {
  const [, user, password, place = ''] =
    /^http:\/\/(?:([^/:@\s]*)(?::([^/@\s]*))?@)?([^/@\s]+)\/?$/.exec(text.trim()) ?? [];
  const at = readHostPort(place) ?? readHostPort(`${place}:${DEFAULT_PORT}`);
  if (at === undefined) return undefined;
  const login = user === undefined ? null : unescaped(`${user}:${password ?? ''}`);
  return login === undefined ? undefined : { ...at, login };
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A "%" that begins nothing: mistyped.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
