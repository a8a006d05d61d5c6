/**
 * A page of metrics as text, and the process's own metrics: prom-client behind two functions. Families come as values and a
 * registry is made for each page, since prom-client renames counters in place when it writes OpenMetrics.
 *
 * Of its default metrics only those are shown that mean something here and that `promtool check metrics` has no complaint about
 * (its gauges of handles and requests end in `_total`).
 */
import { collectDefaultMetrics, type Metric, Registry, type RegistryContentType } from 'prom-client';
import type { MetricsFormat } from '../core/metrics/content-type.ts';
import type { Family } from '../core/metrics/family.ts';
import { FAMILY_SERIES_MAX } from '../core/metrics/limits.ts';

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

export interface MetricsWriter {
  /** @param families in the order in which they are to stand; a family without samples is left out */
  page(families: readonly Family[], format: MetricsFormat): Promise<MetricsPage>;
}

const SHOWN = /^(process_|nodejs_(eventloop_lag_|heap_size_|external_memory_|gc_duration_|version_info))/;
const SHED = {
  help: 'Series that a page of metrics had no room for, and batches of servers beyond those that are counted.',
  type: 'counter',
} as const;

type Registered = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number];

export interface MetricsWriterOptions {
  /** What the program's names begin with. */
  readonly prefix: string;
  /** Show the process's and the runtime's own metrics too; costs a watch of the event loop. */
  readonly runtime: boolean;
  /** What was left out before it came here. */
  shedElsewhere(): number;
}

/** One a program. */
export function createMetricsWriter({ prefix, runtime, shedElsewhere }: MetricsWriterOptions): MetricsWriter {
  const own = new Registry();
  if (runtime) collectDefaultMetrics({ register: own });
  let shed = 0;
  return {
    page: async (families, format) => {
      const shown = families.filter(({ samples }) => samples.length > 0).map(bounded);
      for (const { samples } of families) shed += Math.max(0, samples.length - FAMILY_SERIES_MAX);
      const last = {
        ...SHED,
        name: `${prefix}_metrics_shed_total`,
        samples: [{ labels: {}, value: shed + shedElsewhere() }],
      };
      const defaults = (await own.getMetricsAsJSON()).filter(({ name }) => SHOWN.test(name));
      return write([...[...shown, last].map(registered), ...defaults], format);
    },
  };
}

const bounded = (family: Family): Family => ({ ...family, samples: family.samples.slice(0, FAMILY_SERIES_MAX) });

const registered = ({ name, help, type, samples }: Family): Registered =>
  ({
    name,
    help,
    type,
    aggregator: 'sum',
    values: samples.map(({ labels, value, suffix }) =>
      suffix === undefined ? { labels, value } : { labels, value, metricName: `${name}${suffix}` },
    ),
  }) as unknown as Registered;

async function write(metrics: readonly Registered[], format: MetricsFormat): Promise<MetricsPage> {
  const isOpen = format === 'openmetrics';
  const contentType = isOpen ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(contentType);
  for (const metric of metrics) {
    // OpenMetrics names a counter's family without the suffix that its samples have.
    const name = isOpen ? metric.name.replace(/_total$/, '') : metric.name;
    registry.registerMetric({ ...metric, get: async () => ({ ...metric, name }) } as unknown as Metric);
  }
  return { contentType, text: await registry.metrics() };
}
