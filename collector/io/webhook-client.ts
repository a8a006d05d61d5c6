/**
 * A signed message to a webhook. The signature covers the moment and the body, so that neither can be changed and an old message
 * cannot be played again; the secret is read for every message, so that a new one needs no restart.
 *
 * A receiver verifies: take t and v1 out of `X-Dorawatch-Signature: t=1772364966,v1=5f1c…`, refuse when t is more than five
 * minutes from its own clock, compute HMAC-SHA256 with the secret over `${t}.${body}` (the body's octets as received), and
 * compare in constant time.
 */
import { createHmac } from 'node:crypto';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { WebhookMessage } from '../core/alerts/alert-message.ts';
import type { WebhookConfig } from '../core/config/config.ts';
import { isUrl } from '../core/config/destinations.ts';
import { type Delivered, deliver, notSent } from './alertmanager-client.ts';
import { SecretFileError, secretOf } from './secret-file.ts';

const SIGNATURE_HEADER = 'x-dorawatch-signature';

/** @param now of the signature. Never throws. */
export async function sendToWebhook(
  config: WebhookConfig,
  message: WebhookMessage,
  { now, signal }: { readonly now: UnixMicros; readonly signal: AbortSignal },
): Promise<Delivered> {
  const body = JSON.stringify(message);
  try {
    const [url, secret] = await Promise.all([urlOf(config), secretOf('secret_file', config.secretFile)]);
    const delivered = await deliver(url, body, { [SIGNATURE_HEADER]: signature(secret, body, now) }, signal);
    return { ...delivered, answer: withoutUrl(delivered.answer, url) };
  } catch (error) {
    return notSent(error);
  }
}

async function urlOf({ url, urlFile }: WebhookConfig): Promise<string> {
  if (url !== null) return url;
  const written = await secretOf('url_file', urlFile ?? '');
  if (isUrl(written)) return written;
  throw new SecretFileError(
    `url_file ${urlFile} holds no URL: one line, https://… from its first character on`,
    'NO_URL',
  );
}

/** Receivers repeat what they were asked for ("no route /services/T0/secret"); what they answer is shown and logged. */
function withoutUrl(answer: string, url: string): string {
  const { pathname, search } = new URL(url);
  const secrets = [url, pathname + search, pathname, search].filter((part) => part.length > 1);
  return secrets.reduce((text, part) => text.replaceAll(part, '(url)'), answer);
}

/** "t=SECONDS,v1=HEX" */
export function signature(secret: string, body: string, now: UnixMicros): string {
  const seconds = Math.floor(now / 1e6);
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}
