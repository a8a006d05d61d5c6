/**
 * Alertmanager's v2 API, as far as alerts are sent to it: `POST /api/v2/alerts`. Alertmanager knows an alert by its labels, so
 * sending the same again is how it is told that it lasts, and never a second page.
 */
import { errorText } from '../../shared/core/error-text.ts';
import type { AlertmanagerAlert } from '../core/alerts/alert-message.ts';
import { ANSWER_MAX_BYTES, REQUEST_LIMIT_MS } from '../core/alerts/limits.ts';
import type { AlertmanagerConfig } from '../core/config/config.ts';
import { httpPost } from './http-post.ts';
import { authorizationOf } from './secret-file.ts';

/** What came of a message; `answer` is for people. */
export interface Delivered {
  /** `never`: it will not be taken, however often it is sent. */
  readonly verdict: 'taken' | 'again' | 'never';
  readonly answer: string;
  readonly retryAfterMs: number | null;
}

/** @param config `url` with its route prefix if it has one. Never throws. */
export async function sendToAlertmanager(
  { url, ...credentials }: AlertmanagerConfig,
  alerts: readonly AlertmanagerAlert[],
  signal: AbortSignal,
): Promise<Delivered> {
  try {
    const headers = await authorizationOf(credentials);
    return await deliver(`${url.replace(/\/$/, '')}/api/v2/alerts`, JSON.stringify(alerts), headers, signal);
  } catch (error) {
    return notSent(error);
  }
}

/** One message to a receiver of alerts, and what came of it. Never throws. */
export async function deliver(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Delivered> {
  const bounds = { limitMs: REQUEST_LIMIT_MS, answerMaxBytes: ANSWER_MAX_BYTES, signal };
  try {
    const { code, text, retryAfterMs } = await httpPost({ url, body, headers, ...bounds });
    const said = text.trim() === '' ? '' : `: ${text.trim().slice(0, 200)}`;
    return { verdict: verdictOf(code), answer: `HTTP ${code}${code < 300 ? '' : said}`, retryAfterMs };
  } catch (error) {
    return notSent(error);
  }
}

/** What could not be sent, or was not answered. */
export const notSent = (error: unknown): Delivered => ({
  verdict: 'again',
  answer: errorText(error) || 'no connection',
  retryAfterMs: null,
});

/** What is malformed or too large stays so; a wrong path or password is mended by somebody, and so is all else. */
function verdictOf(code: number): Delivered['verdict'] {
  if (code >= 200 && code < 300) return 'taken';
  return code === 400 || code === 413 || code === 422 ? 'never' : 'again';
}
