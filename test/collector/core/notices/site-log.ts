/** Logs for tests of notices: a site's exchanges and sightings in words, as one-second batches that an agent would have made of them. */

import type { Finding, Notice } from '../../../../collector/core/finding.ts';
import type { BatchEntry, ClockEntry, ConfigEntry, LogEntry } from '../../../../collector/core/log-entry.ts';
import { createNotices } from '../../../../collector/core/notices/notices.ts';
import { addSample, type ClockTrack, sampleOf } from '../../../../collector/core/verdicts/clock-track.ts';
import type { FindingChange } from '../../../../collector/core/verdicts/views.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import { ABSENT, type PathRef, type ResultBatch, SERVER_PATH, type Sighting } from '../../../../shared/core/batch.ts';
import { OUTCOMES, type Outcome, STAGES } from '../../../../shared/core/outcome.ts';
import { epochMicros, microseconds, unixMicros } from '../../../../shared/core/units.ts';

export const START = 1_772_364_966_000_000;
const DROP_US = 3_000_000;
const ADDRESSES: Readonly<Record<string, string>> = {
  primary: '10.77.1.2',
  standby: '10.77.2.2',
  '': '255.255.255.255',
};

/** One exchange: at a second, of a path, answered or not. */
export interface Exchange {
  readonly second: number;
  readonly server?: string;
  readonly scope?: string;
  readonly interface?: string;
  readonly bucket?: number;
  /** Default: acked. */
  readonly outcome?: Outcome;
  readonly stage?: 'offer' | 'ack';
  /** What the answer looked like, where that is told. */
  readonly seen?: Partial<Sighting>;
}

export interface SiteLog {
  readonly site?: string;
  readonly agent?: string;
  /** The agent's start, µs since 1970. */
  readonly anchorUs?: number;
  readonly exchanges: readonly Exchange[];
}

const refOf = (one: Exchange): PathRef => {
  const { server = 'primary', scope = null, bucket = null } = one;
  const on = one.interface ?? null;
  const where = { group: 'corsham-dhcp', server: on === null ? server : '', giaddr: '10.77.0.1', bucket };
  const address = on === null ? (ADDRESSES[server] ?? '10.77.1.9') : '255.255.255.255';
  return { ...SERVER_PATH, ...where, address, kind: 'dora', firstContact: false, scope, interface: on };
};

const doneAt = ({ second, outcome = 'acked' }: Exchange): number =>
  second * 1e6 + (outcome === 'dropped' ? DROP_US : 40_000);

/** The site's batches, a second each. */
export function siteBatches({
  site = 'corsham',
  agent = 'agent-1',
  anchorUs = START,
  exchanges,
}: SiteLog): ResultBatch[] {
  const bySecond = new Map<number, Exchange[]>();
  for (const one of [...exchanges].sort((a, b) => doneAt(a) - doneAt(b))) {
    const second = Math.floor(doneAt(one) / 1e6);
    bySecond.set(second, [...(bySecond.get(second) ?? []), one]);
  }
  return [...bySecond].map(([second, done]) => batchOf({ site, agent, anchorUs, second }, done));
}

function batchOf(
  { site, agent, anchorUs, second }: { site: string; agent: string; anchorUs: number; second: number },
  done: readonly Exchange[],
): ResultBatch {
  const keys = new Map(done.map((one) => [one, JSON.stringify(refOf(one))]));
  const refs = [...new Map(done.map((one) => [keys.get(one), refOf(one)])).entries()];
  const pathOf = (one: Exchange): number => refs.findIndex(([key]) => key === keys.get(one));
  const isAcked = ({ outcome = 'acked' }: Exchange): boolean => outcome === 'acked';
  const stageOf = (one: Exchange): number => STAGES.indexOf(one.stage ?? (isAcked(one) ? 'ack' : 'offer'));
  return {
    agent,
    site,
    epoch: 1,
    sequence: second + 1,
    anchor: unixMicros(anchorUs),
    fromUs: epochMicros(second * 1e6),
    completeThroughUs: epochMicros(Math.max(0, (second + 1) * 1e6 - DROP_US)),
    assignmentVersion: 1,
    dropTimeUs: microseconds(DROP_US),
    stamped: 'kernel',
    loopDelayMaxUs: microseconds(900),
    paths: refs.map(([, ref]) => ref),
    results: {
      path: done.map(pathOf),
      identity: done.map(() => 0),
      sentUs: done.map(({ second: at }) => Math.round(at * 1e6)),
      outcome: done.map(({ outcome = 'acked' }) => OUTCOMES.indexOf(outcome)),
      stage: done.map(stageOf),
      offerUs: done.map((one) => (stageOf(one) === 1 ? 20_000 : ABSENT)),
      ackUs: done.map((one) => (isAcked(one) ? 19_000 : ABSENT)),
      totalUs: done.map((one) => (isAcked(one) ? 40_000 : ABSENT)),
      released: done.map(() => 0),
    },
    late: [],
    counts: [],
    sightings: done.flatMap((one) => (one.seen ? [sighting(one, pathOf(one))] : [])),
  };
}

function sighting(one: Exchange, path: number): Sighting {
  const source = ADDRESSES[one.server ?? 'primary'] ?? '10.77.1.9';
  return {
    path,
    sentUs: epochMicros(Math.round(one.second * 1e6)),
    stage: 'ack',
    source,
    serverIdentifier: source,
    expected: true,
    mac: null,
    address: '10.80.1.20',
    subnetMask: '255.255.255.0',
    leaseSeconds: 3600,
    routers: ['10.80.1.1'],
    nameServers: [],
    domain: null,
    nextServer: null,
    ...one.seen,
  };
}

/** A configuration entry, and a clock entry for each agent: what stands in front of every log. */
export function prelude(yaml: string, agents: readonly string[] = ['agent-1'], atSecond = 0): LogEntry[] {
  const verdict = judgeConfigText(yaml);
  if (!verdict.ok) throw new Error(`the configuration of the test has mistakes: ${JSON.stringify(verdict)}`);
  const receivedAt = unixMicros(START + atSecond * 1e6);
  const config: ConfigEntry = { kind: 'config', receivedAt, version: 1, config: verdict.config, text: yaml };
  const clocks = agents.map(
    (agent): ClockEntry => ({
      kind: 'clock',
      receivedAt,
      agent,
      epoch: 1,
      anchor: unixMicros(START),
      at: epochMicros(0),
      offsetUs: microseconds(0),
      errorUs: microseconds(100),
    }),
  );
  return [config, ...clocks];
}

/** Batches as they come when nothing is late. */
export const inTime = (batches: readonly ResultBatch[]): BatchEntry[] =>
  batches.map((batch) => ({ kind: 'batch', receivedAt: unixMicros(START + batch.sequence * 1e6 + 50_000), batch }));

/** Feeds entries, keeping clocks as the read model does. */
export function feed(entries: readonly LogEntry[], notices = createNotices(), clocks = new Map<string, ClockTrack>()) {
  const found = new Map<string, Finding>();
  const changes: FindingChange[] = [];
  for (const entry of entries) {
    if (entry.kind === 'clock') {
      const track = clocks.get(entry.agent) ?? [];
      addSample(track, sampleOf(entry));
      clocks.set(entry.agent, track);
    }
    for (const change of notices.apply(entry, clocks)) {
      changes.push(change);
      if (change.kind === 'withdrawn') found.delete(change.finding.id);
      else found.set(change.finding.id, change.finding);
    }
  }
  const told = [...found.values()]
    .filter((finding): finding is Notice => 'text' in finding)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return { notices, clocks, changes, told, texts: told.map(({ text }) => text) };
}

/** Every `step` seconds from … to before. */
export const every = (step: number, from: number, to: number, make: (second: number) => Exchange): Exchange[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, n) => make(from + n * step));

export const PAIR = `
groups:
  - name: corsham-dhcp
    mode: hot-standby
    servers:
      - { name: primary, address: 10.77.1.2, role: primary }
      - { name: standby, address: 10.77.2.2, role: standby }
sites: [{ name: corsham }, { name: leeds }]
`;
