/**
 * What a kind of notice is made of: which observations it takes from a batch, and how it reads them in order of event time.
 * A kind is a file with one such value; the fold around it (notices.ts) knows none of them, places and keeps the observations,
 * and compares what was said before with what is said now. So a result that comes late, or twice, or in another order, ends in the
 * same notices: they are a function of the set of observations.
 *
 * Rejected: kinds that remember what they told. Each would have to know how to take it back.
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import type { NoticeKind } from '../finding.ts';
import type { AnsweredAt, Level } from './answering.ts';
import type { Rules } from './rules.ts';

/** What a track of observations is about; what does not apply is null. */
export interface Place {
  readonly group: string;
  readonly server: string | null;
  readonly site: string | null;
  readonly scope: string | null;
  /** What else tells tracks of a kind apart: a field, an interface, an address. */
  readonly detail: string | null;
}

/** One thing that was seen at a place. Moments are collector time, µs. */
export interface Observation<V> {
  /** DISCOVER sent. */
  readonly at: number;
  /** When it could first be known: its answer came in, or its drop time passed. */
  readonly knownAt: number;
  /** Agent, epoch, sequence and index: the same for ever. */
  readonly name: string;
  /** Plain JSON. */
  readonly value: V;
  /** An exchange without an answer: what it means hangs on how ordinary exchanges fared then. */
  readonly isUnanswered?: true;
}

/** A conclusion, before it is told. */
export interface Saying {
  readonly kind: NoticeKind;
  /** Tells two sayings of one observation apart. */
  readonly topic: string;
  /** Name and moment of the observation that it begins with. With place and topic they are its identity: said again, it is altered. */
  readonly name: string;
  readonly at: number;
  readonly earliest: number;
  readonly latest: number;
  /** When it could first have been said, collector time, µs. */
  readonly decided: number;
  readonly from: string | null;
  readonly to: string;
  readonly reason: string | null;
  readonly text: string;
  readonly evidence: string | null;
  /** Whether something is amiss from then on. */
  readonly isAmiss: boolean;
}

/** What a reading may ask, and where it says what it concludes. All of it is a function of the set of entries. */
export interface Around {
  readonly place: Place;
  /** How far event time is at the place's site (or everywhere, without one), µs. */
  readonly furthest: number;
  say(saying: Saying): void;
  /** How a site's ordinary exchanges with a server fared around a moment. */
  ordinary(server: string, bucket: number | null, level: Level, at: number): AnsweredAt;
  /** The same with the best served of the group's servers. */
  ordinaryOfGroup(at: number): AnsweredAt & { readonly server: string | null };
  /** A moment before `at` at which a server was surely answering at a site, as near as is known; null: none is. */
  answeredBefore(server: string, site: string, at: number): number | null;
  /** What the configuration in force at a moment says. */
  rules(at: number): Rules;
  /** Whether some server's expected answers have shown this identifier. */
  isShown(identifier: string): boolean;
}

/** Something in a batch: its DISCOVER (µs of the epoch), its name within the batch, and how long until it was known (µs). */
export interface Taken<V> {
  readonly us: number;
  readonly index: string;
  readonly value: V;
  readonly afterUs: number;
  readonly isUnanswered?: boolean;
}

/** What a kind takes a batch apart with. */
export interface Seen {
  readonly batch: ResultBatch;
  /** µs of the epoch to collector time, µs. */
  place(us: number): number;
  rules(at: number): Rules;
  /** An observation of something in the batch. @param us its DISCOVER, µs of the epoch @param index its place in the batch */
  add<V>(place: Place, what: Taken<V>): void;
}

/** A kind. `S` is plain JSON and never altered in place. */
export interface Kind<V, S> {
  readonly name: string;
  observe(seen: Seen): void;
  initial(): S;
  step(state: S, seen: Observation<V>, around: Around): S;
  /** After the newest observation: what follows from the time that has gone by since. */
  end?(state: S, around: Around): void;
  /** Whether time alone will change what is read: it is then asked again as event time goes on. */
  isPending?(state: S): boolean;
}
