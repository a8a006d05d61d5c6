/**
 * The messages of what people have a collector do (keep, import, pause, raise secs) as values: shapes as in ops-shapes, of which
 * they were a part until it grew too long to hold in the head.
 */
import type * as reply from '../core/ops-reply.ts';
import type * as ask from '../core/ops-request.ts';
import { count, countOrNull, flag, many, message, moment, momentOrNull, octets, text, textOrNull } from './ops-fill.ts';
import { planned } from './planned-shape.ts';

export const fillKeptRequest = message<Record<never, never>>({});
export const fillKeepRequest = message<ask.KeepRequest>({ since: moment, until: moment, actor: textOrNull });
export const fillKeep = message<reply.KeepView>({ since: moment, until: moment, batches: count, bytes: count });
export const fillKept = message<reply.KeptView>({
  periods: many(message<reply.KeptPeriod>({ since: moment, until: moment })),
});

const observation = message<ask.ObservationView>({
  server: text,
  from: moment,
  from_latest: moment,
  last_sent: moment,
  to: moment,
  sent: count,
  offered: count,
  answered: count,
  dropped: count,
  unmeasured: count,
  rate_per_second: countOrNull,
  slowest_us: countOrNull,
  drop_time_ms: count,
});
export const fillImportRequest = message<ask.ImportRequest>({
  group: text,
  mode: text,
  servers: many(text),
  observations: many(observation),
  actor: textOrNull,
});
export const fillImport = message<reply.ImportView>({ stored: count, duplicates: count, transitions: count });

export const fillPauseRequest = message<ask.PauseRequest>({
  group: textOrNull,
  server: textOrNull,
  site: textOrNull,
  text: textOrNull,
  actor: textOrNull,
  ref: textOrNull,
});
export const fillPausesRequest = message<Record<never, never>>({});
export const fillPauses = message<reply.PausesView>({
  pauses: many(
    message<reply.PauseRow>({
      group: textOrNull,
      server: textOrNull,
      site: textOrNull,
      since: moment,
      text: textOrNull,
      actor: textOrNull,
      ref: textOrNull,
    }),
  ),
});

export const fillMaintenanceRequest = message<ask.MaintenanceRequest>({
  group: textOrNull,
  server: textOrNull,
  site: textOrNull,
  since: momentOrNull,
  until: momentOrNull,
  for_ms: countOrNull,
  text: textOrNull,
  actor: textOrNull,
  ref: textOrNull,
  exact: flag,
});
export const fillMaintenancesRequest = message<Record<never, never>>({});
const maintenanceRow = message<reply.MaintenanceRow>({ period: planned, active: flag, schedule: textOrNull });
export const fillMaintenance = message<reply.MaintenanceView>({
  changed: many(maintenanceRow),
  maintenance: many(maintenanceRow),
});

export const fillScopesRequest = message<ask.ScopesRequest>({ group: textOrNull, unserved: flag });
export const fillScopes = message<reply.ScopesView>({
  scopes: many(
    message<reply.ScopeView>({
      group: text,
      site: text,
      scope: text,
      state: text,
      since: momentOrNull,
      reason: textOrNull,
      evidence: textOrNull,
      last_served_at: momentOrNull,
      exchanges: count,
      answered: count,
    }),
  ),
});

export const fillRaiseSecsRequest = message<ask.RaiseSecsRequest>({ group: text, for_ms: count, actor: textOrNull });
export const fillRaiseSecs = message<reply.RaiseSecsView>({ until: momentOrNull });

export const fillAlertsRequest = message<Record<never, never>>({});
export const fillAlerts = message<reply.AlertsView>({
  alerts: many(
    message<reply.AlertRow>({
      name: text,
      state: text,
      severity: text,
      group: textOrNull,
      server: textOrNull,
      site: textOrNull,
      since: moment,
      fired_at: momentOrNull,
      held: textOrNull,
      flapping: flag,
      summary: text,
      evidence: textOrNull,
      sites: many(text),
      runbook: textOrNull,
    }),
  ),
  destinations: many(
    message<reply.DestinationRow>({ name: text, waiting: count, set_aside: count, problem: textOrNull }),
  ),
});
export const fillAlertTest = message<reply.AlertTestView>({
  answers: many(message<reply.AlertTestRow>({ name: text, delivered: flag, answer: text, took_ms: count })),
});

export const fillProbeRequest = message<ask.ProbeRequest>({
  site: text,
  server: text,
  group: textOrNull,
  agent: textOrNull,
  kind: textOrNull,
  wait_ms: countOrNull,
  actor: textOrNull,
});
export const fillProbe = message<reply.ProbeView>({
  agent: text,
  site: text,
  group: text,
  server: text,
  address: text,
  bucket: countOrNull,
  kind: text,
  outcome: text,
  stage: text,
  wait_ms: count,
  offer_us: countOrNull,
  ack_us: countOrNull,
  total_us: countOrNull,
  released: flag,
  stamped: text,
  clock_offset_us: countOrNull,
  clock_error_us: countOrNull,
  frames: many(
    message<reply.ProbeFrame>({
      direction: text,
      unexpected: flag,
      at: moment,
      source: text,
      source_port: count,
      destination: text,
      destination_port: count,
      message: octets,
    }),
  ),
  shed_frames: count,
});
