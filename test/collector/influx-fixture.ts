/** What the tests of the InfluxDB consumer share: a collector's configuration that writes to one, and comparisons with what stands in it. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Influxd } from '../lab/influxd.ts';
import { type CollectorProcess, run } from './programs.ts';

export const DATABASE = 'dorawatch';
const example = new URL('../../deploy/hot-standby.yaml', import.meta.url).pathname;

/** Writes the configuration; `more` goes into its influx section. @returns its path */
export function influxConfig(folder: string, url: string, more = 'exchanges: true'): string {
  const path = `${folder}/collector.yaml`;
  writeFileSync(path, `${readFileSync(example, 'utf8')}\ninflux: { url: ${url}, database: ${DATABASE}, ${more} }\n`);
  return path;
}

/** Runs `dorawatch` against the collector. */
export async function ask(collector: CollectorProcess, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('collector/ops/main.ts', args, { DORAWATCH_COLLECTOR: collector.address });
  if (code !== 0) throw new Error(`dorawatch ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

export interface ExportedRow {
  readonly agent: string;
  readonly sent_at: string;
  readonly [key: string]: unknown;
}

/** Every exchange that the collector has. */
export async function exported(collector: CollectorProcess, since: string): Promise<readonly ExportedRow[]> {
  const lines = await ask(collector, 'export', '--since', since, '--json');
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ExportedRow);
}

/** Rows of an answer as objects, tags among the columns. */
export async function rowsOf(influxd: Influxd, text: string, user?: string): Promise<Record<string, unknown>[]> {
  const series = await influxd.query(text, DATABASE, user);
  return series.flatMap(({ columns, values, tags = {} }) =>
    values.map((value) => ({ ...tags, ...Object.fromEntries(columns.map((column, i) => [column, value[i] ?? null])) })),
  );
}

const COMPARED = [
  'agent',
  'epoch',
  'sequence',
  'index',
  'site',
  'group',
  'server',
  'bucket',
  'identity',
  'outcome',
  'stage',
  'offer_us',
  'ack_us',
  'total_us',
  'late_us',
  'released',
  'stamped',
  'clock_offset_us',
] as const;

/** Microseconds since 1970 of a time with six decimals. */
const micros = (time: string): string => `${Date.parse(`${time.slice(0, 19)}Z`) / 1000}${time.slice(20, 26)}`;

const textOf = (row: Readonly<Record<string, unknown>>, moment: string): string =>
  JSON.stringify([
    moment,
    ...COMPARED.map((key) =>
      row[key] === null || row[key] === undefined || row[key] === '' ? null : String(row[key]),
    ),
  ]);

/** The same exchange as a line of `export` and as a point of `dhcp_exchange`, to be compared as sorted lists. */
export const exportLines = (rows: readonly ExportedRow[]): string[] =>
  rows.map((row) => textOf(row, micros(row.sent_at))).sort();
export const pointLines = (rows: readonly Record<string, unknown>[]): string[] =>
  rows.map((row) => textOf(row, String(row['time']).slice(0, -3))).sort();

/** What `dorawatch status --json` says of the consumer. */
export async function influxLag(
  collector: CollectorProcess,
): Promise<{ name: string; lag_entries: number; lag_ms: number | null; set_aside: number; problem: string | null }> {
  const status = JSON.parse(await ask(collector, 'status', '--json'));
  return status.consumers.find(({ name }: { name: string }) => name === 'influx');
}

/** Polls until `isDone`; the last value is in the error otherwise. */
export async function until<Value>(
  look: () => Promise<Value>,
  isDone: (value: Value) => boolean,
  turns = 120,
): Promise<Value> {
  let last: Value | undefined;
  for (let turn = 0; turn < turns; turn += 1) {
    last = await look();
    if (isDone(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`never came to be; last: ${JSON.stringify(last)?.slice(0, 2000)}`);
}

/** The nearest rank, written a second time on purpose: what judges the product shares no line with it. */
const rank = (sorted: readonly number[], percent: number): number | null =>
  sorted[Math.max(0, Math.floor((sorted.length * percent) / 100 + 0.5) - 1)] ?? null;

/** What `dhcp_path` must hold, worked out from `export`: a line a path and ten seconds. */
export function expectedWindows(rows: readonly ExportedRow[]): string[] {
  const windows = new Map<string, ExportedRow[]>();
  for (const row of rows) {
    const start = Math.floor(Date.parse(`${row.sent_at.slice(0, 19)}Z`) / 10_000) * 10_000;
    const key = JSON.stringify([start, row['server'], row['site']]);
    windows.set(key, [...(windows.get(key) ?? []), row]);
  }
  return [...windows]
    .map(([key, all]) => {
      const outcomes = (outcome: string): number => all.filter((row) => row['outcome'] === outcome).length;
      const latencies = ['offer_us', 'ack_us', 'total_us'].flatMap((column) => {
        const sorted = all.flatMap((row) => (row[column] === null ? [] : [Number(row[column])])).sort((a, b) => a - b);
        return [rank(sorted, 50), rank(sorted, 90), rank(sorted, 99), sorted.at(-1) ?? null];
      });
      return JSON.stringify([...JSON.parse(key), all.length, outcomes('acked'), outcomes('dropped'), ...latencies]);
    })
    .sort();
}

/** The same of what stands in InfluxDB. */
export function windowLines(rows: readonly Record<string, unknown>[]): string[] {
  const columns = ['offer', 'ack', 'total'].flatMap((stage) =>
    ['p50', 'p90', 'p99', 'max'].map((of) => `${stage}_${of}_us`),
  );
  return rows
    .map((row) => {
      const start = Number(String(row['time']).slice(0, -6));
      const counts = [row['exchanges'], row['acked'], row['dropped']];
      return JSON.stringify([start, row['server'], row['site'], ...counts, ...columns.map((column) => row[column])]);
    })
    .sort();
}
