/**
 * Kea's control channel over HTTP or HTTPS: the control agent of Kea 2, a daemon's own HTTP socket of Kea 3, or the listener that
 * HA has for itself, which answers the same. One command, one JSON answer, a bounded size, a bounded time, no retries: whoever
 * asks asks again soon. Files of credentials are read for every question, so that a new password or certificate needs no restart.
 */
import { readFile } from 'node:fs/promises';
import { errorText } from '../../shared/core/error-text.ts';
import type { KeaConfig } from '../core/config/config.ts';
import { KEA_ANSWER_MAX_BYTES, KEA_ANSWER_MAX_MS } from '../core/limits.ts';
import { httpPost } from './http-post.ts';

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
  const [ca, cert, key, authorization] = await Promise.all([
    contentOf(caFile),
    contentOf(certFile),
    contentOf(keyFile),
    authorizationOf(config),
  ]);
  const { code, text } = await httpPost({
    url,
    body,
    headers: authorization === null ? {} : { authorization },
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

async function authorizationOf({ username, passwordFile }: KeaConfig): Promise<string | null> {
  const password = await contentOf(passwordFile);
  if (username === null || password === null) return null;
  // Editors end a file with a line break; no password does.
  return `Basic ${Buffer.from(`${username}:${password.replace(/\r?\n$/, '')}`).toString('base64')}`;
}

async function contentOf(file: string | null): Promise<string | null> {
  if (file === null) return null;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
    throw new Error(`${file} cannot be read (${code})`, { cause: error });
  }
}
