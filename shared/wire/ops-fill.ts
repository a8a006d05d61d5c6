/**
 * The parts that the shapes of the Ops messages are made of: how a field as decoded becomes a value, and what stands for an
 * absent one. A Fill never fails: a message of another version reads as far as it can.
 */

/** Turns a field as decoded (undefined when absent) into its value. */
export type Fill<Value> = (field: unknown) => Value;
export type Shape<Value> = { readonly [Key in keyof Value]-?: Fill<Value[Key]> };

export const own = (message: object, key: string): unknown =>
  Object.hasOwn(message, key) ? Reflect.get(message, key) : undefined;

/** A message through its shape; an absent message is filled with what stands for absence. */
export function message<Value extends object>(shape: Shape<Value>): Fill<Value> {
  const entries = Object.entries<Fill<unknown>>(shape);
  return (field) => {
    const from = typeof field === 'object' && field !== null ? field : {};
    // The shape has exactly the keys of Value, each with a Fill of its type.
    return Object.fromEntries(entries.map(([key, fill]) => [key, fill(own(from, key))])) as Value;
  };
}

export const text: Fill<string> = (field) => (typeof field === 'string' ? field : '');
export const textOrNull: Fill<string | null> = (field) => (typeof field === 'string' ? field : null);
export const count: Fill<number> = (field) => (typeof field === 'number' ? field : 0);
export const countOrNull: Fill<number | null> = (field) => (typeof field === 'number' ? field : null);
export const octets: Fill<Uint8Array> = (field) => (field instanceof Uint8Array ? field : new Uint8Array());
export const flag: Fill<boolean> = (field) => field === true;
export const flagOrNull: Fill<boolean | null> = (field) => (typeof field === 'boolean' ? field : null);
// A number on the wire is a moment because its field says so.
export const moment = count as Fill<never>;
export const momentOrNull = countOrNull as Fill<never>;
export const many =
  <Value>(one: Fill<Value>): Fill<readonly Value[]> =>
  (field) =>
    Array.isArray(field) ? field.map(one) : [];
export const orNull =
  <Value>(one: Fill<Value>): Fill<Value | null> =>
  (field) =>
    field === undefined || field === null ? null : one(field);
