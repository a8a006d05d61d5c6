/**
 * Kea's control channel over HTTP or HTTPS: the control agent of Kea 2, a daemon's own HTTP socket of Kea 3, or the listener that
 * HA has for itself, which answers the same. One command, one JSON answer, a bounded size, a bounded time, no retries: whoever
 * asks asks again soon. Files of credentials are read for every question, so that a new password or certificate needs no restart.
 */
import { errorText } from '../../shared/core/error-text.ts';
import type { KeaConfig } from '../core/config/config.ts';
import { KEA_ANSWER_MAX_BYTES, KEA_ANSWER_MAX_MS } from '../core/limits.ts';
import { httpPost } from './http-post.ts';
import { authorizationOf, contentOf } from './secret-file.ts';

/** `problem` is for people, and holds no password. */
export type KeaAnswer =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly problem: string };

/** Asks one command. Never throws. */
export async function askKea(config: KeaConfig, command: string): Promise<KeaAnswer> {
  try {
    const text = await post(config, JSON.stringify({ command, service: ['dhcp4'] }));
    return { ok: true, answer: JSON.parse(text) };
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it answered something that is not JSON' : errorText(error);
    return { ok: false, problem: why };
  }
}

async function post(config: KeaConfig, body: string): Promise<string> {
  const { url, caFile, certFile, keyFile } = config;
  const [ca, cert, key, headers] = await Promise.all([
    fileOf('ca_file', caFile),
    fileOf('cert_file', certFile),
    fileOf('key_file', keyFile),
    authorizationOf(config),
  ]);
  const { code, text } = await httpPost({
    url,
    body,
    headers,
    limitMs: KEA_ANSWER_MAX_MS,
    answerMaxBytes: KEA_ANSWER_MAX_BYTES,
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  });
  const problem = statusProblem(code);
  if (problem !== null) throw new Error(problem);
  return text;
}

function statusProblem(status: number): string | null {
  if (status === 200) return null;
  if (status === 401 || status === 403) return `HTTP ${status}: it does not accept username and password_file`;
  return `HTTP ${status}`;
}

const fileOf = async (key: string, file: string | null): Promise<string | null> =>
  file === null ? null : contentOf(key, file);
