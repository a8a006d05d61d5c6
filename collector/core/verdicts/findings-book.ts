/**
 * What one fold has concluded within the window that may still be refolded, and the comparison after a refold: a finding
 * that came out the same is left alone (same identifier, same time of detection), a changed one is revised, a vanished one
 * withdrawn. So late results rewrite history without pretending to be news.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { Finding } from '../finding.ts';
import { LATE_US } from './limits.ts';
import type { FindingChange } from './views.ts';

/** A finding and where it stands in its fold's order. */
export interface Entry<F extends Finding> {
  readonly decided: number;
  readonly finding: F;
}

/** Plain JSON. */
export interface Book<F extends Finding> {
  kept: Entry<F>[];
  /** What a roll-back took out and the refold has not yet been compared with; null when there was none. */
  replaced: Entry<F>[] | null;
  /** Identifiers made, and identifiers altered, since the last comparison. */
  made: string[];
  altered: string[];
}

export const createBook = <F extends Finding>(): Book<F> => ({ kept: [], replaced: null, made: [], altered: [] });

/** Adds a conclusion. */
export function enter<F extends Finding>(book: Book<F>, decided: number, finding: F): void {
  book.kept.push({ decided, finding });
  book.made.push(finding.id);
}

/** Alters the conclusion that was decided at a moment, if it is still kept. */
export function alter<F extends Finding>(book: Book<F>, decided: number, change: (finding: F) => F): void {
  const at = book.kept.findLastIndex((entry) => entry.decided === decided);
  const entry = book.kept[at];
  if (!entry) return;
  book.kept[at] = { decided, finding: change(entry.finding) };
  book.altered.push(entry.finding.id);
}

/** Takes out what was decided at or after a moment. */
export function rollBack<F extends Finding>(book: Book<F>, to: number): void {
  const gone = book.kept.filter((entry) => entry.decided >= to);
  book.kept = book.kept.filter((entry) => entry.decided < to);
  book.replaced = [...gone, ...(book.replaced ?? [])];
}

/** Forgets what can no longer change, keeping the newest `least`. */
export function trimBook<F extends Finding>(book: Book<F>, before: number, least: number): void {
  const from = book.kept.findIndex((entry) => entry.decided >= before);
  const gone = Math.max(0, Math.min(from < 0 ? book.kept.length : from, book.kept.length - least));
  if (gone > 0) book.kept.splice(0, gone);
}

const plain = (finding: Finding): string => JSON.stringify({ ...finding, decided: 0, detectedAt: 0, late: false });
/** Two findings that say the same, whenever they were decided and detected. */
const same = (a: Finding, b: Finding): boolean => plain(a) === plain(b);

/** Compares with what was there before the last comparison. @param detectedAt when the entry that caused it was received */
export function compare<F extends Finding>(book: Book<F>, detectedAt: UnixMicros): FindingChange[] {
  if (book.made.length === 0 && book.altered.length === 0 && book.replaced === null) return [];
  const before = new Map((book.replaced ?? []).map(({ finding }) => [finding.id, finding]));
  const late = book.replaced !== null;
  const made = new Set(book.made);
  const altered = new Set(book.altered);
  const changes: FindingChange[] = [];
  book.kept.forEach((entry, i) => {
    const { finding } = entry;
    if (!made.has(finding.id)) {
      if (altered.has(finding.id)) changes.push({ kind: 'revised', finding, news: !late });
      return;
    }
    const old = before.get(finding.id);
    before.delete(finding.id);
    const isLate = late && detectedAt - entry.decided > LATE_US;
    const settled = settle(finding, old, isLate, detectedAt);
    book.kept[i] = { ...entry, finding: settled };
    if (!old) changes.push({ kind: 'found', finding: settled, news: !isLate });
    else if (!same(old, finding)) changes.push({ kind: 'revised', finding: settled, news: !isLate });
  });
  for (const finding of before.values()) {
    changes.push({ kind: 'withdrawn', finding: { ...finding, late: true }, news: false });
  }
  book.replaced = null;
  book.made = [];
  book.altered = [];
  return changes;
}

function settle<F extends Finding>(finding: F, old: F | undefined, late: boolean, detectedAt: UnixMicros): F {
  if (old && same(old, finding)) return old;
  return { ...finding, detectedAt: old?.detectedAt ?? detectedAt, late: late || (old?.late ?? false) };
}
