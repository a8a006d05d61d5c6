/**
 * A collector's state directory as it is after a month of a whole fleet: findings in its read model, rollups by the hour. Both
 * are written by the collector's own stores and from there on are its own: what is invented are the findings, not the answers.
 *
 * Rejected: a month of batches through the fold, which is 700 million of them.
 */
import { writeFileSync } from 'node:fs';
import { createReadModel } from '../../collector/core/answers/read-model.ts';
import type { Bracket, Finding } from '../../collector/core/finding.ts';
import { emptyRollup } from '../../collector/core/rollup/rollup.ts';
import { ALL_SITES, RESOLUTION_US, type RollupAddition } from '../../collector/core/rollup/rollup-fold.ts';
import { addToSketch } from '../../collector/core/rollup/sketch.ts';
import { findingId } from '../../collector/core/verdicts/finding-id.ts';
import { openRollupStore } from '../../collector/io/rollup-store.ts';
import { createSnapshotStore } from '../../collector/io/snapshot-store.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { siteName } from './fleet-shape.ts';

export interface MonthSize {
  readonly sites: number;
  readonly days: number;
  /** Stops of each path and server a day. */
  readonly stopsPerDay: number;
}

export interface MonthFilled {
  readonly config: string;
  readonly state: string;
  readonly findings: number;
  readonly rollups: number;
}

const GROUP = 'corsham-dhcp';
const SERVERS = ['primary', 'standby'] as const;
const DAY_US = 86_400e6;

/** The same for the same place and moment, and spread over 0–1. */
function dice(a: number, b: number): number {
  const x = Math.sin(a * 12.9898 + b * 78.233) * 43_758.5453;
  return x - Math.floor(x);
}

const yamlOf = (sites: number): string => `groups:
  - name: ${GROUP}
    mode: hot-standby
    servers:
      - { name: primary, address: 10.77.1.2, role: primary }
      - { name: standby, address: 10.77.2.2, role: standby }
sites: [${Array.from({ length: sites }, (_, site) => `{ name: ${siteName(site)} }`).join(', ')}]
`;

/** @param folder made by the caller @param now µs since 1970: where the month ends */
export async function fillMonth(folder: string, size: MonthSize, now: number): Promise<MonthFilled> {
  const [config, state] = [`${folder}/collector.yaml`, `${folder}/state`];
  writeFileSync(config, yamlOf(size.sites));
  const model = createReadModel(null);
  const findings = [null, ...sitesOf(size)].flatMap((site, place) => findingsOf({ site, place, now }, size));
  for (const finding of findings) model.timeline.change({ kind: 'found', finding, news: false });
  await createSnapshotStore(state).save(model.snapshot());
  const rows = rollupRows(size, now);
  const rollups = await openRollupStore(`${state}/rollups`);
  await rollups.add(rows, { next: 1, setAside: 0, state: '[]' });
  await rollups.close();
  return { config, state, findings: findings.length, rollups: rows.length };
}

const sitesOf = ({ sites }: MonthSize): readonly string[] => Array.from({ length: sites }, (_, site) => siteName(site));

interface Place {
  /** Null: the servers themselves, and their group. */
  readonly site: string | null;
  readonly place: number;
  readonly now: number;
}

/** A place sees the primary stop now and then, and the standby serve meanwhile; of the servers there are gaps and failovers, too. */
function findingsOf(at: Place, { days, stopsPerDay }: MonthSize): readonly Finding[] {
  const every = DAY_US / stopsPerDay;
  const began = at.now - days * DAY_US;
  const found: Finding[] = [turn(at, 0, 'serving', began - 60e6), turn(at, 1, 'non-serving', began - 60e6)];
  for (let stop = 0; stop < days * stopsPerDay; stop += 1) {
    const from = began + (stop + 0.8 * dice(at.place, stop)) * every;
    const taken = from + 3e6 + 2e6 * dice(at.place + 3, stop);
    const to = taken + 20e6 + dice(at.place + 7, stop) * 0.15 * every;
    found.push(turn(at, 0, 'non-serving', from), turn(at, 1, 'serving', taken));
    if (at.site === null) found.push(gap(from, taken), moved('failover', from, taken), moved('fail-back', to, to));
    found.push(turn(at, 0, 'serving', to), turn(at, 1, 'non-serving', to + 1e6));
  }
  return found;
}

const bracket = (at: number): Bracket => ({
  at: unixMicros(Math.round(at)),
  earliest: unixMicros(Math.round(at) - 74_213),
  latest: unixMicros(Math.round(at) + 74_213),
});

function turn({ site }: Place, server: 0 | 1, to: 'serving' | 'non-serving', at: number): Finding {
  const name = SERVERS[server];
  return {
    kind: 'transition',
    id: findingId('transition', GROUP, name, site, Math.round(at)),
    ...bracket(at),
    group: GROUP,
    server: name,
    site,
    bucket: null,
    from: to === 'serving' ? 'non-serving' : 'serving',
    to,
    reason: to === 'serving' ? 'answered' : server === 0 ? 'no-offer' : 'by-design',
    detectedAt: unixMicros(Math.round(at) + 4e6),
    sites: null,
    lossRatio: null,
    evidence: null,
    late: false,
  };
}

const named = (kind: string, at: number) => ({
  id: findingId(kind, GROUP, Math.round(at)),
  group: GROUP,
  bucket: null,
  detectedAt: unixMicros(Math.round(at) + 4e6),
  uncertaintyMs: 148,
  late: false,
});

const gap = (from: number, to: number): Finding => ({
  kind: 'gap',
  ...named('gap', from),
  start: bracket(from),
  end: bracket(to),
  durationMs: Math.round((to - from) / 1000),
});

function moved(kind: 'failover' | 'fail-back', stopped: number, began: number): Finding {
  const [from, to] = kind === 'failover' ? SERVERS : [...SERVERS].reverse();
  const ends = { from: from ?? '', to: to ?? '' };
  return { kind, ...named(kind, began), ...ends, start: bracket(began), gapMs: Math.round((began - stopped) / 1000) };
}

/** A row an hour for each path and for each server; of 3,600 exchanges a row keeps counts and the bins of its sketches. */
function rollupRows({ sites, days }: MonthSize, now: number): readonly RollupAddition[] {
  const rollup = emptyRollup();
  rollup.counts.acked = 3590;
  rollup.counts.droppedOffer = 10;
  for (let n = 0; n < 3590; n += 1) {
    const us = 42_000 + 4000 * dice(1, n) + (n % 100 === 0 ? 60_000 : 0);
    for (const stage of ['offer', 'ack', 'total'] as const) addToSketch(rollup.latency[stage], Math.round(us));
  }
  const hours = days * 24;
  const first = Math.floor(now / RESOLUTION_US.hour) - hours;
  const names = [ALL_SITES, ...sitesOf({ sites, days, stopsPerDay: 0 })];
  const rows: RollupAddition[] = [];
  for (let slot = first; slot <= first + hours; slot += 1)
    for (const server of SERVERS)
      for (const site of names)
        rows.push({ name: { resolution: 'hour', group: GROUP, slot, server, bucket: null, site }, rollup });
  return rows;
}
