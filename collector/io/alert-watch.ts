/**
 * Looks every second, and whenever there is news, at what is wrong, keeps the book of alerts, and has each destination told. The
 * book is saved before anything is sent, so a collector that is killed goes on from what it had told.
 *
 * Without a destination nothing is sent, and `dorawatch alerts` lists what would be. Rejected: reading the log for this. Alerts are
 * about now, and what is a page or two behind the log is a page that nobody should get.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { errorText } from '../../shared/core/error-text.ts';
import type { AlertsView, AlertTestView } from '../../shared/core/ops-reply.ts';
import type { AgentView, ConsumerView } from '../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { type AlertBook, type Look, lookAgain } from '../core/alerts/alert-book.ts';
import type { Telling } from '../core/alerts/alert-message.ts';
import { alertRows } from '../core/alerts/alert-rows.ts';
import { assess } from '../core/alerts/assess.ts';
import type { AlertPlace } from '../core/alerts/condition.ts';
import { BEHIND_ENTRIES_MAX, LOOK_EVERY_MS } from '../core/alerts/limits.ts';
import type { CollectorConfig } from '../core/config/config.ts';
import { overlay } from '../core/verdicts/overlay.ts';
import { type AlertDelivery, startAlertDelivery } from './alert-delivery.ts';
import {
  alertmanagerDestination,
  type WebhookDestination,
  webhookDestination,
  webhookPlace,
} from './alert-destinations.ts';
import { type AlertStore, createAlertStore, type StoredWebhook } from './alert-store.ts';
import type { Inbox } from './inbox.ts';
import type { LogFold } from './log-fold.ts';

export interface AlertWatchOptions {
  readonly config: CollectorConfig;
  readonly inbox: Pick<Inbox, 'next'>;
  readonly fold: LogFold;
  /** The collector's state directory. */
  readonly state: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** When this run of the collector began. */
  readonly startedAt: UnixMicros;
  agents(): readonly AgentView[];
  /** What is planned at a place; null: nothing. */
  plannedAt(place: AlertPlace, at: UnixMicros): { readonly text: string } | null;
}

export interface AlertWatch {
  alerts(): AlertsView;
  /** Sends a test alert to each destination, all at once. */
  test(): Promise<AlertTestView>;
  consumers(): readonly ConsumerView[];
  close(): Promise<void>;
}

/** Starts it from what stands on disk. */
export async function startAlertWatch(options: AlertWatchOptions): Promise<AlertWatch> {
  const store = createAlertStore(options.state);
  const { book, webhooks, problem } = await store.load();
  if (problem !== null) options.logger.warn({ err: problem }, 'left aside; what lasts is told once more');
  return new Watch(options, store, book, webhooks);
}

class Watch implements AlertWatch {
  readonly #options: AlertWatchOptions;
  readonly #store: AlertStore;
  readonly #zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  readonly #stop = new AbortController();
  readonly #webhooks: readonly WebhookDestination[];
  readonly #deliveries: readonly AlertDelivery[];
  readonly #unsubscribe: () => void;
  readonly #ended: Promise<void>;
  #book: AlertBook;
  /** The newest book that is on disk: what is told. */
  #told: AlertBook;
  #isUnsaved = false;
  #wake = (): void => undefined;

  constructor(options: AlertWatchOptions, store: AlertStore, book: AlertBook, stored: readonly StoredWebhook[]) {
    const { config, clock, logger, fold } = options;
    const { alertmanagers, webhooks, repeatMs } = config.alerts;
    this.#options = options;
    this.#store = store;
    this.#book = book;
    this.#told = book;
    const sources = { clock, book: () => this.#told, telling: () => this.#telling() };
    this.#webhooks = webhooks.map((webhook) => {
      const known = stored.find(({ url }) => url === webhookPlace(webhook)) ?? null;
      return webhookDestination(webhook, { ...sources, repeatMs, stored: known, save: () => this.#save() });
    });
    const managers = alertmanagers.map((manager) => alertmanagerDestination(manager, sources));
    this.#deliveries = [...managers, ...this.#webhooks].map((destination) => startAlertDelivery(destination, logger));
    this.#unsubscribe = fold.subscribe(() => this.#wake());
    this.#ended = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        this.#options.logger.error({ err: error }, 'alerts could not be looked at; the next look is in a second');
      }
      await this.#idle();
    }
  }

  async #idle(): Promise<void> {
    const { signal } = this.#stop;
    const waked = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([waked, pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)]);
  }

  async #look(): Promise<void> {
    const { inbox, fold } = this.#options;
    if (inbox.next - fold.model.next > BEHIND_ENTRIES_MAX) return;
    const before = this.#book;
    this.#book = lookAgain(before, this.#lookNow());
    if (this.#book === before) return;
    const forgotten = [...before.keys()].filter((key) => !this.#book.has(key));
    for (const webhook of this.#webhooks) webhook.forgotten(before, forgotten);
    await this.#save();
    this.#told = this.#book;
    for (const delivery of this.#deliveries) delivery.wake();
  }

  #lookNow(): Look {
    const { config, fold, clock, startedAt, agents, plannedAt } = this.#options;
    const now = clock.wall();
    const { verdicts, timeline } = fold.model;
    const sources = {
      config,
      verdicts: overlay(verdicts.view(), now),
      findings: () => timeline.findings(),
      amiss: fold.model.noticed().amiss,
      agents: agents(),
      zone: this.#zone,
      startedAt,
      now,
    };
    return {
      ...assess(sources),
      config: config.alerts,
      now,
      plannedAt: (place) => plannedAt(place, now),
      isUntold: (key) => this.#webhooks.some((webhook) => webhook.owes(key)),
    };
  }

  #telling(): Telling {
    const { config, fold, clock } = this.#options;
    const { externalUrl } = config.alerts;
    return { rows: fold.model.timeline.rows(), zone: this.#zone, externalUrl, now: clock.wall() };
  }

  /** A disk that is full keeps nobody from being called: what a restart tells once more is better than silence. */
  async #save(): Promise<void> {
    try {
      await this.#store.save(
        this.#book,
        this.#webhooks.map((webhook) => webhook.stored()),
      );
      this.#isUnsaved = false;
    } catch (error) {
      if (!this.#isUnsaved)
        this.#options.logger.error({ err: error }, 'alerts cannot be saved; a restart would tell them once more');
      this.#isUnsaved = true;
    }
  }

  alerts(): AlertsView {
    const destinations = this.consumers().map(({ name, lag_entries: waiting, set_aside, problem }) => {
      return { name, waiting, set_aside, problem };
    });
    return { alerts: alertRows(this.#book, this.#options.config.alerts), destinations };
  }

  async test(): Promise<AlertTestView> {
    const { clock } = this.#options;
    const answers = this.#deliveries.map(async ({ destination }) => {
      const began = clock.monotonic();
      const { verdict, answer } = await destination
        .test(this.#stop.signal)
        .catch((error: unknown) => ({ verdict: 'again', answer: errorText(error) }));
      const took_ms = Math.round((clock.monotonic() - began) / 1e6);
      return { name: destination.name, delivered: verdict === 'taken', answer, took_ms };
    });
    return { answers: await Promise.all(answers) };
  }

  consumers(): readonly ConsumerView[] {
    const now = this.#options.clock.wall();
    return this.#deliveries.map((delivery) => delivery.view(now));
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stop.abort();
    await this.#ended;
    await Promise.all(this.#deliveries.map((delivery) => delivery.close()));
    await this.#save();
  }
}
