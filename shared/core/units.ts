/**
 * Branded units. A number that crosses a module boundary says what it counts and on which clock; the brand exists only
 * for the compiler. They are made here and nowhere else, so that a conversion has one place to be wrong.
 *
 * Monotonic and wall time are different types on purpose: a deadline computed from a wall clock is a bug that only an NTP
 * step shows. Rejected: bigint nanoseconds everywhere. A double holds nanoseconds exactly for 104 days and microseconds
 * for 285 years, is several times faster, and survives JSON.
 */
declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** A duration in nanoseconds. */
export type Nanoseconds = Unit<'ns'>;
/** A duration in microseconds. */
export type Microseconds = Unit<'us'>;
/** A duration in milliseconds. */
export type Milliseconds = Unit<'ms'>;
/** A moment: nanoseconds on this process's monotonic clock since the clock was made. Never leaves its process. */
export type MonotonicNs = Unit<'monotonic-ns'>;
/** A moment: microseconds on an agent's monotonic clock since that agent's epoch began (its anchor). */
export type EpochMicros = Unit<'epoch-us'>;
/** A moment: microseconds since 1970-01-01T00:00:00Z by some wall clock; the name of the field says whose. */
export type UnixMicros = Unit<'unix-us'>;

/** @param value duration in µs */
export const microseconds = (value: number): Microseconds => value as Microseconds;
/** @param value duration in ms */
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
/** @param value ns since the process's monotonic clock was made */
export const monotonicNs = (value: number): MonotonicNs => value as MonotonicNs;
/** @param value µs since the epoch's anchor */
export const epochMicros = (value: number): EpochMicros => value as EpochMicros;
/** @param value µs since 1970-01-01T00:00:00Z */
export const unixMicros = (value: number): UnixMicros => value as UnixMicros;

/** ms → ns, for deadlines. */
export const millisecondsToNs = (value: Milliseconds): Nanoseconds => (value * 1e6) as Nanoseconds;
/** ms → µs. */
export const millisecondsToUs = (value: Milliseconds): Microseconds => (value * 1e3) as Microseconds;
/** A wall moment moved by a duration in µs. */
export const afterUs = (moment: UnixMicros, duration: number): UnixMicros => (moment + duration) as UnixMicros;
