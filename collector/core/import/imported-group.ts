/**
 * An imported group: its servers' observations read into findings, and the report on them. Findings are the same kinds as the live
 * detector's and are read by the same code (group-reading, event-rows, report), so that both look and count alike. A fold over
 * nothing but the observations: the same ones in any order, once or twice, give the same findings.
 */
import type { ObservationView } from '../../../shared/core/ops-request.ts';
import type { AvailabilityView, EventRow, MeasuredView, ReportView } from '../../../shared/core/ops-view.ts';
import { afterUs, type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { eventRows } from '../answers/event-rows.ts';
import { reportOf } from '../answers/report.ts';
import type { Mode } from '../config/config.ts';
import type { Finding } from '../finding.ts';
import { type Member, readGroup } from '../verdicts/group-reading.ts';
import { readServer, watchOf } from './run-detector.ts';

export interface ImportedGroup {
  readonly group: string;
  readonly mode: Mode;
  /** In hot-standby the first is the primary. */
  readonly servers: readonly string[];
  readonly observations: readonly ObservationView[];
}

/** One run is named by its server, its span and its counts: two that agree in all are one. */
export const observationKey = (one: ObservationView): string =>
  JSON.stringify([one.server, one.from, one.from_latest, one.to, one.sent, one.offered, one.answered]);

/** Every finding of the group: transitions, gaps, overlaps, failovers. */
export function importedFindings({ group, mode, servers, observations }: ImportedGroup): readonly Finding[] {
  const inOrder = [...observations].sort((a, b) => a.from - b.from || a.to - b.to);
  const members = servers.map((name, index): Member => {
    const own = inOrder.filter(({ server }) => server === name);
    const watch = watchOf(
      own,
      inOrder.filter(({ server }) => server !== name),
    );
    const role = mode === 'independent' ? 'server' : index === 0 ? 'primary' : 'standby';
    return { name, role, bucket: null, ...readServer(group, name, watch) };
  });
  return [...members.flatMap(({ transitions }) => transitions), ...readGroup(group, mode, members).findings];
}

/** The same as rows; nobody detected them when they happened, so `detected_at` is null. */
export const importedRows = (imported: ImportedGroup): readonly EventRow[] =>
  eventRows(importedFindings(imported), []).map((row) => ({ ...row, detected_at: null }));

/** The span of all that was observed; null: nothing was. */
export function importedPeriod({ observations }: ImportedGroup): { since: UnixMicros; until: UnixMicros } | null {
  if (observations.length === 0) return null;
  let [since, until] = [Number.POSITIVE_INFINITY, 0];
  for (const { from, to } of observations) {
    since = Math.min(since, from);
    until = Math.max(until, to);
  }
  return { since: unixMicros(since), until: afterUs(unixMicros(until), 1) };
}

/** @param rows of the group, marks among them */
export function importedReport(
  imported: ImportedGroup,
  { since, until }: { readonly since: UnixMicros; readonly until: UnixMicros },
  rows: readonly EventRow[],
): ReportView {
  const seen = imported.observations.filter(({ from, to }) => to >= since && from < until);
  const availability = imported.servers.map((server) => availabilityOf(server, seen));
  const { group, mode } = imported;
  return reportOf({ group, mode, since, until }, rows, { measured: measuredOf(seen), availability, planned: [] });
}

const total = (seen: readonly ObservationView[], key: 'sent' | 'answered' | 'dropped' | 'unmeasured'): number =>
  seen.reduce((sum, one) => sum + one[key], 0);

function measuredOf(seen: readonly ObservationView[]): MeasuredView {
  return {
    sites: seen.length === 0 ? 0 : 1,
    rate_per_second: commonest(seen.map((one) => one.rate_per_second ?? 0)),
    drop_time_ms: commonest(seen.map((one) => one.drop_time_ms)),
    exchanges: total(seen, 'sent'),
    unmeasured: total(seen, 'unmeasured'),
    unsent: 0,
    late: 0,
    lost_exchanges: 0,
    lost_ms: 0,
    clock_error_max_us: null,
    too_late: 0,
    source: 'raw',
  };
}

function availabilityOf(server: string, seen: readonly ObservationView[]): AvailabilityView {
  const own = seen.filter((one) => one.server === server);
  const answered = total(own, 'answered');
  const exchanges = answered + total(own, 'dropped');
  const latency = { offer_p50: null, offer_p99: null, ack_p50: null, ack_p99: null };
  return { server, exchanges, answered, ratio: exchanges === 0 ? null : answered / exchanges, latency_us: latency };
}

/** The value that stands there most often; 0 of none. */
function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce(
    ([best, most], [value, count]) => (count > most ? [value, count] : [best, most]),
    [0, 0],
  )[0];
}
