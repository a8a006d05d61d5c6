/**
 * What InfluxDB's answer to a write (or its silence) means for the points: they are stored, or are to be sent again as they
 * are after a wait, or in halves until the one is found that it can never take. Read from what 1.6 answers:
 * docs of the /write endpoint name the codes, the sentences below are its own.
 *
 * A partial write has stored the good points, and says how many it dropped, not which. Sending the halves again is harmless,
 * for a point written twice is one point.
 */

/** An answer, as far as it matters; `code` null: there was none, and `text` says why. */
export interface Answer {
  readonly code: number | null;
  readonly text: string;
  /** What it asked us to wait; null when it did not. */
  readonly retryAfterMs: number | null;
}

export type WriteVerdict =
  | { readonly kind: 'stored'; readonly expired: number }
  /** Try again later; `problem` is for people. */
  | { readonly kind: 'wait'; readonly problem: string; readonly retryAfterMs: number | null }
  /** The database or the policy is gone: make them, then try again. */
  | { readonly kind: 'prepare'; readonly problem: string }
  | { readonly kind: 'split'; readonly problem: string }
  /** None of them can ever be stored. */
  | { readonly kind: 'hopeless'; readonly problem: string };

/** @param points how many were sent */
export function writeVerdict({ code, text, retryAfterMs }: Answer, points: number): WriteVerdict {
  const problem = sentence(code, text);
  if (code !== null && code >= 200 && code < 300) return { kind: 'stored', expired: 0 };
  if (/(database|retention policy) not found/.test(text)) return { kind: 'prepare', problem };
  if (code === 401 || code === 403) return { kind: 'wait', problem: `${problem}; ${CREDENTIALS}`, retryAfterMs };
  if (code === 413) return { kind: points > 1 ? 'split' : 'hopeless', problem };
  if (code === 400 || code === 422) return partial(text, points, problem);
  const full = /no space left|disk full|quota exceeded/i.test(text) ? FULL : '';
  return { kind: 'wait', problem: `${problem}${full}`, retryAfterMs };
}

/** Seen with 1.6.7: its write-ahead log keeps the error after space was made. */
const FULL = '; its disk is full: make room, and restart influxd if it goes on saying so';

const CREDENTIALS =
  'see influx.username and influx.password_file (or password) in the configuration, and GRANT ALL ON the database';

function partial(text: string, points: number, problem: string): WriteVerdict {
  const dropped = Number(/dropped=(\d+)/.exec(text)?.[1] ?? 0);
  // Older than the policy keeps: what InfluxDB would have deleted by now, had it come in time.
  if (/points beyond retention policy/.test(text)) return { kind: 'stored', expired: dropped };
  if (points === 1 || dropped === points) return { kind: 'hopeless', problem };
  return { kind: 'split', problem };
}

function sentence(code: number | null, text: string): string {
  const said = text.replaceAll(/\s+/g, ' ').slice(0, 300);
  if (code === null) return `does not answer (${said})`;
  return `answers ${code}${said === '' ? '' : `: ${said}`}`;
}
