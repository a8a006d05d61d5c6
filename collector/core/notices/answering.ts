/**
 * When a site's ordinary exchanges with a server were answered, as sets of time slots: what tells an unserved scope from a
 * server that is not serving. A slot is noted as answered or silent by any exchange in it, so neither order nor lateness matters,
 * and a server that is well is one range however long that lasts.
 *
 * A moment counts as answered when its slot and both its neighbours are: within the slot in which a server dies nobody knows
 * which came first. Of three sizes the finest decides whose three slots all saw an exchange. Rejected: every exchange's moment;
 * twenty a second, kept for as long as a scope's trickle needs.
 */
import { addRange, hasValue, NO_RANGES, type Ranges } from '../../../shared/core/ranges.ts';
import { SLOT_PATHS, SLOT_RANGES, SLOTS_US } from './limits.ts';

/** How far an exchange must have come to count: as far as the OFFER, or the ACK. */
export type Level = 'offer' | 'ack';

/** @see Around.ordinary. `slotUs`: how coarse the answer is; `knownAt`: when it could first be given, µs. */
export interface AnsweredAt {
  readonly word: 'answered' | 'silent' | 'unknown';
  readonly slotUs: number;
  readonly knownAt: number;
}

/** Slots of one level, by size. Plain JSON. */
interface Slots {
  readonly answered: Ranges[];
  readonly silent: Ranges[];
}
export type PathSlots = Readonly<Record<Level, Slots>>;

/** By group, site, server and bucket; see pathOf. */
export type Answering = Map<string, PathSlots>;

const emptySlots = (): Slots => ({ answered: SLOTS_US.map(() => NO_RANGES), silent: SLOTS_US.map(() => NO_RANGES) });

export const pathOf = (group: string, site: string, server: string, bucket: number | null): string =>
  JSON.stringify([group, site, server, bucket]);

/** Notes an exchange. @returns the largest slot (µs) that it is news in; 0: it is none */
export function noteExchange(
  answering: Answering,
  path: string,
  at: number,
  level: Level,
  isAnswered: boolean,
): number {
  let slots = answering.get(path);
  if (slots === undefined) {
    if (answering.size >= SLOT_PATHS) return 0;
    slots = { offer: emptySlots(), ack: emptySlots() };
    answering.set(path, slots);
  }
  const sets = isAnswered ? slots[level].answered : slots[level].silent;
  let news = 0;
  SLOTS_US.forEach((slotUs, size) => {
    const slot = Math.floor(at / slotUs);
    const set = sets[size] ?? NO_RANGES;
    if (hasValue(set, slot)) return;
    news = slotUs;
    const grown = addRange(set, { from: slot, to: slot });
    sets[size] = grown.length > SLOT_RANGES ? grown.slice(grown.length - SLOT_RANGES) : grown;
  });
  return news;
}

const UNKNOWN: AnsweredAt = { word: 'unknown', slotUs: 0, knownAt: 0 };

/** How the exchanges of a path fared around a moment, µs. */
export function answeredAt(slots: PathSlots | undefined, level: Level, at: number): AnsweredAt {
  if (slots === undefined) return UNKNOWN;
  const { answered, silent } = slots[level];
  for (const [size, slotUs] of SLOTS_US.entries()) {
    const slot = Math.floor(at / slotUs);
    const around = [slot - 1, slot, slot + 1];
    const isAnswered = around.map((one) => hasValue(answered[size] ?? NO_RANGES, one));
    const isEmpty = around.some((one, i) => !isAnswered[i] && !hasValue(silent[size] ?? NO_RANGES, one));
    if (isEmpty) continue;
    return { word: isAnswered.every(Boolean) ? 'answered' : 'silent', slotUs, knownAt: (slot + 2) * slotUs };
  }
  return UNKNOWN;
}

/** The beginning of the last answered slot before the one that a moment is in; null without one. */
export function lastAnsweredBefore(slots: PathSlots | undefined, at: number): number | null {
  const [slotUs] = SLOTS_US;
  const before = Math.floor(at / slotUs);
  const range = slots?.offer.answered[0]?.findLast(({ from }) => from < before);
  return range === undefined ? null : Math.min(range.to, before - 1) * slotUs;
}
