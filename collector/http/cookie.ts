/**
 * The page's cookie: a session's identifier that no script can read (HttpOnly) and no other site's page can have sent (SameSite=Strict).
 * Over HTTPS it is Secure and bears the "__Host-" prefix, so that no other host, port without TLS or path can set one in its place.
 * Rejected: the bearer token itself in the cookie; whoever reads a browser's files would have what an admin gave out.
 */

/** Without HTTPS (loopback) browsers refuse the prefix. */
const cookieName = (isSecure: boolean): string => `${isSecure ? '__Host-' : ''}dorawatch`;

/** @param seconds how long it is kept @returns the value of Set-Cookie */
export function sessionCookie(session: string, { seconds, isSecure }: { seconds: number; isSecure: boolean }): string {
  const secure = isSecure ? '; Secure' : '';
  return `${cookieName(isSecure)}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.max(0, Math.floor(seconds))}${secure}`;
}

/** Has a browser forget it. */
export const noCookie = (isSecure: boolean): string => sessionCookie('', { seconds: 0, isSecure });

/** @param header Cookie, as it came @returns the session's identifier; null: there is none that could be one */
export function sessionIn(header: string | undefined, isSecure: boolean): string | null {
  const name = `${cookieName(isSecure)}=`;
  const values = (header ?? '').split(';').map((part) => part.trim());
  const value = values.find((part) => part.startsWith(name))?.slice(name.length) ?? '';
  return /^[A-Za-z0-9_-]{43}$/.test(value) ? value : null;
}
