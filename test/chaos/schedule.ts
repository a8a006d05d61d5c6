/**
 * What goes wrong, and when: a pure function of seed, minutes and topology, so that a seed on a failing run's last line is
 * all that repeats it. Each part has a lane with a generator of its own: a fault added to one lane moves no other, and two
 * faults of one lane never overlap. Drawing faults one after another from one generator was refused for that reason.
 *
 * A run is a calm head (the pair is seen normal), the faults, and a quiet tail in which backlogs drain and late history is
 * folded. The first fault of the servers is always a failover that the first site watches undisturbed: its truth is clear.
 */
import type { Weather } from '../lab/weather.ts';
import { seeded } from '../simulation/random.ts';

/** Parts of the lab that faults befall. Sites are numbered from 0. */
export type Target = 'primary' | 'standby' | 'collector' | 'influxd' | `agent${number}` | `wan${number}`;

/** One fault: from `atMs` to `untilMs` after the start. `kill` is kill -9 and a new start; `pause` SIGSTOP and SIGCONT. */
export type Fault = { readonly target: Target; readonly atMs: number; readonly untilMs: number } & (
  | { readonly kind: 'kill' | 'pause' | 'cut' | 'full-disk' }
  | { readonly kind: 'weather'; readonly weather: Weather }
  | { readonly kind: 'clock'; readonly stepMs: number }
);

export type FaultKind = Fault['kind'];

/** What there is to break. `kinds` leaves faults out; all of them when absent. */
export interface Topology {
  readonly sites: number;
  readonly hasInflux: boolean;
  readonly kinds?: readonly FaultKind[];
}

export interface Schedule {
  /** By `atMs`. */
  readonly faults: readonly Fault[];
  /** Every fault has ended by then. */
  readonly quietFromMs: number;
  readonly untilMs: number;
}

/** Before the first fault: the standby is known silent after its first drops. */
export const HEAD_MS = 12_000;
/** After the last: longer than an agent's longest wait for a reconnect (30 s), and the silence limit. */
export const TAIL_MS = 45_000;
/** A run shorter than this has no room for a failover and a fail-back between head and tail. */
export const MINUTES_MIN = 1.75;
export const MINUTES_MAX = 24 * 60;
/** A pair needs this long after a fault to be a pair again, with the lab's short HA timers. */
export const PAIR_RECOVERY_MS = 16_000;
/** How long the first site is left alone before the first failover. */
const CLEAR_BEFORE_MS = 4_000;

type Dice = () => number;
type Span = { readonly atMs: number; readonly untilMs: number };

/** A lane: whose faults exclude each other, how long each kind lasts, how long it rests between two. */
interface Lane {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly lastsMs: Partial<Readonly<Record<FaultKind, readonly [number, number]>>>;
  readonly restsMs: readonly [number, number];
}

/** A takeover takes six seconds with the lab's timers: some faults of a server are too short for one, most are not. */
const SERVERS: Lane = {
  name: 'servers',
  targets: ['primary', 'primary', 'standby'],
  lastsMs: { kill: [3_000, 18_000], pause: [3_000, 16_000] },
  restsMs: [PAIR_RECOVERY_MS, 30_000],
};
const COLLECTOR: Lane = {
  name: 'collector',
  targets: ['collector'],
  lastsMs: { kill: [500, 12_000], pause: [1_000, 12_000], 'full-disk': [4_000, 15_000] },
  restsMs: [4_000, 20_000],
};
const INFLUXD: Lane = {
  name: 'influxd',
  targets: ['influxd'],
  lastsMs: { kill: [1_000, 20_000], pause: [1_000, 20_000], 'full-disk': [4_000, 15_000] },
  restsMs: [4_000, 20_000],
};
const agentLane = (site: number): Lane => ({
  name: `agent${site}`,
  targets: [`agent${site}`],
  lastsMs: { kill: [500, 8_000], pause: [500, 8_000], 'full-disk': [4_000, 15_000] },
  restsMs: [8_000, 40_000],
});
/** A wall clock steps whatever else its host goes through. */
const clockLane = (site: number): Lane => ({
  name: `clock${site}`,
  targets: [`agent${site}`],
  lastsMs: { clock: [5_000, 40_000] },
  restsMs: [5_000, 20_000],
});
const wanLane = (site: number): Lane => ({
  name: `wan${site}`,
  targets: [`wan${site}`],
  lastsMs: { cut: [1_000, 25_000], weather: [5_000, 30_000] },
  restsMs: [8_000, 40_000],
});

/** @param seed 32 bits @param minutes whole length, MINUTES_MIN … MINUTES_MAX */
export function scheduleOf(seed: number, minutes: number, topology: Topology): Schedule {
  const untilMs = Math.round(minutes * 60_000);
  const quietFromMs = untilMs - TAIL_MS;
  const first = firstFailover(diceOf(seed, 'failover'), quietFromMs);
  const clear = { atMs: first.atMs - CLEAR_BEFORE_MS, untilMs: first.untilMs + PAIR_RECOVERY_MS };
  const sites = Array.from({ length: topology.sites }, (_, site) => site);
  const later = [
    ...faultsOf(SERVERS, seed, quietFromMs - PAIR_RECOVERY_MS, [{ ...clear, atMs: 0 }]),
    ...faultsOf(COLLECTOR, seed, quietFromMs, []),
    ...(topology.hasInflux ? faultsOf(INFLUXD, seed, quietFromMs, []) : []),
    ...sites.flatMap((site) =>
      [agentLane(site), clockLane(site), wanLane(site)].flatMap((lane) =>
        faultsOf(lane, seed, quietFromMs, site === 0 ? [clear] : []),
      ),
    ),
  ].filter(({ kind }) => topology.kinds?.includes(kind) ?? true);
  const faults = [first, ...later].sort((a, b) => a.atMs - b.atMs || (a.target < b.target ? -1 : 1));
  return { faults, quietFromMs, untilMs };
}

function firstFailover(dice: Dice, quietFromMs: number): Fault {
  const atMs = HEAD_MS + between(dice, [0, 6_000]);
  // Long enough for the takeover, short enough for the fail-back to be over when the tail begins.
  const lastsMs = Math.min(between(dice, [11_000, 15_000]), quietFromMs - PAIR_RECOVERY_MS - atMs);
  return { kind: 'kill', target: 'primary', atMs, untilMs: atMs + lastsMs };
}

function faultsOf(lane: Lane, seed: number, endMs: number, clear: readonly Span[]): Fault[] {
  const dice = diceOf(seed, lane.name);
  const faults: Fault[] = [];
  let atMs = HEAD_MS + between(dice, [0, lane.restsMs[1]]);
  while (atMs < endMs) {
    const fault = faultAt(lane, dice, atMs);
    const hindrance = clear.find((span) => fault.atMs < span.untilMs && span.atMs < fault.untilMs);
    if (hindrance === undefined && fault.untilMs <= endMs) faults.push(fault);
    atMs = (hindrance?.untilMs ?? fault.untilMs) + between(dice, lane.restsMs);
  }
  return faults;
}

function faultAt(lane: Lane, dice: Dice, atMs: number): Fault {
  const target = pick(dice, lane.targets);
  const [kind, lastsMs] = pick(dice, Object.entries(lane.lastsMs) as [FaultKind, readonly [number, number]][]);
  const span = { target, atMs, untilMs: atMs + between(dice, lastsMs) };
  // Drawn in any case, so that the kind of one fault does not move those after it.
  const [weather, stepMs] = [weatherOf(dice), stepOf(dice)];
  if (kind === 'weather') return { ...span, kind, weather };
  return kind === 'clock' ? { ...span, kind, stepMs } : { ...span, kind };
}

function weatherOf(dice: Dice): Weather {
  const sometimes = (ratio: number): number => (dice() < 0.5 ? 0 : dice() * ratio);
  return {
    loss: sometimes(0.3),
    duplicate: sometimes(0.2),
    reorder: sometimes(0.3),
    reorderMs: between(dice, [5, 400]),
    delayMs: dice() < 0.5 ? 0 : between(dice, [5, 250]),
  };
}

function stepOf(dice: Dice): number {
  return between(dice, [500, 120_000]) * (dice() < 0.5 ? -1 : 1);
}

function between(dice: Dice, [least, most]: readonly [number, number]): number {
  return Math.round(least + dice() * (most - least));
}

function pick<Item>(dice: Dice, items: readonly Item[]): Item {
  const item = items[Math.floor(dice() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** A generator for each name, FNV-1a of the name mixed into the seed. */
function diceOf(seed: number, name: string): Dice {
  let hash = 0x811c9dc5;
  for (const octet of Buffer.from(name)) hash = Math.imul(hash ^ octet, 0x01000193);
  return seeded((seed ^ hash) >>> 0);
}
