/**
 * Alerts on disk: the book, and how far each webhook has been told. One file, so that a page that was sent and an alert that was
 * told are never of two different moments. Without it open alerts are told once more, with the same names.
 */
import type { AlertBook } from '../core/alerts/alert-book.ts';
import type { AlertRecord } from '../core/alerts/alert-record.ts';
import type { ToldAlert } from '../core/alerts/webhook-cursor.ts';
import { readJson, replaceJson } from './json-file.ts';

/** How far one webhook is. Plain JSON. */
export interface StoredWebhook {
  /** Its URL, or the file that holds it. */
  readonly url: string;
  /** When it was first configured, µs: what was over before is no news to it. */
  readonly from: number;
  readonly told: readonly (readonly [string, ToldAlert])[];
  /** Messages that it will never take, and alerts that were forgotten before it could be told of them. */
  readonly setAside: number;
  readonly dropped: number;
}

interface StoredAlerts {
  readonly version: 1;
  readonly records: readonly AlertRecord[];
  readonly webhooks: readonly StoredWebhook[];
}

export interface AlertStore {
  load(): Promise<{
    readonly book: AlertBook;
    readonly webhooks: readonly StoredWebhook[];
    readonly problem: Error | null;
  }>;
  /** Resolves when it, or what was saved after it, is on disk. */
  save(book: AlertBook, webhooks: readonly StoredWebhook[]): Promise<void>;
}

/** @param state the collector's state directory */
export function createAlertStore(state: string): AlertStore {
  const path = `${state}/alerts.json`;
  let saving: Promise<void> = Promise.resolve();
  let waiting: StoredAlerts | null = null;
  const saveNext = async (): Promise<void> => {
    const next = waiting;
    waiting = null;
    if (next !== null) await replaceJson(path, next);
  };
  return {
    load: async () => {
      const { value, problem } = await readJson<StoredAlerts>(path);
      const book = new Map(value?.records.map((record) => [record.condition.key, record]));
      return { book, webhooks: value?.webhooks ?? [], problem };
    },
    save: (book, webhooks) => {
      waiting = { version: 1, records: [...book.values()], webhooks };
      // One after the other, and only the newest of those that wait.
      saving = saving.then(saveNext, saveNext);
      return saving;
    },
  };
}
