/** A mark as it is typed, and what is sent of it: what was left empty is left out, a time is read in the viewer's zone. */
import { rfc3339 } from '../../core/answers/clock-text.ts';
import { parseTime } from '../../core/answers/time-input.ts';
import type { Viewer } from './moment-text.ts';

export const MARK_KEYS = ['text', 'at', 'group', 'server', 'site', 'actor', 'ref'] as const;
export type MarkKey = (typeof MARK_KEYS)[number];
export type MarkDraft = Readonly<Record<MarkKey, string>>;

export const emptyDraft = (group: string, actor: string): MarkDraft => ({
  text: '',
  at: '',
  group,
  server: '',
  site: '',
  actor,
  ref: '',
});

export type ReadDraft =
  | { readonly ok: true; readonly body: Partial<Record<MarkKey, string>> }
  | { readonly ok: false; readonly fields: Readonly<Record<string, string>> };

export function readDraft(draft: MarkDraft, viewer: Viewer): ReadDraft {
  const given = MARK_KEYS.filter((key) => draft[key].trim() !== '').map((key) => [key, draft[key].trim()] as const);
  const body: Partial<Record<MarkKey, string>> = Object.fromEntries(given);
  if (body.text === undefined) return { ok: false, fields: { text: 'says what was done, in one line' } };
  if (body.at === undefined) return { ok: true, body };
  const at = parseTime(body.at, viewer);
  return at.ok ? { ok: true, body: { ...body, at: rfc3339(at.value) } } : { ok: false, fields: { at: at.problem } };
}
