/**
 * The Ops messages as values: for each, its keys in the order of the contract with what stands for an absent field. Reading
 * a message is filling its shape, so absence, key order and defaults are decided in one table and nowhere else.
 *
 * Writing needs no table: the generated encoders leave out what is null.
 */
import type { KeaView } from '../core/kea-view.ts';
import type { LeaseCount } from '../core/lease-count.ts';
import type * as reply from '../core/ops-reply.ts';
import type * as ask from '../core/ops-request.ts';
import type * as view from '../core/ops-view.ts';
import {
  count,
  countOrNull,
  type Fill,
  flag,
  flagOrNull,
  many,
  message,
  moment,
  momentOrNull,
  orNull,
  own,
  type Shape,
  text,
  textOrNull,
} from './ops-fill.ts';
import { planned } from './planned-shape.ts';

const bracket = message<view.Moment>({ at: moment, earliest: moment, latest: moment });

const plainEvent: Shape<Omit<view.EventRow, 'start' | 'end' | 'duration_ms' | 'gap_ms' | 'uncertainty_ms'>> = {
  id: text,
  kind: text,
  at: moment,
  earliest: momentOrNull,
  latest: momentOrNull,
  detected_at: momentOrNull,
  group: textOrNull,
  server: textOrNull,
  site: textOrNull,
  bucket: countOrNull,
  from: textOrNull,
  to: textOrNull,
  reason: textOrNull,
  text,
  actor: textOrNull,
  ref: textOrNull,
  late: flag,
  scope: textOrNull,
  evidence: textOrNull,
  planned: textOrNull,
};

const verdict = message(plainEvent);
const interval = message({
  ...plainEvent,
  start: bracket,
  end: orNull(bracket),
  duration_ms: countOrNull,
  uncertainty_ms: countOrNull,
});
const failover = message({ ...plainEvent, gap_ms: countOrNull, uncertainty_ms: countOrNull });

/** Which keys an event has depends on its kind. */
export const fillEvent: Fill<view.EventRow> = (field) => {
  const row = verdict(field);
  if (row.kind === 'gap' || row.kind === 'overlap') return interval(field);
  return row.kind === 'failover' || row.kind === 'fail-back' ? failover(field) : row;
};

const reportRow: Fill<view.ReportRow> = (field) => ({
  ...fillEvent(field),
  elapsed_ms: countOrNull(typeof field === 'object' && field !== null ? own(field, 'elapsed_ms') : undefined),
});

const latency = message<view.LatencyView>({
  offer_p50: countOrNull,
  offer_p99: countOrNull,
  ack_p50: countOrNull,
  ack_p99: countOrNull,
});

const kea = message<KeaView>({
  asked_at: moment,
  problem: textOrNull,
  state: textOrNull,
  scopes: many(text),
  partner_state: textOrNull,
  communication_interrupted: flagOrNull,
  unacked_clients: countOrNull,
  unacked_clients_left: countOrNull,
  connecting_clients: countOrNull,
  clock_skew_ms: countOrNull,
  disagreement: textOrNull,
});

const server = message<view.ServerView>({
  name: text,
  address: text,
  role: text,
  state: text,
  expected: text,
  since: momentOrNull,
  last_served_at: momentOrNull,
  reason: textOrNull,
  sites: message<view.PathCountsView>({ serving: count, degraded: count, non_serving: count, unknown: count }),
  drop_ratio: countOrNull,
  latency_us: latency,
  evidence: textOrNull,
  buckets: many(
    message<view.BucketView>({
      bucket: count,
      state: text,
      expected: text,
      since: momentOrNull,
      last_served_at: momentOrNull,
    }),
  ),
  answers_as: textOrNull,
  kea: orNull(kea),
});

const group = message<view.GroupView>({
  name: text,
  mode: text,
  state: text,
  since: momentOrNull,
  sites: message<view.SiteCounts>({ served: count, unserved: count, unknown: count }),
  servers: many(server),
  open_gap_ms: countOrNull,
  paused: textOrNull,
  notices: many(text),
  maintenance: many(planned),
});

const consumer = message<view.ConsumerView>({
  name: text,
  lag_entries: count,
  lag_ms: countOrNull,
  set_aside: count,
  problem: textOrNull,
});

const store = message<view.StoreView>({
  raw_bytes: count,
  raw_since: momentOrNull,
  too_late: count,
  problem: textOrNull,
});

export const fillStatus = message<view.StatusView>({
  groups: many(group),
  window_s: count,
  consumers: many(consumer),
  store,
  remarks: many(text),
});

const site = message<view.SiteView>({
  site: text,
  group: text,
  served_by: many(text),
  state: text,
  since: momentOrNull,
  last_ack_at: momentOrNull,
  agent_state: text,
  reason: textOrNull,
  evidence: textOrNull,
  client_state: textOrNull,
});

export const fillSites = message<view.SitesView>({ sites: many(site) });

const agent = message<view.AgentView>({
  id: text,
  site: text,
  version: textOrNull,
  connected: flag,
  last_seen: momentOrNull,
  clock_offset_us: countOrNull,
  clock_error_us: countOrNull,
  backlog_batches: countOrNull,
  assignment_version: countOrNull,
  loop_delay_max_ms: countOrNull,
  refused_batches: countOrNull,
  lost_batches: count,
  lost_exchanges: count,
  throttled: countOrNull,
  trouble: textOrNull,
  leases_held: countOrNull,
  leases_worst: countOrNull,
  leases: many(message<LeaseCount>({ group: text, server: text, scope: textOrNull, held: count, worst: count })),
  resting: textOrNull,
  complete_through: momentOrNull,
  behind: flagOrNull,
});

export const fillAgents = message<view.AgentsView>({ agents: many(agent) });

export const fillReport = message<view.ReportView>({
  group: text,
  mode: text,
  since: moment,
  until: moment,
  rows: many(reportRow),
  gaps: many(fillEvent),
  overlaps: many(fillEvent),
  failovers: many(
    message<view.FailoverView>({
      from: text,
      to: text,
      at: moment,
      gap_ms: countOrNull,
      uncertainty_ms: countOrNull,
      kind: text,
      planned: textOrNull,
    }),
  ),
  measured: message<view.MeasuredView>({
    sites: count,
    rate_per_second: count,
    drop_time_ms: count,
    exchanges: count,
    unmeasured: count,
    unsent: count,
    late: count,
    lost_exchanges: count,
    lost_ms: count,
    clock_error_max_us: countOrNull,
    too_late: count,
    source: text,
  }),
  availability: many(
    message<view.AvailabilityView>({
      server: text,
      exchanges: count,
      answered: count,
      ratio: countOrNull,
      latency_us: latency,
    }),
  ),
  planned: many(planned),
});

const exchange = message<reply.ExchangeView>({
  agent: text,
  epoch: count,
  sequence: count,
  index: count,
  site: text,
  group: text,
  server: text,
  bucket: countOrNull,
  identity: count,
  sent_at: moment,
  outcome: text,
  stage: text,
  offer_us: countOrNull,
  ack_us: countOrNull,
  total_us: countOrNull,
  late_us: countOrNull,
  released: flag,
  stamped: text,
  clock_offset_us: countOrNull,
  scope: textOrNull,
  interface: textOrNull,
  exchange_kind: text,
});

export const fillExchanges = message<{ readonly exchanges: readonly reply.ExchangeView[] }>({
  exchanges: many(exchange),
});

export const fillStateRequest = message<ask.StateRequest>({ group: textOrNull });
export const fillSitesRequest = message<ask.SitesRequest>({ unserved: flag });
export const fillAgentsRequest = message<Record<never, never>>({});
export const fillEventsRequest = message<ask.EventsRequest>({
  group: textOrNull,
  since: momentOrNull,
  until: momentOrNull,
  paths: flag,
  follow: flag,
});
export const fillPeriodRequest = message<ask.PeriodRequest>({ group: textOrNull, since: moment, until: momentOrNull });
export const fillMarkRequest = message<ask.MarkRequest>({
  text,
  at: momentOrNull,
  group: textOrNull,
  server: textOrNull,
  site: textOrNull,
  actor: textOrNull,
  ref: textOrNull,
});
