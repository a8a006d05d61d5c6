/**
 * JSON Schema 2020-12, as far as the API's document needs it, and short words for the shapes that recur. Rejected: a library that
 * derives schemas from types; what is published is written down, and a test holds the answers against it.
 */

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly anyOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly const?: string | number;
  readonly default?: string | number | boolean;
  readonly examples?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** An object with exactly these keys; those named optional may be absent. */
export function objectOf(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: 'object', properties, required, additionalProperties: false };
}

export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
/** A schema of components/schemas. */
export const named = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
/** What does not apply, or is not known, is null. */
export const nullable = (schema: JsonSchema): JsonSchema =>
  typeof schema.type === 'string' && schema.enum === undefined
    ? { ...schema, type: [schema.type, 'null'] }
    : { anyOf: [schema, { type: 'null' }] };

export const text = (description: string): JsonSchema => ({ type: 'string', description });
/** A word of a set that may grow. */
export const word = (description: string, ...words: readonly string[]): JsonSchema => ({
  type: 'string',
  description: words.length === 0 ? description : `${description}: ${words.join(' · ')}; more words may follow`,
});
export const number = (description: string): JsonSchema => ({ type: 'number', description });
export const whole = (description: string): JsonSchema => ({ type: 'integer', description });
export const truth = (description: string): JsonSchema => ({ type: 'boolean', description });
/** RFC 3339 UTC with microseconds. */
export const moment = (description: string): JsonSchema => ({
  type: 'string',
  description: `${description}; RFC 3339, UTC, microseconds`,
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$',
});
