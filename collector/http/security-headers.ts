/**
 * Headers of every answer. The page runs its own script and style and speaks to its own collector; whatever text an agent or a
 * person put into the log, it cannot run in a reader's browser. Rejected: 'unsafe-inline' for styles; the page needs none.
 */

/** What the page may load. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Whether a browser sent a request for another site's page. Without either header it was no browser, or one that has no user to
 * be tricked. @param host the Host header
 */
export function isCrossSite(
  headers: { readonly 'sec-fetch-site'?: string | undefined; readonly origin?: string | undefined },
  host: string | undefined,
): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  if (headers.origin === undefined) return false;
  // Behind a proxy the scheme may differ; "null" is a sandbox.
  return headers.origin.replace(/^https?:\/\//i, '').toLowerCase() !== host?.toLowerCase();
}
