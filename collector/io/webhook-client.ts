/**
 * A signed message to a webhook. The signature covers the moment and the body, so that neither can be changed and an old message
 * cannot be played again; the secret is read for every message, so that a new one needs no restart.
 *
 * A receiver verifies: take t and v1 out of `X-Dorawatch-Signature: t=1772364966,v1=5f1c…`, refuse when t is more than five
 * minutes from its own clock, compute HMAC-SHA256 with the secret over `${t}.${body}` (the body's octets as received), and
 * compare in constant time.
 */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { WebhookMessage } from '../core/alerts/alert-message.ts';
import type { WebhookConfig } from '../core/config/config.ts';
import { type Delivered, deliver } from './alertmanager-client.ts';

const SIGNATURE_HEADER = 'x-dorawatch-signature';

/** @param now of the signature. Never throws. */
export async function sendToWebhook(
  { url, secretFile }: WebhookConfig,
  message: WebhookMessage,
  { now, signal }: { readonly now: UnixMicros; readonly signal: AbortSignal },
): Promise<Delivered> {
  const secret = await secretOf(secretFile);
  if (secret.value === null) return { verdict: 'again', answer: secret.problem, retryAfterMs: null };
  const body = JSON.stringify(message);
  return deliver(url, body, { [SIGNATURE_HEADER]: signature(secret.value, body, now) }, signal);
}

/** "t=SECONDS,v1=HEX" */
export function signature(secret: string, body: string, now: UnixMicros): string {
  const seconds = Math.floor(now / 1e6);
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

async function secretOf(
  file: string,
): Promise<{ readonly value: string; readonly problem: '' } | { readonly value: null; readonly problem: string }> {
  try {
    // Editors end a file with a line break; no secret does.
    const value = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
    return value === '' ? { value: null, problem: `${file} is empty` } : { value, problem: '' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
    return { value: null, problem: `secret_file ${file} cannot be read (${code})` };
  }
}
