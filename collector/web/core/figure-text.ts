/** Figures in the columns of tables: units said once, digits that mean something, and a dash for what is not known. */
const NONE = '–';

/** "14,404" */
export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** "0.4 %" of a ratio. */
export const dropText = (ratio: number | null): string => (ratio === null ? NONE : `${(ratio * 100).toFixed(1)} %`);

/** "42 ms", with a tenth below ten. @param us µs */
export const milliText = (us: number | null): string =>
  us === null ? NONE : `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`;

/** "42 / 168 ms" @param p50 and p99 in µs */
export function latencyText(p50: number | null, p99: number | null): string {
  if (p50 === null || p99 === null) return NONE;
  return `${milliText(p50).replace(' ms', '')} / ${milliText(p99)}`;
}

/** A clock's error as people say it: "± 0.2 ms", "± 1.4 s". @param us µs */
export function clockErrorText(us: number | null): string {
  if (us === null) return NONE;
  return us < 1e6 ? `± ${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms` : `± ${(us / 1e6).toFixed(1)} s`;
}

/** A clock's offset with its sign: "+1.2 ms", "−3.0 s". @param us µs */
export function offsetText(us: number | null): string {
  if (us === null) return NONE;
  const sign = us < 0 ? '−' : '+';
  return `${sign}${clockErrorText(Math.abs(us)).slice(2)}`;
}
