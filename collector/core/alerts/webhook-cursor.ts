/**
 * How far a webhook has been told: of each alert, which occurrence, in which words, and when. What is due is the difference
 * between that and the book, so there is no queue that could grow while a webhook is dead: what began and ended meanwhile is
 * told once, as over, and what lasts is told as it is now.
 *
 * Rejected: a list of messages to send. After an hour it would ring people for what was over long before.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { AlertBook } from './alert-book.ts';
import type { Occasion } from './alert-message.ts';
import type { AlertRecord } from './alert-record.ts';
import { CHANGED_EVERY_US } from './limits.ts';

/** What was told of one alert. Plain JSON. */
export interface ToldAlert {
  readonly since: UnixMicros;
  readonly summary: string;
  readonly isOver: boolean;
  readonly isFlapping: boolean;
  readonly at: UnixMicros;
}

/** By key of the alert. */
export type WebhookCursor = ReadonlyMap<string, ToldAlert>;

export interface Due {
  readonly record: AlertRecord;
  readonly occasion: Occasion;
  /** Since when it waits, µs. */
  readonly from: UnixMicros;
}

export interface DueRule {
  readonly repeatMs: number;
  readonly now: UnixMicros;
}

/** What a webhook ought to be told now, the oldest first. */
export function dueOf(book: AlertBook, cursor: WebhookCursor, rule: DueRule): readonly Due[] {
  const due = [...book.values()].flatMap((record) => dueFor(record, cursor.get(record.condition.key), rule) ?? []);
  return due.sort((a, b) => a.from - b.from);
}

function dueFor(record: AlertRecord, told: ToldAlert | undefined, { repeatMs, now }: DueRule): Due | null {
  const { firedAt, endedAt, since, summary, isFlapping } = record;
  if (firedAt === null) return null;
  const isTold = told !== undefined && told.since === since;
  if (endedAt !== null) return isTold && told.isOver ? null : { record, occasion: 'resolved', from: endedAt };
  if (!isTold || told.isOver) return { record, occasion: 'fired', from: firedAt };
  // What flaps changes all the time: that it does was said.
  const isNews = told.summary !== summary && !(isFlapping && told.isFlapping);
  if (isNews && now - told.at >= CHANGED_EVERY_US) return { record, occasion: 'changed', from: now };
  return now - told.at >= repeatMs * 1000 ? { record, occasion: 'repeated', from: now } : null;
}

/** The cursor after a message was delivered, or set aside; what the book has forgotten is forgotten. */
export function movedOn(cursor: WebhookCursor, { record }: Due, book: AlertBook, now: UnixMicros): WebhookCursor {
  const { condition, since, summary, endedAt, isFlapping } = record;
  const told = { since, summary, isOver: endedAt !== null, isFlapping, at: now };
  const kept = [...cursor].filter(([key]) => book.has(key));
  return new Map([...kept, [condition.key, told] as const]);
}
