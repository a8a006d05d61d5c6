/**
 * How fast the backlog may go: so many batches a second, with a small burst. The window keeps it from filling a thin line; the
 * pace keeps it from filling a fast one, where a day's backlog would otherwise be a burst that the site host's next exchanges
 * and the collector's other agents have to wait behind. Rejected: a pause between chunks; its rate depends on the timer.
 */
export class BacklogPace {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atNs: number;

  /** @param nowNs of a monotonic clock, here and below */
  constructor(perSecond: number, burst: number, nowNs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atNs = nowNs;
  }

  /** How many may go now. */
  allowance(nowNs: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowNs - this.#atNs) / 1e9) * this.#perSecond);
    this.#atNs = nowNs;
    return Math.floor(this.#tokens);
  }

  spend(count: number): void {
    this.#tokens -= count;
  }

  /** How long until half a burst may go, ms: waking up for each single one would cost more than it sends. */
  get waitMs(): number {
    return Math.max(1, ((this.#burst / 2 - this.#tokens) / this.#perSecond) * 1_000);
  }
}
