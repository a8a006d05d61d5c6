/**
 * Keeps `dhcp_transition` and `dhcp_gap` equal to the timeline: what stands in InfluxDB is read once after a start, and from
 * then on each change of the timeline is compared with what was written. So a finding that was revised or withdrawn
 * while this collector or InfluxDB was away leaves no point behind.
 *
 * Only points of this collector's own groups and sites, and from its own log's time, are ever deleted: a database may be shared, and
 * may hold what an earlier log knew.
 */
import type { EventRow } from '../../shared/core/ops-view.ts';
import { isSaid } from '../core/answers/event-rows.ts';
import { deletion, type Mirrored, mirrorChange, pointName } from '../core/influx/finding-points.ts';
import { FINDINGS_EVERY_MS } from '../core/influx/limits.ts';
import { MEASUREMENTS, type Point } from '../core/influx/point.ts';
import type { Inbox } from './inbox.ts';
import type { InfluxClient, InfluxRow } from './influx-client.ts';
import type { InfluxWriter } from './influx-writer.ts';
import type { LogFold } from './log-fold.ts';

export interface InfluxFindings {
  /** Writes and deletes what has changed; at most every few seconds. @param now ns, monotonic @throws AbortError */
  sync(now: number): Promise<void>;
}

export interface InfluxFindingsOptions {
  readonly client: InfluxClient;
  readonly writer: InfluxWriter;
  readonly fold: LogFold;
  readonly inbox: Inbox;
}

type Named = Omit<Point, 'fields'>;

const NAMES = ['dhcp_transition', 'dhcp_gap'] as const;
/** Statements in one request. */
const DELETIONS_AT_ONCE = 20;

/** Follows the fold for as long as the fold lives. */
export function createInfluxFindings({ client, writer, fold, inbox }: InfluxFindingsOptions): InfluxFindings {
  let mirrored: Mirrored | null = null;
  let told: readonly EventRow[] | null = null;
  let last = Number.NEGATIVE_INFINITY;
  return {
    sync: async (now) => {
      if (now - last < FINDINGS_EVERY_MS * 1e6) return;
      last = now;
      const { timeline } = fold.model;
      // The timeline makes its rows anew only when something has changed.
      const rows = timeline.rows();
      if (rows === told && mirrored !== null) return;
      if (mirrored === null) {
        const since = Math.min(await logBegan(inbox), ...timelineStart(rows));
        mirrored = await writer.insist(() => standing(client, since, ownNames(fold, rows)));
      }
      const { deletions, writes, after } = mirrorChange(mirrored, rows);
      for (let from = 0; from < deletions.length; from += DELETIONS_AT_ONCE) {
        const some = deletions.slice(from, from + DELETIONS_AT_ONCE);
        const text = some.map((point) => deletion(point, MEASUREMENTS[point.measurement].tags)).join(';');
        await writer.insist(() => client.query(text));
      }
      await writer.write(writes);
      mirrored = after;
      told = rows;
    },
  };
}

async function logBegan(inbox: Inbox): Promise<number> {
  for await (const { entry } of inbox.read(1)) return entry.receivedAt;
  return Number.POSITIVE_INFINITY;
}

/** The first finding; rows are in order, but marks are typed and may be of any time. */
function timelineStart(rows: readonly EventRow[]): readonly number[] {
  const first = rows.find((row) => !isSaid(row));
  return first === undefined ? [] : [first.at];
}

interface OwnNames {
  readonly groups: ReadonlySet<string>;
  readonly sites: ReadonlySet<string>;
}

function ownNames({ model }: LogFold, rows: readonly EventRow[]): OwnNames {
  const groups = new Set(model.config?.groups.map(({ name }) => name));
  for (const { group } of rows) if (group !== null) groups.add(group);
  return { groups, sites: new Set(model.config?.sites.map(({ name }) => name)) };
}

/** What stands in InfluxDB of our own. */
async function standing(client: InfluxClient, sinceUs: number, own: OwnNames): Promise<Mirrored> {
  const found = new Map<string, { readonly point: Named; readonly fields: null }>();
  if (sinceUs === Number.POSITIVE_INFINITY) return found;
  for (const measurement of NAMES) {
    const text = `SELECT "id" FROM "${measurement}" WHERE time >= ${sinceUs}000 GROUP BY *`;
    for (const row of await client.query(text)) {
      const point = named(measurement, row);
      const { group, site } = point.tags;
      const isOwn = group === undefined ? own.sites.has(site ?? '') : own.groups.has(group);
      if (isOwn) found.set(pointName(point), { point, fields: null });
    }
  }
  return found;
}

function named(measurement: (typeof NAMES)[number], row: InfluxRow): Named {
  const tags = MEASUREMENTS[measurement].tags.flatMap((tag) => {
    const value = row[tag];
    return typeof value === 'string' && value !== '' ? [[tag, value] as const] : [];
  });
  return { measurement, tags: Object.fromEntries(tags), timestamp: row.time?.getNanoTime() ?? '0' };
}
