/**
 * What each mode asks of each server, and what a group's servers amount to at one moment. In load balancing the clients are
 * halved by the RFC 3074 hash: bucket 0 is the primary's, bucket 1 the secondary's, and each half is read like a hot-standby
 * pair of its own, the second with the roles swapped.
 *
 * Rejected: one state a server over both buckets. Half of what it is asked goes unanswered when all is well, and more when
 * it has died is what partner-down looks like.
 */
import type { Mode, Role } from '../config/config.ts';
import type { GroupState, State } from '../finding.ts';

/** `serves` always; `stands-by` until the one that serves is gone; `backs-up`: never by itself, only when a person has it so. */
export type Duty = 'serves' | 'stands-by' | 'backs-up';

/** A server as far as its duty goes: its role, and whose clients it is asked about (null outside load balancing). */
export interface Post {
  readonly role: Role;
  readonly bucket: number | null;
}

/** A post and how it is filled. */
export interface Seat extends Post {
  readonly state: State;
}

const OWNERS: readonly Role[] = ['primary', 'secondary'];

/** @returns the hash bucket of a server's own clients (Kea numbers the active servers: primary, secondary); null without any */
export function ownBucket(mode: Mode, role: Role): number | null {
  const bucket = mode === 'load-balancing' ? OWNERS.indexOf(role) : -1;
  return bucket < 0 ? null : bucket;
}

/** @returns the buckets that a server is asked about: both, so that a takeover shows; null: no clients in particular */
export const bucketsAsked = (mode: Mode, role: Role): readonly (number | null)[] =>
  ownBucket(mode, role) === null ? [null] : [0, 1];

/** @returns the role whose clients a bucket holds */
export const ownerOf = (bucket: number): Role => OWNERS[bucket] ?? 'server';

/** @returns whose clients a bucket's are to a server of a load-balancing group */
export const clientsOf = (role: Role, bucket: number): 'own' | 'partner' =>
  ownerOf(bucket) === role ? 'own' : 'partner';

/** What a mode asks of a server; where nobody says whose clients were asked for, both of a load-balancing pair serve. */
export function dutyOf(mode: Mode, { role, bucket }: Post): Duty {
  if (mode === 'independent') return 'serves';
  if (role === 'backup') return 'backs-up';
  if (mode === 'load-balancing') return bucket === null || ownerOf(bucket) === role ? 'serves' : 'stands-by';
  if (role === 'primary') return 'serves';
  return mode === 'passive-backup' ? 'backs-up' : 'stands-by';
}

/** @returns what its duty lets expect of a server while all is well */
export const expectedOf = (mode: Mode, post: Post): 'serving' | 'silent' =>
  dutyOf(mode, post) === 'serves' ? 'serving' : 'silent';

/** Whether a group's servers are all needed at once, each for what it has: nobody takes over, and two that serve are no overlap. */
export const isShared = (mode: Mode, bucket: number | null): boolean =>
  mode === 'independent' || (mode === 'load-balancing' && bucket === null);

/** The halves that a group is read in: one a bucket, or one in all. */
export const halvesOf = (mode: Mode, posts: readonly Post[]): readonly (number | null)[] =>
  mode === 'load-balancing' && posts.some(({ bucket }) => bucket !== null) ? [0, 1] : [null];

/** Whether a server has a say in a half: a backup is asked for nobody's clients in particular, and would answer anybody's. */
export const isOfHalf = ({ role, bucket }: Post, half: number | null): boolean =>
  half === null || bucket === half || (bucket === null && role === 'backup');

export type Service = 'serves' | 'silent' | 'unknown';

export const service = (state: State): Service =>
  state === 'unknown' ? 'unknown' : state === 'non-serving' ? 'silent' : 'serves';

/** A backup that nobody has heard of serves nobody: it does not do so by itself. */
export const serviceOf = (mode: Mode, seat: Seat): Service =>
  seat.state === 'unknown' && dutyOf(mode, seat) === 'backs-up' ? 'silent' : service(seat.state);

/** One that serves, and others whose silence is by design. */
function oneServes(mode: Mode, seats: readonly Seat[]): GroupState {
  const owner = seats.find((seat) => dutyOf(mode, seat) === 'serves')?.state ?? 'unknown';
  const others = seats.filter((seat) => dutyOf(mode, seat) !== 'serves').map((seat) => serviceOf(mode, seat));
  const rest: Service = others.includes('serves') ? 'serves' : others.includes('unknown') ? 'unknown' : 'silent';
  const own = service(owner);
  if (own === 'unknown') return 'unknown';
  if (own === 'serves' && rest === 'serves') return 'overlap';
  if (own === 'serves') return owner === 'degraded' ? 'degraded' : 'normal';
  if (rest === 'serves') return seats.some(({ state }) => state === 'degraded') ? 'degraded' : 'failed-over';
  return rest === 'silent' ? 'gap' : 'unknown';
}

/** Equals: all needed, so one that does not serve is a degraded group, and none that does is a gap. */
function allServe(mode: Mode, seats: readonly Seat[]): GroupState {
  const services = seats.map((seat) => serviceOf(mode, seat));
  if (services.length === 0 || services.every((s) => s === 'unknown')) return 'unknown';
  if (services.every((s) => s === 'silent')) return 'gap';
  if (services.includes('silent') || seats.some(({ state }) => state === 'degraded'))
    return services.includes('serves') ? 'degraded' : 'unknown';
  return services.includes('unknown') ? 'unknown' : 'normal';
}

/** @returns the state that the seats of one half amount to, before any look at single sites */
export const halfState = (mode: Mode, half: number | null, seats: readonly Seat[]): GroupState =>
  isShared(mode, half) ? allServe(mode, seats) : oneServes(mode, seats);

const WORST_FIRST: readonly GroupState[] = ['gap', 'overlap', 'unknown', 'degraded', 'failed-over', 'normal'];

/** Halves together: what is wrong with one is wrong with the group; without news of one nothing good is said of it. */
export const wholeState = (halves: readonly GroupState[]): GroupState =>
  WORST_FIRST.find((state) => halves.includes(state)) ?? 'unknown';

/** @returns the state of a group whose servers stand so */
export const groupState = (mode: Mode, seats: readonly Seat[]): GroupState =>
  wholeState(
    halvesOf(mode, seats).map((half) =>
      halfState(
        mode,
        half,
        seats.filter((seat) => isOfHalf(seat, half)),
      ),
    ),
  );

const isUnserved = (mode: Mode, half: readonly Seat[]): boolean =>
  half.some(({ state }) => state === 'non-serving') && half.every((seat) => serviceOf(mode, seat) === 'silent');

/** Whether a site's clients are served, by its own paths: all of them by anybody; in load balancing, each half. */
export function siteState(mode: Mode, seats: readonly Seat[]): 'served' | 'unserved' | 'unknown' {
  const halves = halvesOf(mode, seats).map((half) => seats.filter((seat) => isOfHalf(seat, half)));
  if (halves.every((half) => half.some(({ state }) => service(state) === 'serves'))) return 'served';
  return halves.some((half) => isUnserved(mode, half)) ? 'unserved' : 'unknown';
}
