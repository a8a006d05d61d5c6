/**
 * Query parameters, each with its grammar and its line in the OpenAPI document, so that the two cannot part. All that is wrong with a
 * query is told at once. Rejected: fastify's validation by schema; its sentences are about JSON pointers.
 */
import type { UnixMicros } from '../../shared/core/units.ts';
import { parseTime, parseZone } from '../core/answers/time-input.ts';
import { nearestWord } from '../core/config/nearest-word.ts';
import type { Parsed } from '../core/config/values.ts';
import type { JsonSchema } from './json-schema.ts';
import { type ParameterProblem, parametersProblem } from './problem.ts';

/** A parameter and how it is read; the text is null where it was not given. */
export interface Parameter<Value> {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  read(text: string | null, now: UnixMicros): Parsed<Value>;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Values<Of extends Parameters> = {
  readonly [Name in keyof Of]: Of[Name] extends Parameter<infer Value> ? Value : never;
};

const TIME = /^(now|-.*|\d{4}-\d\d-\d\d[Tt ][\d:.]+([Zz]|[+-]\d\d:\d\d))$/;
const TIME_EXPECTED = 'expected RFC 3339 with its offset (2026-03-01T11:30:15Z), or -2h, -30m, -7d, or now';
const time: Pick<Parameter<UnixMicros>, 'schema'> & { parse(text: string, now: UnixMicros): Parsed<UnixMicros> } = {
  schema: { type: 'string', examples: ['2026-03-01T11:30:15Z', '-2h'] },
  parse: (text, now) => {
    // In a query a plus is a space unless it was escaped.
    const typed = text.trim().replace(/ (\d\d:\d\d)$/, '+$1');
    const parsed = TIME.test(typed) ? parseTime(typed, { now, zone: 'UTC' }) : null;
    return parsed?.ok === true ? parsed : { ok: false, problem: `"${text}" is not a time; ${TIME_EXPECTED}` };
  },
};
const missing = (expected: string): Parsed<never> => ({ ok: false, problem: `is missing; ${expected}` });

/** A moment that must be given. */
export const requiredTime = (description: string): Parameter<UnixMicros> => ({
  description,
  schema: time.schema,
  required: true,
  read: (text, now) => (text === null ? missing(TIME_EXPECTED) : time.parse(text, now)),
});

/** A moment that may be left open. */
export const optionalTime = (description: string): Parameter<UnixMicros | null> => ({
  description,
  schema: time.schema,
  required: false,
  read: (text, now) => (text === null ? { ok: true, value: null } : time.parse(text, now)),
});

/** A name that may be left open; whether it is one is the answer's to say. */
export const optionalName = (description: string): Parameter<string | null> => ({
  description,
  schema: { type: 'string' },
  required: false,
  read: (text) => ({ ok: true, value: text }),
});

export const requiredName = (description: string, expected: string): Parameter<string> => ({
  description,
  schema: { type: 'string' },
  required: true,
  read: (text) => (text === null || text === '' ? missing(expected) : { ok: true, value: text }),
});

/** `true` or `false`; false where it is not given. */
export const flag = (description: string): Parameter<boolean> => ({
  description,
  schema: { type: 'boolean', default: false },
  required: false,
  read: (text) =>
    text === null || text === 'true' || text === 'false'
      ? { ok: true, value: text === 'true' }
      : { ok: false, problem: `"${text}" is neither true nor false` },
});

/** One of a few words, the first of them where it is not given. */
export const choice = <Word extends string>(
  description: string,
  words: readonly [Word, ...Word[]],
): Parameter<Word> => ({
  description,
  schema: { type: 'string', enum: words, default: words[0] },
  required: false,
  read: (text) => {
    const word = text === null ? words[0] : words.find((one) => one === text);
    if (word !== undefined) return { ok: true, value: word };
    return { ok: false, problem: `"${text}" is none of ${words.join(', ')}` };
  },
});

/** A zone that times are shown in, UTC where it is not given. */
export const zone = (description: string): Parameter<string> => ({
  description: `${description}, an IANA name`,
  schema: { type: 'string', default: 'UTC', examples: ['Europe/London'] },
  required: false,
  read: (text) => parseZone(text ?? 'UTC'),
});

/** A whole number from 1 on. */
export const count = (
  description: string,
  { usual, most }: { readonly usual: number; readonly most: number },
): Parameter<number> => ({
  description,
  schema: { type: 'integer', minimum: 1, maximum: most, default: usual },
  required: false,
  read: (text) => {
    if (text === null) return { ok: true, value: usual };
    const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= most) return { ok: true, value };
    return { ok: false, problem: `"${text}" is not a whole number from 1 to ${most}` };
  },
});

/** @throws Problem that names every parameter that is wrong, twice given or unknown */
export function readParameters<Of extends Parameters>(of: Of, query: URLSearchParams, now: UnixMicros): Values<Of> {
  const errors: ParameterProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(of)) {
    const given = query.getAll(name);
    const parsed: Parsed<unknown> =
      given.length > 1 ? { ok: false, problem: 'is given more than once' } : parameter.read(given[0] ?? null, now);
    if (parsed.ok) values[name] = parsed.value;
    else errors.push({ parameter: name, detail: parsed.problem });
  }
  const known = Object.keys(of);
  for (const name of new Set(query.keys())) {
    if (!known.includes(name)) errors.push({ parameter: name, detail: unknownText(name, known) });
  }
  if (errors.length > 0) throw parametersProblem(errors);
  return values as Values<Of>;
}

/** "is not known; did you mean …?", of a parameter or a key. */
export function unknownText(name: string, known: readonly string[]): string {
  const nearest = nearestWord(name, known);
  if (nearest !== null) return `is not known; did you mean "${nearest}"?`;
  return known.length === 0 ? 'is not known; none is expected' : `is not known; there is: ${known.join(', ')}`;
}
