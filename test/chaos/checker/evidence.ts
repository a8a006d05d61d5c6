/**
 * What the checker is given: captures, the agents' own words, what the collector tells, and what was done to whom. It reads
 * the product through its documented JSON alone and imports none of it: a checker that shared a reader with the product
 * would share its mistakes.
 */
import type { WireExchange } from '../../lab/wire.ts';

/** One line of `dorawatch export --json`, as far as it is compared. Times are µs since 1970. */
export interface StoredExchange {
  readonly agent: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly index: number;
  readonly server: string;
  readonly identity: number;
  readonly sentUs: number;
  readonly outcome: string;
  /** Agent's clock minus the collector's as the collector corrected it; 0 when it did not. */
  readonly offsetUs: number;
}

/** One point of `dhcp_exchange`. */
export type InfluxExchange = Pick<StoredExchange, 'agent' | 'epoch' | 'sequence' | 'index' | 'outcome'>;

/** One start of an agent. Times are the machine's clock, µs. */
export interface AgentLife {
  readonly agent: string;
  readonly startedUs: number;
  readonly endedUs: number;
  readonly isKilled: boolean;
  /** Undefined when it was killed before it could say. */
  readonly epoch: number | undefined;
  /** Sequence and exchanges of each batch that it said it has spooled. */
  readonly spooled: readonly (readonly [number, number])[];
}

/** One site: its agent, and what its own interface saw, before any loss on the way out and after it on the way in. */
export interface SiteEvidence {
  readonly site: string;
  readonly agent: string;
  /** Exchanges that `dorawatch agents` says it had to throw away. */
  readonly shed: number;
  readonly wire: readonly WireExchange[];
}

/** A row of `dorawatch events --json --paths`, times in µs. */
export interface EventRow {
  readonly kind: string;
  readonly server: string | null;
  readonly site: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly earliestUs: number;
  readonly latestUs: number;
}

/** A gap that was told: nobody served at least between the two, µs. */
export interface GapRow {
  readonly fromUs: number;
  readonly untilUs: number;
}

/** A time in which something was wrong with a part, from before its beginning to after its end, µs. */
export interface Disturbance {
  readonly kind: string;
  /** `primary`, `collector`, `agent0`, `wan1`, … */
  readonly target: string;
  readonly fromUs: number;
  readonly untilUs: number;
}

/** All of it; plain values, so that it can be kept in a file and judged again. */
export interface Evidence {
  readonly sites: readonly SiteEvidence[];
  /** Exchanges as seen on the servers' own links. */
  readonly servers: readonly WireExchange[];
  /** Name by address. */
  readonly serverNames: Readonly<Record<string, string>>;
  readonly lives: readonly AgentLife[];
  readonly stored: readonly StoredExchange[];
  readonly influx: readonly InfluxExchange[];
  readonly rows: readonly EventRow[];
  readonly gaps: readonly GapRow[];
  readonly disturbances: readonly Disturbance[];
  readonly dropTimeUs: number;
}

/** RFC 3339 with microseconds → µs since 1970. */
export function unixUs(text: string): number {
  const parts = /^(.*T\d\d:\d\d:\d\d)\.(\d{6})Z$/.exec(text);
  if (parts === null) throw new Error(`not an RFC 3339 time with microseconds: ${text}`);
  return Date.parse(`${parts[1]}Z`) * 1000 + Number(parts[2]);
}

type Json = Readonly<Record<string, unknown>>;

/** One JSON object a line; lines that are none (a pretty warning, a last line cut by kill -9) are left out. */
export function jsonLines(text: string): Json[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      return [JSON.parse(line) as Json];
    } catch {
      return [];
    }
  });
}

export function storedExchanges(text: string): StoredExchange[] {
  return jsonLines(text).map((row) => ({
    agent: String(row['agent']),
    epoch: Number(row['epoch']),
    sequence: Number(row['sequence']),
    index: Number(row['index']),
    server: String(row['server']),
    identity: Number(row['identity']),
    sentUs: unixUs(String(row['sent_at'])),
    outcome: String(row['outcome']),
    offsetUs: Number(row['clock_offset_us'] ?? 0),
  }));
}

/** Columns that are asked of InfluxDB, in the order in which its answer has them after the time. */
export const INFLUX_QUERY = 'SELECT agent, epoch, sequence, "index", outcome FROM "dorawatch_raw".dhcp_exchange';

/** InfluxDB's JSON answer to INFLUX_QUERY. A point that only tells of a late answer has no epoch, and is none of ours. */
export function influxExchanges(text: string): InfluxExchange[] {
  const answer = JSON.parse(text) as {
    readonly results?: readonly { readonly series?: readonly { readonly values: readonly unknown[][] }[] }[];
  };
  const values = answer.results?.flatMap(({ series }) => series ?? []).flatMap((each) => each.values) ?? [];
  return values
    .filter(([, , epoch]) => epoch !== null)
    .map(([, agent, epoch, sequence, index, outcome]) => ({
      agent: String(agent),
      epoch: Number(epoch),
      sequence: Number(sequence),
      index: Number(index),
      outcome: String(outcome),
    }));
}

/** Marks and what has no bracket are left out. */
export function eventRows(text: string): EventRow[] {
  const word = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return jsonLines(text).flatMap((row) => {
    const [earliest, latest] = [word(row['earliest']), word(row['latest'])];
    if (earliest === null || latest === null) return [];
    return {
      kind: String(row['kind']),
      server: word(row['server']),
      site: word(row['site']),
      from: word(row['from']),
      to: word(row['to']),
      earliestUs: unixUs(earliest),
      latestUs: unixUs(latest),
    };
  });
}

/** The gaps among the events; one that still lasts has no end. */
export function gapRows(text: string): GapRow[] {
  const bound = (moment: unknown, name: string): number | undefined =>
    typeof moment === 'object' && moment !== null ? unixUs(String((moment as Json)[name])) : undefined;
  return jsonLines(text)
    .filter((row) => row['kind'] === 'gap')
    .map((row) => ({
      fromUs: bound(row['start'], 'latest') ?? 0,
      untilUs: bound(row['end'], 'earliest') ?? Number.MAX_SAFE_INTEGER,
    }));
}

/** Exchanges thrown away, by agent, from `dorawatch agents --json`. */
export function shedExchanges(text: string): ReadonlyMap<string, number> {
  const { agents } = JSON.parse(text) as { readonly agents: readonly Json[] };
  return new Map(agents.map((agent) => [String(agent['id']), Number(agent['lost_exchanges'])]));
}

/** What a life said of itself in its log. */
export function ownWords(log: string): Pick<AgentLife, 'epoch' | 'spooled'> {
  const lines = jsonLines(log);
  const spooled: [number, number][] = [];
  for (const line of lines) {
    if (line['msg'] === 'batch spooled') spooled.push([Number(line['sequence']), Number(line['exchanges'])]);
  }
  const epoch = lines.find((line) => typeof line['epoch'] === 'number')?.['epoch'];
  return { epoch: epoch === undefined ? undefined : Number(epoch), spooled };
}
