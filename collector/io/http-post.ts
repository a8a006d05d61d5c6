/**
 * One JSON body over HTTP or HTTPS, one answer: a bounded time for all of it, a bounded size, no retries, no redirects, since
 * whoever asks knows better what to do next. Rejected: fetch, which refuses ports that it thinks are for something else; a kept
 * connection, since those that are talked to close idle ones, and none is talked to often.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface HttpPost {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole of it, ms. */
  readonly limitMs: number;
  /** Octets of the answer; a longer one is a failure. */
  readonly answerMaxBytes: number;
  /** https: whose certificates are trusted, and what is shown. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly code: number;
  readonly text: string;
  /** The answer's Retry-After in seconds; as a date it depends on two clocks. Null: none. */
  readonly retryAfterMs: number | null;
}

/** @throws Error with a sentence when there is no whole answer */
export function httpPost({
  url,
  body,
  headers,
  limitMs,
  answerMaxBytes,
  tls = {},
  signal,
}: HttpPost): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(limitMs);
  const isSecure = url.startsWith('https:');
  const all = { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const options = {
    method: 'POST',
    headers: all,
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    agent: false as const,
    ...(isSecure ? tls : {}),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(timeout.aborted ? new Error(`no answer in ${limitMs / 1000} s`, { cause: error }) : error);
    const request = (isSecure ? requestHttps : requestHttp)(url, options, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('error', fail);
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > answerMaxBytes) request.destroy(new Error(`an answer over ${answerMaxBytes} octets`));
        else parts.push(part);
      });
      response.on('end', () => {
        const retryAfterMs = retryAfter(response.headers['retry-after']);
        resolve({ code: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8'), retryAfterMs });
      });
    });
    request.on('error', fail);
    request.end(body);
  });
}

const retryAfter = (header: string | undefined): number | null =>
  header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
