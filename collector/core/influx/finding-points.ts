/**
 * The timeline's rows as `dhcp_transition` and `dhcp_gap` points, and how what stands in InfluxDB becomes what the timeline
 * says. A point's time is the finding's `at`, which moves when late results revise it, and InfluxDB cannot move a point: the
 * old one is deleted (by its tags and time, all that DELETE can name) and the new one written. A withdrawn finding's is deleted.
 *
 * So the measurements mirror the timeline and need no cursor. Rejected: a field `withdrawn`; every query would have to know it.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { isSaid } from '../answers/event-rows.ts';
import { NOTICE_KINDS } from '../finding.ts';
import { nanoseconds, type Point, placeTags, present } from './point.ts';

/** Findings of one series and µs are told apart by their identifier, a hash. */
const digitsOf = (id: string): number => Number.parseInt(id.slice(0, 8), 16) % 1000 || 0;

/** @returns the point of a row; null for what people said, which is no finding */
export function findingPoint(row: EventRow): Point | null {
  if (isSaid(row)) return null;
  const timestamp = nanoseconds(row.at, digitsOf(row.id));
  return row.kind === 'gap' || row.kind === 'overlap' ? gapPoint(row, timestamp) : transitionPoint(row, timestamp);
}

function gapPoint(row: EventRow, timestamp: string): Point {
  const end = row.end ?? null;
  const fields = present<number | string | boolean>({
    id: row.id,
    open: end === null,
    late: row.late,
    duration_ms: row.duration_ms ?? null,
    uncertainty_ms: row.uncertainty_ms ?? null,
    earliest_us: row.earliest,
    latest_us: row.latest,
    end_us: end === null ? null : end.at,
    detected_us: row.detected_at,
  });
  return { measurement: 'dhcp_gap', tags: present({ kind: row.kind, group: row.group }), fields, timestamp };
}

function transitionPoint(row: EventRow, timestamp: string): Point {
  const tags = { kind: row.kind, level: levelOf(row), ...placeTags(row) };
  const fields = present<number | string | boolean>({
    id: row.id,
    from: row.from,
    to: row.to,
    reason: row.reason,
    text: row.text,
    late: row.late,
    earliest_us: row.earliest,
    latest_us: row.latest,
    detected_us: row.detected_at,
    gap_ms: row.gap_ms ?? null,
    uncertainty_ms: row.uncertainty_ms ?? null,
  });
  return { measurement: 'dhcp_transition', tags, fields, timestamp };
}

/** Whose state it is: of a path (a site's view), of a server, of a site's agents, or of a group; a notice is of none. */
function levelOf({ kind, server, site }: EventRow): string {
  if (NOTICE_KINDS.some((one) => one === kind)) return 'notice';
  if (server !== null) return site === null ? 'server' : 'path';
  return site === null ? 'group' : 'site';
}

/** A point's name in InfluxDB: what is written under the same name overwrites it. */
export function pointName({ measurement, tags, timestamp }: Omit<Point, 'fields'>): string {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([measurement, timestamp, sorted]);
}

/** What stands in InfluxDB, by name; `fields` null: not known, to be written again. */
export type Mirrored = ReadonlyMap<string, { readonly point: Omit<Point, 'fields'>; readonly fields: string | null }>;

export interface MirrorChange {
  readonly deletions: readonly Omit<Point, 'fields'>[];
  readonly writes: readonly Point[];
  /** What stands there afterwards. */
  readonly after: Mirrored;
}

/** Compares what stands in InfluxDB with what should. */
export function mirrorChange(before: Mirrored, rows: readonly EventRow[]): MirrorChange {
  const after = new Map<string, { readonly point: Omit<Point, 'fields'>; readonly fields: string | null }>();
  const writes: Point[] = [];
  for (const row of rows) {
    const point = findingPoint(row);
    if (point === null) continue;
    const [name, fields] = [pointName(point), JSON.stringify(point.fields)];
    const { measurement, tags, timestamp } = point;
    after.set(name, { point: { measurement, tags, timestamp }, fields });
    if (before.get(name)?.fields !== fields) writes.push(point);
  }
  const deletions = [...before].filter(([name]) => !after.has(name)).map(([, { point }]) => point);
  return { deletions, writes, after };
}

/** @returns InfluxQL that deletes one point; a tag it does not have is asked for as empty */
export function deletion({ measurement, tags, timestamp }: Omit<Point, 'fields'>, names: readonly string[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const conditions = names.map((name) => `"${name}" = ${quoted(tags[name] ?? '')}`);
  return `DELETE FROM "${measurement}" WHERE ${conditions.join(' AND ')} AND time = ${timestamp}`;
}
