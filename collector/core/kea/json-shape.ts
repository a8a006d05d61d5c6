/** Parsed JSON of which nothing is known yet: an object's fields, a list's items, or nothing. What Kea answers is read through these. */

export type Fields = Readonly<Record<string, unknown>>;

/** Null unless it is an object. */
export const fields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

/** Empty unless it is a list. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** One service's answer: a control agent has a list of them, a daemon answers for itself. */
export const answerOf = (answer: unknown): Fields | null => fields(Array.isArray(answer) ? answer[0] : answer);
