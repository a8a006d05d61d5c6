/**
 * What dorawatch made of a story, held against the capture: for each server (and bucket) every true moment in the bracket
 * of one transition and none invented; every gap and overlap of the wire that can be told, and no other. The failover test
 * asks for gaps one by one; here a gap that the brackets around it do not prove may go untold, as the product's rule has it: on a busy
 * machine the clocks' error alone can be half a second.
 */
import type { Test } from 'tap';
import { type Row, type Terms, transitionsDisagreeing, unixUs } from '../failover/against-truth.ts';
import type { Captured } from '../lab/capture.ts';
import { type Bracket, gaps, overlaps, servicePeriods, type WireGap } from '../lab/truth.ts';
import type { WireExchange } from '../lab/wire.ts';
import type { Stage } from './stage.ts';

interface Moment {
  readonly at: string;
  readonly earliest: string;
  readonly latest: string;
}

interface Interval {
  readonly start: Moment;
  readonly end: Moment | null;
  readonly duration_ms: number | null;
  readonly bucket?: number | null;
}

/** A report, as far as stories look at it. */
export interface Report {
  readonly rows: readonly (Row & {
    readonly bucket: number | null;
    readonly text: string;
    readonly reason: string | null;
  })[];
  readonly gaps: readonly Interval[];
  readonly overlaps: readonly Interval[];
  readonly failovers: readonly {
    readonly from: string;
    readonly to: string;
    readonly gap_ms: number;
    readonly planned: string | null;
  }[];
}

/** The exchanges that stand for one server's clients, or for one server's clients of one bucket. */
export interface Lane {
  readonly server: string;
  readonly bucket: number | null;
  readonly exchanges: readonly WireExchange[];
}

/** Times on the wire and at the site differ by what a busy machine puts between a packet and its stamp. */
const SLACK_US = 60_000;
const DROP_TIME_US = 3_000_000;
const RUNS = { fall: 10, rise: 2 } as const;

/** Ends the agent and the capture, and reads the report of a group. */
export async function reportOf(stage: Pick<Stage, 'programs'>, group: string): Promise<Report> {
  return await stage.programs.json<Report>('report', '--group', group, '--since', '-30m', '--format', 'json');
}

/** Ends the agent politely, then the capture. */
export async function endStory(t: Test, stage: Stage): Promise<Captured> {
  const ended = await stage.programs.agent.stop('SIGTERM', 30_000);
  t.equal(ended.code, 0, 'SIGTERM ends the agent cleanly');
  const wire = await stage.capture.stop();
  t.equal(wire.droppedByKernel, 0, 'the capture is whole');
  return wire;
}

/** One lane a server, by address. */
export function lanesByServer(wire: Captured, names: Readonly<Record<string, string>>): readonly Lane[] {
  return Object.entries(names).map(([address, server]) => {
    return { server, bucket: null, exchanges: wire.exchanges.filter((each) => each.server === address) };
  });
}

/** Holds a report against the wire; what disagrees is printed by the assertions. Returns the wire's own gaps. */
export function holdAgainstWire(t: Test, report: Report, lanes: readonly Lane[]): readonly WireGap[] {
  for (const { server, bucket, exchanges } of lanes) {
    const address = exchanges[0]?.server ?? '';
    const terms: Terms = { serverNames: { [address]: server }, dropTimeUs: DROP_TIME_US, ...RUNS, slackUs: SLACK_US };
    const rows = report.rows.filter((row) => row.server === server && row.bucket === bucket);
    const whose = bucket === null ? server : `${server}, bucket ${bucket}`;
    t.same(
      transitionsDisagreeing(rows, exchanges, terms),
      [],
      `${whose}: every transition in its bracket, none invented`,
    );
  }
  return [...new Set(lanes.map((lane) => lane.bucket))].flatMap((bucket) => {
    const periods = lanes
      .filter((lane) => lane.bucket === bucket)
      .flatMap(({ exchanges }) => servicePeriods(exchanges, DROP_TIME_US, RUNS));
    const rows = report.rows.filter((row) => row.bucket === bucket && row.kind === 'transition');
    const own = (intervals: readonly Interval[]): readonly Interval[] =>
      intervals.filter((each) => (each.bucket ?? null) === bucket);
    const whose = bucket === null ? '' : `bucket ${bucket}: `;
    const found = gaps(periods);
    const stops = rows.filter((row) => row.to === 'non-serving');
    const starts = rows.filter((row) => row.to === 'serving');
    t.same(intervalsDisagreeing(own(report.gaps), found, stops, starts), [], `${whose}gaps are the wire's`);
    t.same(
      intervalsDisagreeing(own(report.overlaps), overlaps(periods), starts, stops),
      [],
      `${whose}overlaps are the wire's`,
    );
    return found;
  });
}

/** Each interval told is one of the wire's, and each of the wire's that the told brackets prove is told. */
function intervalsDisagreeing(
  told: readonly Interval[],
  truth: readonly { readonly start: Bracket; readonly end: Bracket }[],
  beginnings: readonly Row[],
  ends: readonly Row[],
): string[] {
  const left = [...truth];
  const disagreements = told.flatMap((interval) => {
    const index = left.findIndex(
      (each) => meets(interval.start, each.start) && interval.end !== null && meets(interval.end, each.end),
    );
    if (index < 0)
      return [`invented: ${interval.start.at} … ${interval.end?.at ?? 'open'} (${interval.duration_ms} ms)`];
    left.splice(index, 1);
    return [];
  });
  const isProven = ({ start, end }: { readonly start: Bracket; readonly end: Bracket }): boolean => {
    const began = beginnings.filter((row) => meets(row, start));
    return ends.some((row) => meets(row, end) && began.some((each) => unixUs(each.latest) < unixUs(row.earliest)));
  };
  const untold = left.filter(isProven).map(({ start, end }) => {
    return `untold: ${end.earliest - start.latest} µs at least, from ${new Date(start.latest / 1000).toISOString()}`;
  });
  return [...disagreements, ...untold];
}

function meets(told: Moment, truth: Bracket): boolean {
  return unixUs(told.earliest) <= truth.latest + SLACK_US && truth.earliest - SLACK_US <= unixUs(told.latest);
}
