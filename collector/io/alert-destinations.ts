/**
 * The two kinds of destinations: Alertmanager, which is told all that is open or just over, again and again, and webhooks, which
 * are told each thing once and have a cursor. Both read the same book; neither keeps a queue.
 */
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { AlertBook } from '../core/alerts/alert-book.ts';
import { alertmanagerAlert, type Telling, webhookMessage } from '../core/alerts/alert-message.ts';
import { type AlertRecord, isOpen } from '../core/alerts/alert-record.ts';
import { ALERTS_PER_REQUEST, ENDED_KEPT_US, RESEND_MS } from '../core/alerts/limits.ts';
import { testRecord } from '../core/alerts/test-alert.ts';
import { dueOf, movedOn, type WebhookCursor } from '../core/alerts/webhook-cursor.ts';
import type { AlertmanagerConfig, WebhookConfig } from '../core/config/config.ts';
import type { Destination } from './alert-delivery.ts';
import type { StoredWebhook } from './alert-store.ts';
import { type Delivered, sendToAlertmanager } from './alertmanager-client.ts';
import { sendToWebhook } from './webhook-client.ts';

export interface DestinationSources {
  readonly clock: Clock;
  book(): AlertBook;
  /** What every message is written with. */
  telling(): Telling;
}

/** "alertmanager 127.0.0.1:9093": paths and passwords of URLs are often secrets. */
const nameOf = (kind: string, url: string): string => `${kind} ${new URL(url).host}`;

/** What a webhook is known by: where it is, or which file says so. */
export const webhookPlace = ({ url, urlFile }: WebhookConfig): string => url ?? urlFile ?? '';

export function alertmanagerDestination(
  config: AlertmanagerConfig,
  { clock, book, telling }: DestinationSources,
): Destination {
  /** What it has been told, by key: any other record than this is news. Bounded by the book. */
  let told = new Map<string, AlertRecord>();
  let toldAt: UnixMicros | null = null;
  let setAside = 0;
  const current = (): readonly AlertRecord[] => [...book().values()].filter((record) => isTold(record, clock.wall()));
  const news = (): readonly AlertRecord[] => current().filter((record) => told.get(record.condition.key) !== record);
  return {
    name: nameOf('alertmanager', config.url),
    send: async (signal) => {
      const isDue = toldAt === null || clock.wall() - toldAt >= RESEND_MS * 1000;
      const records = isDue ? current() : news();
      if (isDue) toldAt = clock.wall();
      if (records.length === 0) return null;
      let last: Delivered = { verdict: 'taken', answer: '', retryAfterMs: null };
      for (let next = 0; next < records.length; next += ALERTS_PER_REQUEST) {
        const some = records.slice(next, next + ALERTS_PER_REQUEST);
        const words = telling();
        last = await sendToAlertmanager(
          config,
          some.map((record) => alertmanagerAlert(record, words)),
          signal,
        );
        if (last.verdict === 'again') {
          // All of it again: what was open is due since then.
          toldAt = null;
          return last;
        }
        if (last.verdict === 'never') setAside += some.length;
        for (const record of some) told.set(record.condition.key, record);
      }
      told = new Map([...told].filter(([key]) => book().has(key)));
      return last;
    },
    test: (signal) => sendToAlertmanager(config, [alertmanagerAlert(testRecord(clock.wall()), telling())], signal),
    waiting: () => {
      const wait = news();
      return { count: wait.length, since: oldest(wait.map(({ firedAt, endedAt }) => endedAt ?? firedAt ?? 0)) };
    },
    lost: () => setAside,
  };
}

/** Open, or over not long ago: an Alertmanager that was restarted hears of the end too. */
function isTold(record: AlertRecord, now: UnixMicros): boolean {
  if (isOpen(record)) return true;
  return record.firedAt !== null && record.endedAt !== null && now - record.endedAt < ENDED_KEPT_US;
}

const oldest = (moments: readonly number[]): number | null => (moments.length === 0 ? null : Math.min(...moments));

/** A webhook's destination, with what must outlive a restart. */
export interface WebhookDestination extends Destination {
  stored(): StoredWebhook;
  /** Whether it has still to be told of something of this alert. */
  owes(key: string): boolean;
  /** The book has forgotten these; what they were due is lost. */
  forgotten(book: AlertBook, keys: readonly string[]): void;
}

export interface WebhookSources extends DestinationSources {
  readonly repeatMs: number;
  /** How far it was; null: it is new. */
  readonly stored: StoredWebhook | null;
  /** Its cursor has moved: resolves when that is on disk. */
  save(): Promise<void>;
}

export function webhookDestination(config: WebhookConfig, sources: WebhookSources): WebhookDestination {
  const { clock, book, telling, repeatMs, stored, save } = sources;
  let cursor: WebhookCursor = new Map(stored?.told);
  const from = stored?.from ?? clock.wall();
  let { setAside, dropped } = stored ?? { setAside: 0, dropped: 0 };
  const due = (of = book()) =>
    dueOf(of, cursor, { repeatMs, now: clock.wall() }).filter(
      ({ record }) => record.endedAt === null || record.endedAt >= from,
    );
  const send = async (record: AlertRecord, occasion: Parameters<typeof webhookMessage>[1], signal: AbortSignal) =>
    sendToWebhook(config, webhookMessage(record, occasion, telling()), { now: clock.wall(), signal });
  return {
    name: config.url === null ? `webhook of ${config.urlFile}` : nameOf('webhook', config.url),
    send: async (signal) => {
      const [first] = due();
      if (first === undefined) return null;
      const delivered = await send(first.record, first.occasion, signal);
      if (delivered.verdict === 'again') return delivered;
      if (delivered.verdict === 'never') setAside += 1;
      cursor = movedOn(cursor, first, book(), clock.wall());
      await save();
      return delivered;
    },
    test: (signal) => send(testRecord(clock.wall()), 'test', signal),
    waiting: () => {
      const wait = due();
      return { count: wait.length, since: oldest(wait.map((one) => one.from)) };
    },
    lost: () => setAside + dropped,
    stored: () => ({ url: webhookPlace(config), from, told: [...cursor], setAside, dropped }),
    owes: (key) => due().some(({ record }) => record.condition.key === key),
    forgotten: (before, keys) => {
      dropped += due(before).filter(({ record }) => keys.includes(record.condition.key)).length;
    },
  };
}
