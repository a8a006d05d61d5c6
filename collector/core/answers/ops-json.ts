/**
 * Views as the JSON of the contract: moments become RFC 3339 UTC with microseconds, all else stays as it is, keys in their
 * order. Which numbers are moments follows from their keys, as it does for whoever reads the contract.
 */
import { unixMicros } from '../../../shared/core/units.ts';
import { rfc3339 } from './clock-text.ts';

const MOMENTS: ReadonlySet<string> = new Set([
  'at',
  'earliest',
  'latest',
  'detected_at',
  'since',
  'until',
  'last_served_at',
  'last_ack_at',
  'last_seen',
  'complete_through',
  'sent_at',
  'raw_since',
  'asked_at',
  'fired_at',
  'now',
  // Of spans; elsewhere these are words.
  'from',
  'to',
]);

/** One document, indented for people who look. */
export const jsonDocument = (view: object): string => `${JSON.stringify(view, momentsAsText, 2)}\n`;

/** One object on one line. */
export const jsonLine = (view: object): string => `${JSON.stringify(view, momentsAsText)}\n`;

function momentsAsText(key: string, value: unknown): unknown {
  return typeof value === 'number' && MOMENTS.has(key) ? rfc3339(unixMicros(value)) : value;
}

/** A line of CSV (RFC 4180); null is an empty field. */
export function csvLine(view: object): string {
  const cells = Object.entries(view).map(([key, value]) => csvCell(momentsAsText(key, value)));
  return `${cells.join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
