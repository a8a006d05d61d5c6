/**
 * The collector's page of metrics, put together: counters fed from the log as it grows, and states read when somebody asks. A
 * page is made once a second at most, whoever asks and how often, so that scrapers cost the same as one.
 */
import type { MetricsFormat } from '../shared/core/metrics/content-type.ts';
import { exchangeFamilies, lateReceivedFamily } from '../shared/core/metrics/exchange-counts.ts';
import { counter, type Family, seconds } from '../shared/core/metrics/family.ts';
import type { ConsumerView, StoreView } from '../shared/core/ops-view.ts';
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { createMetricsWriter, type MetricsPage } from '../shared/io/metrics-page.ts';
import { packageVersion } from '../shared/io/package-version.ts';
import type { AgentState } from './core/agent-table.ts';
import { agentRows } from './core/answers/agent-rows.ts';
import type { CollectorConfig } from './core/config/config.ts';
import { type AccessFigures, accessFamilies } from './core/metrics/access-families.ts';
import { agentFamilies } from './core/metrics/agent-families.ts';
import { gapTotals } from './core/metrics/gap-seconds.ts';
import { PAGE_AGE_MS } from './core/metrics/limits.ts';
import { maintenanceFamilies } from './core/metrics/maintenance-families.ts';
import { createStoreCounters, type StoreTotals, storeFamilies } from './core/metrics/store-families.ts';
import { transitionFamily } from './core/metrics/transition-counts.ts';
import { shownServers, type VerdictSources, verdictFamilies } from './core/metrics/verdict-families.ts';
import { overlay } from './core/verdicts/overlay.ts';
import type { HttpServer } from './http/http-server.ts';
import type { Inbox } from './io/inbox.ts';
import type { LogFold } from './io/log-fold.ts';
import { type MetricsFeed, startMetricsFeed } from './io/metrics-feed.ts';

export interface MetricsOptions {
  readonly inbox: Inbox;
  readonly fold: LogFold;
  readonly clock: Clock;
  readonly logger: Logger;
  config(): CollectorConfig;
  agents(): readonly AgentState[];
  consumers(): readonly ConsumerView[];
  store(): StoreView;
  /** What is open at the HTTP port, and what its bounds have held back; null: there is none. */
  http(): HttpServer['counts'] | null;
  /** What came to the gRPC port; null: it is open to everybody. */
  access(): AccessFigures | null;
}

export interface Metrics {
  page(format: MetricsFormat): Promise<MetricsPage>;
  close(): Promise<void>;
}

/** Counters begin at 0 now, and count what comes from now on. */
export function startMetrics(options: MetricsOptions): Metrics {
  const { clock } = options;
  const feed = startMetricsFeed(options);
  const counters = createStoreCounters(storeTotals(options));
  const writer = createMetricsWriter({
    prefix: 'dorawatch',
    runtime: true,
    shedElsewhere: () => feed.exchanges.shed,
  });
  // One a format.
  const pages = new Map<MetricsFormat, { readonly at: number; readonly page: Promise<MetricsPage> }>();
  const families = () => [...pageFamilies(options, feed), ...counters(storeTotals(options))];
  return {
    page: (format) => {
      const at = clock.monotonic() / 1e6;
      const known = pages.get(format);
      if (known !== undefined && at - known.at < PAGE_AGE_MS) return known.page;
      const page = writer.page(families(), format);
      pages.set(format, { at, page });
      return page;
    },
    close: () => feed.close(),
  };
}

function pageFamilies(options: MetricsOptions, feed: MetricsFeed): readonly Family[] {
  const { fold, clock } = options;
  const { model } = fold;
  const now = clock.wall();
  const logged = model.verdicts.view();
  const verdicts = overlay(logged, now);
  const sources: VerdictSources = {
    config: options.config(),
    verdicts,
    notices: model.noticed(),
    pauses: model.pauses,
    now,
  };
  const agents = agentRows(options.agents(), logged.agents, { losses: model.losses, now, version: packageVersion() });
  const gaps = gapTotals(feed.gaps, verdicts);
  return [
    ...storeFamilies({
      store: options.store(),
      consumers: options.consumers(),
      version: packageVersion(),
      pauses: model.pauses.length,
      streams: options.http()?.open ?? 0,
    }),
    ...accessFamilies(options.access()),
    ...verdictFamilies(sources),
    ...maintenanceFamilies({
      config: sources.config,
      isPlanned: (place) => model.maintenance.plannedAt(place, now) !== null,
    }),
    counter(
      'dorawatch_gap_seconds_total',
      'How long nobody served a group, since the collector began; grows while a gap lasts, up to what has been judged.',
      sources.config.groups.map(({ name }) => ({ labels: { group: name }, value: seconds(gaps.get(name) ?? 0) })),
    ),
    transitionFamily(feed.transitions, shownServers(sources)),
    ...exchangeFamilies('dorawatch', feed.exchanges),
    lateReceivedFamily(feed.exchanges),
    ...agentFamilies({ config: sources.config, agents, sites: verdicts.sites }),
  ];
}

/** Figures that others keep, by who they are of. */
function storeTotals({ fold, agents, consumers, http }: MetricsOptions): StoreTotals {
  const { losses, verdicts, timeline, aftermaths } = fold.model;
  const { refused = 0, cut = 0, connectionsRefused = 0, guesses = 0, guessesShed = 0 } = http() ?? {};
  const sessions = agents();
  const ofSessions = (figure: (agent: AgentState) => number) =>
    new Map(sessions.map((own) => [own.agent, figure(own)]));
  return {
    dorawatch_batches_stored_total: ofSessions(({ stored }) => stored),
    dorawatch_batches_duplicate_total: ofSessions(({ duplicates }) => duplicates),
    dorawatch_batches_refused_total: ofSessions(({ refused }) => refused),
    dorawatch_streams_held_back_total: ofSessions(({ throttled }) => throttled),
    dorawatch_lost_batches_total: new Map([...losses].map(([agent, { batches }]) => [agent, batches])),
    dorawatch_lost_exchanges_total: new Map([...losses].map(([agent, { exchanges }]) => [agent, exchanges])),
    dorawatch_results_too_late_total: new Map([['', verdicts.view().tooLate]]),
    dorawatch_findings_shed_total: new Map([
      ['timeline', timeline.shed],
      ['aftermaths', aftermaths.shed],
    ]),
    dorawatch_http_connections_refused_total: new Map([['', connectionsRefused]]),
    dorawatch_http_wrong_tokens_total: new Map([['', guesses]]),
    dorawatch_http_guesses_shed_total: new Map([['', guessesShed]]),
    dorawatch_live_streams_refused_total: new Map([['', refused]]),
    dorawatch_live_streams_cut_total: new Map([['', cut]]),
    dorawatch_consumer_set_aside_total: new Map(consumers().map(({ name, set_aside }) => [name, set_aside])),
  };
}
