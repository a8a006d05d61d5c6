/**
 * What is wrong with the service of a group: nobody serves, one that should does not, two do, one does in part. The states are
 * those that `status` shows, live; what they amount to is read half by half, as verdicts read them. All of a half's troubles
 * have one cause: when the primary dies there is a gap, then a failover, and one person to call once.
 *
 * A server that never served is no news when it does not: it was not there when the watch began. Rejected: transitions as
 * triggers. They are rewritten by late results, and a state says by itself when it is over.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { lengthText } from '../answers/clock-text.ts';
import { clientsText, isServed } from '../answers/event-text.ts';
import type { Finding, Interval } from '../finding.ts';
import { dutyOf, halfState, halvesOf, isOfHalf, type Seat } from '../verdicts/group-state.ts';
import { seatsOf } from '../verdicts/overlay.ts';
import type { GroupView, ServerView, VerdictsView } from '../verdicts/views.ts';
import { listText } from '../words.ts';
import { type Assessment, type Condition, condition, conditionKey, overlapCause, serviceCause } from './condition.ts';
import { momentText } from './moment-text.ts';
import { unservedSince } from './site-conditions.ts';

export interface GroupSources {
  /** With the live overlay. */
  readonly verdicts: VerdictsView;
  /** The timeline, for when gaps and overlaps began. */
  readonly findings: () => Iterable<Finding>;
  /** IANA name of the zone that times are told in. */
  readonly zone: string;
}

/** A server in one half. */
interface Member {
  readonly server: ServerView;
  readonly seat: Seat;
  readonly since: UnixMicros | null;
  readonly lastServedAt: UnixMicros | null;
}

interface Half {
  readonly group: GroupView;
  readonly bucket: number | null;
  readonly members: readonly Member[];
  readonly sources: GroupSources;
}

export function groupConditions(sources: GroupSources): Assessment {
  const { groups } = sources.verdicts;
  const read = groups.flatMap((group) => [
    together(halvesOfGroup(sources, group).map(readHalf), group.group, serversOf(sources.verdicts, group)),
    readDegraded(sources, group),
  ]);
  return {
    conditions: read.flatMap(({ conditions }) => conditions),
    unsure: new Set(read.flatMap(({ unsure }) => [...unsure])),
  };
}

function halvesOfGroup(sources: GroupSources, group: GroupView): readonly Half[] {
  const members = serversOf(sources.verdicts, group).flatMap((server) =>
    seatsOf(server).map((seat): Member => {
      const own = server.buckets.find(({ bucket }) => bucket === seat.bucket) ?? server;
      return { server, seat, since: own.since?.at ?? null, lastServedAt: own.lastServedAt };
    }),
  );
  const posts = members.map(({ seat }) => seat);
  return halvesOf(group.mode, posts).map((bucket) => ({
    group,
    bucket,
    members: members.filter(({ seat }) => isOfHalf(seat, bucket)),
    sources,
  }));
}

/** A gap of every half is one of the whole group. */
function together(halves: readonly Assessment[], group: string, servers: readonly ServerView[]): Assessment {
  const conditions = halves.flatMap((half) => half.conditions);
  const unsure = new Set(halves.flatMap((half) => [...half.unsure]));
  if (halves.length < 2) return { conditions, unsure };
  const gaps = conditions.filter(({ kind }) => kind === 'gap').sort((a, b) => b.since - a.since);
  if (unsure.size > 0) for (const { server } of servers) unsure.add(conditionKey('gap', group, server));
  const [last] = gaps;
  if (last === undefined || gaps.length < halves.length) return { conditions, unsure };
  const key = conditionKey('gap', group, last.server);
  const whole = { ...last, key, cause: serviceCause(group), wider: null, rank: 3, clients: null };
  const summary = `${group}: no server serves anybody; ${gaps.map((gap) => gap.summary.replace(`${group}: `, '')).join('; ')}`;
  return { conditions: [{ ...whole, summary }, ...conditions.filter(({ kind }) => kind !== 'gap')], unsure };
}

const serversOf = ({ servers }: VerdictsView, { group }: GroupView): readonly ServerView[] =>
  servers.filter((server) => server.group === group);

const serves = ({ seat }: Member): boolean => isServed(seat.state);
const everServed = ({ lastServedAt }: Member): boolean => lastServedAt !== null;
const owes = ({ group }: Half, { seat }: Member): boolean => dutyOf(group.mode, seat) === 'serves';

function readHalf(half: Half): Assessment {
  const { group, bucket, members } = half;
  const seats = members.map(({ seat }) => seat);
  const state = halfState(group.mode, bucket, seats);
  const unsure = new Set<string>();
  if (state === 'unknown') unsure.add(keyOf(half, 'overlap'));
  if (state === 'unknown') for (const member of members) unsure.add(keyOf(half, 'gap', member));
  for (const member of members)
    if (owes(half, member) && member.seat.state === 'unknown') unsure.add(keyOf(half, 'server', member));
  const conditions = [
    ...(state === 'gap' && members.some(everServed) ? [gapOf(half)] : []),
    ...(state === 'overlap' ? [overlapOf(half)] : []),
    ...members.filter((one) => owes(half, one) && isLost(one)).map((one) => lostServer(half, one)),
  ];
  return { conditions, unsure };
}

const isLost = (member: Member): boolean => member.seat.state === 'non-serving' && everServed(member);

const keyOf = ({ group, bucket }: Half, kind: 'gap' | 'overlap' | 'server', member?: Member): string =>
  conditionKey(kind, group.group, member?.server.server ?? null, bucket === null ? null : `bucket-${bucket}`);

const common = ({ group, bucket }: Half) => ({
  group: group.group,
  cause: bucket === null ? serviceCause(group.group) : `${serviceCause(group.group)} bucket-${bucket}`,
  wider: bucket === null ? null : serviceCause(group.group),
  isCarried: true,
  clients: bucket === null ? null : clientsText(bucket),
});

const whose = ({ bucket }: Half): string => (bucket === null ? '' : ` ${clientsText(bucket)}`);

/**
 * A gap is named by who was lost last. When the primary dies, the standby takes over, and an hour later dies too, that is another
 * gap, and another page.
 */
function gapOf(half: Half): Condition {
  const { group, members, sources } = half;
  const [lost] = [...members].sort((a, b) => (b.lastServedAt ?? 0) - (a.lastServedAt ?? 0));
  const began = members.map(({ since }) => since ?? 0);
  const since = openSince(half, 'gap') ?? unixMicros(Math.max(...began));
  const last = unixMicros(Math.max(...members.map(({ lastServedAt }) => lastServedAt ?? 0)));
  const text = `no server serves${whose(half)} since ${momentText(since, sources.zone)}`;
  const evidence = `last answer ${momentText(last, sources.zone)}; ${reasonsOf(members)}`;
  const summary = `${group.group}: ${text}`;
  const key = keyOf(half, 'gap', lost);
  const server = lost?.server.server ?? null;
  return condition({ ...common(half), key, kind: 'gap', server, rank: 2, since, summary, evidence });
}

const reasonsOf = (members: readonly Member[]): string =>
  members.map(({ server }) => `${server.server}: ${server.reason ?? server.state}`).join(', ');

function overlapOf(half: Half): Condition {
  const { group, members, sources } = half;
  const both = members.filter(serves);
  const since = openSince(half, 'overlap') ?? unixMicros(Math.max(...both.map(({ since }) => since ?? 0)));
  const names = listText(both.map(({ server }) => server.server));
  const summary = `${group.group}: ${names} serve${whose(half)} at once since ${momentText(since, sources.zone)}`;
  return condition({
    ...common(half),
    cause: overlapCause(group.group),
    wider: null,
    isCarried: false,
    key: keyOf(half, 'overlap'),
    kind: 'overlap',
    since,
    summary,
  });
}

/** One that should serve and does not: who does in its place says how bad it is. */
function lostServer(half: Half, member: Member): Condition {
  const { group, members, sources } = half;
  const { server } = member;
  const since = member.since ?? server.since?.at ?? unixMicros(0);
  const lost = `${server.server} does not serve${whose(half)} since ${momentText(since, sources.zone)}`;
  const others = members.filter((one) => one !== member && serves(one));
  const summary = `${group.group}: ${lost}; ${othersText(half, others, since)}`;
  const { reason, evidence } = server;
  const place = { ...common(half), server: server.server };
  return condition({
    ...place,
    key: keyOf(half, 'server', member),
    kind: 'server',
    rank: 1,
    since,
    summary,
    evidence: evidence ?? reason,
    sites: sitesWith(sources.verdicts, server, (state) => state === 'non-serving'),
  });
}

function othersText(half: Half, others: readonly Member[], lostAt: UnixMicros): string {
  if (others.length === 0) return 'nobody serves in its place';
  return others.map((one) => `${one.server.server} ${servesText(half, one, lostAt)}`).join(', ');
}

/** "serves since 11:36:57 (50.9s without service)": one that took over; others serve as they did before. */
function servesText(half: Half, member: Member, lostAt: UnixMicros): string {
  const { since, seat } = member;
  const word = seat.state === 'degraded' ? 'serves in part' : 'serves';
  if (since === null || owes(half, member) || since < lostAt) return word;
  const gap = gapBefore(half, since);
  const without = gap === null ? '' : ` (${lengthText(gap)} without service)`;
  return `${word} since ${momentText(since, half.sources.zone)}${without}`;
}

const isOfThis = ({ group, bucket }: Half, finding: Finding, kind: Interval['kind']): finding is Interval =>
  finding.kind === kind && finding.group === group.group && finding.bucket === bucket;

function openSince(half: Half, kind: Interval['kind']): UnixMicros | null {
  const open = intervals(half, kind).filter(({ end }) => end === null);
  return open.length === 0 ? null : unixMicros(Math.min(...open.map(({ start }) => start.at)));
}

/** How long the gap was that a takeover ended, ms. */
const gapBefore = (half: Half, at: UnixMicros): number | null =>
  intervals(half, 'gap').find(({ end }) => end !== null && end.at === at)?.durationMs ?? null;

function intervals(half: Half, kind: Interval['kind']): readonly Interval[] {
  const found: Interval[] = [];
  for (const finding of half.sources.findings()) if (isOfThis(half, finding, kind)) found.push(finding);
  return found;
}

const sitesWith = ({ paths }: VerdictsView, { group, server, bucket }: ServerView, is: (state: string) => boolean) =>
  paths
    .filter((path) => path.group === group && path.server === server && path.bucket === bucket && is(path.state))
    .map(({ site }) => site)
    .sort();

/** Servers that answer in part: all of a group's together, for what slows or loses is most often between. */
function readDegraded({ verdicts, zone }: GroupSources, group: GroupView): Assessment {
  const key = conditionKey('degraded', group.group);
  const servers = serversOf(verdicts, group);
  const unserved = new Set(
    verdicts.sites
      .filter((one) => one.group === group.group && unservedSince(verdicts, one) !== null)
      .map(({ site }) => site),
  );
  const ill = servers.flatMap((server) => {
    if (server.state !== 'degraded') return [];
    const sites = sitesWith(verdicts, server, (state) => state === 'non-serving' || state === 'degraded');
    // Nothing but sites that nobody serves: those are alerts of their own.
    const isTold = server.reason === 'some-sites' && sites.every((site) => unserved.has(site));
    return isTold ? [] : [{ server, sites }];
  });
  const unsure = new Set(servers.some(({ state }) => state === 'unknown') && ill.length === 0 ? [key] : []);
  if (ill.length === 0) return { conditions: [], unsure };
  const since = unixMicros(Math.min(...ill.map(({ server }) => server.since?.at ?? 0)));
  const names = listText(ill.map(({ server }) => server.server));
  const summary = `${group.group}: ${names} ${ill.length === 1 ? 'is' : 'are'} degraded since ${momentText(since, zone)}`;
  const evidence = ill.map(({ server }) => `${server.server}: ${server.evidence ?? server.reason ?? ''}`).join('; ');
  const sites = [...new Set(ill.flatMap((one) => one.sites))].sort();
  const told = { group: group.group, cause: serviceCause(group.group), since, summary, evidence, sites };
  return { conditions: [condition({ key, kind: 'degraded', ...told })], unsure };
}
