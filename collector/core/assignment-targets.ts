/**
 * What one agent is told to send, target by target: every server of every group by the buckets its mode has, whole DORAs beside
 * DOs, sweeps over the site's subnets, and the clients' own way. All of it comes out of the one rate that a server is given.
 *
 * Rejected: a rate a target. A second bucket, a sweep or a second group at the same address would each multiply the load, and
 * nobody who reads "rate: 10/s" would expect it.
 */
import { PLAIN_TARGET, type Target } from '../../shared/core/assignment.ts';
import type { ExchangeKind } from '../../shared/core/outcome.ts';
import type {
  CollectorConfig,
  GroupConfig,
  Mode,
  ProbeConfig,
  Role,
  ServerConfig,
  SiteConfig,
} from './config/config.ts';
import { isPaused, type Steering, UNSTEERED } from './steering.ts';

/** Place of one agent among all. */
export interface Seat {
  readonly site: SiteConfig;
  /** 0 … seats − 1, in the order of sites and of names within one. */
  readonly seat: number;
  readonly seats: number;
  /** This agent's part of what is asked of a group's server, exchanges a second: of all targets at it together. */
  rateAt(group: GroupConfig, server: ServerConfig): number;
  /** Broadcasts a second in client role; 0: another agent of the site sends them, or none does. */
  readonly clientRate: number;
}

/** An agent's targets. Those paused are left out, and their rate goes to nobody else: a pause makes load less, never moves it. */
export function targetsOf(config: CollectorConfig, at: Seat, steering: Steering): readonly Target[] {
  const drafts = config.groups.flatMap((group) =>
    group.servers.map((server) => serverDrafts(config.probe, { group, server, at, steering })),
  );
  // Bucket by bucket, so that each server hears its buckets half a period apart.
  const even = turns(drafts.map(({ train }) => train));
  const beside = [
    ...turns(drafts.map(({ doras }) => doras)),
    ...drafts.flatMap(({ sweeps }) => sweeps),
    ...clientDrafts(at),
  ];
  const place = (draft: Draft, slot: number): Target => ({ ...draft, phase: (at.seat + slot) / at.seats });
  const placed = [
    ...even.map((draft, index) => place(draft, index / even.length)),
    ...beside.map((draft, index) => place(draft, slotBeside(index, beside.length, even.length))),
  ];
  return placed
    .filter(({ group, server }) => !isPaused(steering.paused, { group, server, site: at.site.name }))
    .map((target) => (isRaised(target, steering) ? { ...target, raiseSecs: true } : target));
}

/** A scope that nobody has is never answered: its secs would tell Kea of clients in need that do not exist. */
const isRaised = ({ group, scopes, interface: on }: Target, { raised }: Steering): boolean =>
  raised.includes(group) && scopes.length === 0 && on === null;

/** As many targets as one agent is given at the site that asks for the most. */
export function targetsAtMost(config: CollectorConfig): number {
  const weight = ({ subnets, client }: SiteConfig): number => Math.min(1, subnets.length) + (client === null ? 0 : 1);
  const site = config.sites.reduce((most, one) => (weight(one) > weight(most) ? one : most));
  return targetsOf(config, { site, seat: 0, seats: 1, rateAt: () => 1, clientRate: 1 }, UNSTEERED).length;
}

type Draft = Omit<Target, 'phase'>;

interface ServerAt {
  readonly group: GroupConfig;
  readonly server: ServerConfig;
  readonly at: Seat;
  readonly steering: Steering;
}

interface ServerDrafts {
  /** The path's own exchanges, all at one rate. */
  readonly train: readonly Draft[];
  /** Whole DORAs beside them. */
  readonly doras: readonly Draft[];
  readonly sweeps: readonly Draft[];
}

function serverDrafts(probe: ProbeConfig, { group, server, at, steering }: ServerAt): ServerDrafts {
  const isScarce = steering.scarce.some((one) => one.group === group.name && one.server === server.name);
  const bucketed = buckets(group.mode, server.role);
  const rate = at.rateAt(group, server);
  const sweepShare = isSwept(group, server, at.site) ? probe.sweep.share : 0;
  const own = (rate * (1 - sweepShare)) / bucketed.length;
  const parts = kindParts(probe, isScarce);
  const base = { group: group.name, server: server.name, address: server.address, sources: server.sources };
  const plain = { ...PLAIN_TARGET, selection: probe.sweep.selection };
  const probeSubnet = group.probeSubnet ?? at.site.probeSubnet;
  const paths = ({ kind, part }: KindPart): Draft[] =>
    bucketed.map((bucket) => ({ ...base, bucket, kind, ratePerSecond: own * part, ...plain, probeSubnet }));
  const sweepKind: ExchangeKind = isScarce ? 'do' : probe.sweep.kind;
  const scopes = at.site.subnets;
  const sweep: Draft = {
    ...base,
    bucket: ownBucket(group.mode, server.role),
    kind: sweepKind,
    ratePerSecond: rate * sweepShare,
    ...plain,
    scopes,
  };
  return {
    train: parts.slice(0, 1).flatMap(paths),
    doras: parts.slice(1).flatMap(paths),
    sweeps: sweepShare > 0 ? [sweep] : [],
  };
}

/** Both buckets are asked of both servers: a takeover shows in the bucket that is not the server's own. A backup has none. */
const buckets = (mode: Mode, role: Role): readonly (number | null)[] =>
  mode === 'load-balancing' && role !== 'backup' ? [0, 1] : [null];

/** A sweep asks with the bucket that the server answers when all is well: the primary's is 0, the secondary's 1. */
function ownBucket(mode: Mode, role: Role): number | null {
  if (mode !== 'load-balancing' || role === 'backup') return null;
  return role === 'primary' ? 0 : 1;
}

/** A standby is swept too, since it serves after a failover; a backup never serves, so its silence about scopes says nothing. */
const isSwept = (group: GroupConfig, { role }: ServerConfig, site: SiteConfig): boolean =>
  site.subnets.length > 0 && role !== 'backup' && (site.group === null || site.group === group.name);

interface KindPart {
  readonly kind: ExchangeKind;
  /** Of the path's rate; all together 1. */
  readonly part: number;
}

/** How a path's rate is divided over DO and DORA, the train's kind first. */
function kindParts({ kind, ratePerSecond, doraRatePerSecond }: ProbeConfig, isScarce: boolean): readonly KindPart[] {
  if (isScarce) return [{ kind: 'do', part: 1 }];
  const doras = kind === 'dora' ? 1 : Math.min(1, (doraRatePerSecond ?? 0) / ratePerSecond);
  const both: readonly KindPart[] = [
    { kind: 'do', part: 1 - doras },
    { kind: 'dora', part: doras },
  ];
  return both.filter(({ part }) => part > 0);
}

/** Client role speaks of no server and holds no lease: a DO, to whoever hears a broadcast there. */
function clientDrafts({ site: { client }, clientRate }: Seat): readonly Draft[] {
  if (client === null || clientRate <= 0) return [];
  const path = { group: client.group, server: '', address: '255.255.255.255', sources: [], bucket: null };
  return [{ ...path, kind: 'do', ratePerSecond: clientRate, ...PLAIN_TARGET, interface: client.interface }];
}

/** First of each, then second of each, and so on. */
function turns(lists: readonly (readonly Draft[])[]): readonly Draft[] {
  const rounds = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: rounds }, (_, round) => lists.flatMap((list) => list[round] ?? [])).flat();
}

/**
 * What goes beside the train stands between its exchanges, each in a place of its own: at 1/4 … 3/4 of a slot.
 * @returns 0 < slot < 1, no whole multiple of 1/slots
 */
function slotBeside(index: number, count: number, slots: number): number {
  const within = 0.25 + (0.5 * (index + 0.5)) / count;
  return (Math.floor((index * slots) / count) + within) / Math.max(1, slots);
}
