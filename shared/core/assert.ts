/**
 * Assertions for broken invariants: things that only a bug can cause. Input that we do not control never comes here; it
 * becomes a value (`DecodeError`, `ConfigError[]`) instead.
 */

/** Ends an exhaustive switch: the compiler proves that it is never reached. @throws always, naming the value */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
