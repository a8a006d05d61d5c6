/**
 * The body of a mark: JSON with known keys of known kinds. All that is wrong is told at once, with the key's name; what a mark may say
 * is judged where every mark is judged (mark-request.ts).
 */
import type { MarkRequest } from '../../shared/core/ops-request.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { optionalTime, unknownText } from './parameters.ts';
import { type ParameterProblem, Problem, parametersProblem } from './problem.ts';

const KEYS = ['text', 'at', 'group', 'server', 'site', 'actor', 'ref'] as const;
type Key = (typeof KEYS)[number];

const at = optionalTime('');

/** @throws Problem */
export function readMark(body: unknown, now: UnixMicros): MarkRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Problem(400, 'expected a JSON object: {"text": "…"}, with at, group, server, site, actor, ref as needed');
  }
  const errors: ParameterProblem[] = Object.keys(body)
    .filter((key) => !KEYS.some((known) => known === key))
    .map((key) => ({ parameter: key, detail: unknownText(key, KEYS) }));
  const given = body as Readonly<Partial<Record<Key, unknown>>>;
  const text = (key: Key): string | null => {
    const value = given[key] ?? null;
    if (value === null || typeof value === 'string') return value;
    errors.push({ parameter: key, detail: `is not a text: ${JSON.stringify(value).slice(0, 40)}` });
    return null;
  };
  const words = {
    group: text('group'),
    server: text('server'),
    site: text('site'),
    actor: text('actor'),
    ref: text('ref'),
  };
  const moment = at.read(text('at'), now);
  if (!moment.ok) errors.push({ parameter: 'at', detail: moment.problem });
  const said = text('text');
  if (said === null && !errors.some(({ parameter }) => parameter === 'text'))
    errors.push({ parameter: 'text', detail: 'is missing; a mark needs a text' });
  if (errors.length > 0 || !moment.ok || said === null) throw parametersProblem(errors);
  return { text: said, at: moment.value, ...words };
}
