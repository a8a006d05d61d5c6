/**
 * An alert as it is told: to Alertmanager in the words of its v2 API, to webhooks as one JSON object with the keys and times of
 * every other JSON of dorawatch. Both say the same. Labels are what the alert is; all else is text that may change while it lasts.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { rfc3339 } from '../answers/clock-text.ts';
import { findingId } from '../verdicts/finding-id.ts';
import { listText } from '../words.ts';
import { labelsOf } from './alert-book.ts';
import type { AlertRecord } from './alert-record.ts';
import { eventTable } from './event-table.ts';
import { NAMED_MAX, RESEND_LASTS_MS, TEXT_MAX } from './limits.ts';

export interface Telling {
  /** Every row of the timeline, by `at`. */
  readonly rows: readonly EventRow[];
  readonly zone: string;
  /** Where people reach the page; null: no links. */
  readonly externalUrl: string | null;
  readonly now: UnixMicros;
}

/** As `POST /api/v2/alerts` takes it. */
export interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** Why a webhook is told. */
export type Occasion = 'fired' | 'changed' | 'repeated' | 'resolved' | 'test';

/** What a webhook is told: moments are µs, and RFC 3339 in the JSON. */
export interface WebhookMessage {
  readonly version: 1;
  /** Names this message: one that is delivered twice has the same. */
  readonly id: string;
  /** Names the alert: the same from its beginning to its end. */
  readonly alert_id: string;
  readonly occasion: Occasion;
  /** "firing" or "resolved". */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly evidence: string | null;
  readonly since: string;
  readonly ended_at: string | null;
  readonly flapping: boolean;
  readonly sites: readonly string[];
  readonly sites_count: number;
  readonly events: string;
  readonly runbook: string | null;
  readonly url: string | null;
}

/** The name of an alert: the same after a restart, another when it comes again. */
export const alertId = ({ condition, since }: AlertRecord): string => findingId('alert', condition.key, since);

/** What lasts is said to last for a while, and again before that is over; a collector that dies lets it end. */
export function alertmanagerAlert(record: AlertRecord, telling: Telling): AlertmanagerAlert {
  const { since, endedAt, sites, summary, evidence, runbook } = record;
  const events = eventTable(record, telling);
  const url = pageUrl(record, telling.externalUrl);
  const annotations = {
    summary: clipped(summary),
    ...(evidence === null ? {} : { description: clipped(evidence) }),
    ...(sites.length === 0 ? {} : { sites: listText(sites, NAMED_MAX), sites_count: String(sites.length) }),
    ...(events === '' ? {} : { events }),
    ...(runbook === null ? {} : { runbook_url: runbook }),
  };
  const endsAt = rfc3339(endedAt ?? unixMicros(telling.now + RESEND_LASTS_MS * 1000));
  const link = url === null ? {} : { generatorURL: url };
  return { labels: labelsOf(record), annotations, startsAt: rfc3339(since), endsAt, ...link };
}

export function webhookMessage(record: AlertRecord, occasion: Occasion, telling: Telling): WebhookMessage {
  const { since, endedAt, sites, summary, evidence, runbook, isFlapping } = record;
  const id = alertId(record);
  return {
    version: 1,
    id: findingId(id, occasion, occasion === 'fired' || occasion === 'resolved' ? null : telling.now),
    alert_id: id,
    occasion,
    state: endedAt === null ? 'firing' : 'resolved',
    labels: labelsOf(record),
    summary: clipped(summary),
    evidence: evidence === null ? null : clipped(evidence),
    since: rfc3339(since),
    ended_at: endedAt === null ? null : rfc3339(endedAt),
    flapping: isFlapping,
    sites: sites.slice(0, NAMED_MAX),
    sites_count: sites.length,
    events: eventTable(record, telling),
    runbook,
    url: pageUrl(record, telling.externalUrl),
  };
}

const clipped = (text: string): string => (text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`);

/** The page, at what the alert is about. */
function pageUrl({ condition, since }: AlertRecord, externalUrl: string | null): string | null {
  if (externalUrl === null) return null;
  const { group } = condition;
  const from = rfc3339(unixMicros(since - 900e6));
  const place = group === null ? 'sites' : `timeline?group=${encodeURIComponent(group)}&since=${from}`;
  return `${externalUrl.replace(/\/$/, '')}/#/${place}`;
}
