/**
 * One run of a tool at one rate, as the ladder of rate.ts asks for it and the tools answer. A file of its own, since the
 * ladder knows the tools and the tools must not know the ladder.
 */

/** What is asked for. */
export interface TrialOptions {
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly clients: number;
}

/** What the tool did: exchanges begun and answered to the end, and the rate that was kept. */
export interface RateTrial {
  readonly sent: number;
  readonly acked: number;
  readonly ratePerSecond: number;
}
