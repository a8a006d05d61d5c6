/** Questions to the collector's HTTP API: JSON in and out, a refusal as a Problem, never an exception for what was answered. */
import { parseAnswer } from '../core/moments.ts';
import { type Problem, problemOf } from '../core/problem.ts';

export type Answer<Shape> =
  | { readonly ok: true; readonly value: Shape }
  | { readonly ok: false; readonly problem: Problem };

export type Query = Readonly<Record<string, string | number | boolean | null>>;

/** Below the API; null values are left out. */
export function apiUrl(what: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string | number | boolean] => pair[1] !== null);
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return `./api/v1/${what}${text === '' ? '' : `?${text}`}`;
}

/** The longest that an answer may take before it counts as none, ms: a report over months is folded while we wait. */
const ANSWER_LIMIT_MS = 30_000;

async function request<Shape>(url: string, init: RequestInit): Promise<Answer<Shape>> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    const body = await response.text();
    if (!response.ok) return { ok: false, problem: problemOf(response.status, body) };
    return { ok: true, value: parseAnswer(body) as Shape };
  } catch (error) {
    const slow = error instanceof DOMException && error.name === 'TimeoutError';
    const title = slow ? 'the collector took too long to answer' : 'the collector cannot be reached from this browser';
    return { ok: false, problem: { status: null, title, fields: {} } };
  }
}

export const ask = <Shape>(url: string): Promise<Answer<Shape>> => request<Shape>(url, { cache: 'no-store' });

export const tell = <Shape>(what: string, body: object): Promise<Answer<Shape>> =>
  request<Shape>(apiUrl(what), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
