/**
 * Metric families as values: a name, what it means, and its samples at one moment. What a page of metrics says is computed in
 * core/ and rendered by `shared/io/metrics-page.ts`, so that a test of a figure needs neither a server nor a registry.
 *
 * Names follow Prometheus: base units (seconds, bytes), `_total` on counters alone, and no label that has no bound.
 * Rejected: a registry's own counters, incremented where things happen; half of the figures here are states that are read.
 */

/** Label values by name; what does not apply is left out, which Prometheus takes for empty. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** "_bucket", "_sum" or "_count" of a histogram. */
  readonly suffix?: string;
}

export interface Family {
  readonly name: string;
  /** One sentence for people. */
  readonly help: string;
  /** A counter never goes down but by a restart of its program. */
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly samples: readonly Sample[];
}

export const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
});

export const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'counter',
  samples,
});

/** A family of one sample without labels; none when there is no such figure. */
export const single = (value: number | null): readonly Sample[] => (value === null ? [] : [{ labels: {}, value }]);

/** µs → s, as Prometheus wants them. */
export const seconds = (us: number): number => us / 1e6;
