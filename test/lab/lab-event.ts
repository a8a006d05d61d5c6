/**
 * What the lab did and when: the one source of truth beside the capture. An action takes time, so an event is a bracket:
 * the deed was done after `beforeUs` and before `afterUs`. A single stamp was refused, as it would claim too much.
 */
import { LabError } from './command.ts';
import { EVENT_LIMIT } from './limits.ts';

/** The deeds of a lab. `cut` and `mended` are links; the others are servers, and the capture. */
export type LabDeed =
  | 'started'
  | 'ready'
  | 'killed'
  | 'stopped'
  | 'cut'
  | 'mended'
  | 'capture-started'
  | 'capture-stopped';

/** One deed. Times are the machine's wall clock in microseconds since 1970, of millisecond resolution. */
export type LabEvent = {
  readonly deed: LabDeed;
  /** `primary`, `standby`, `site`, `collector`, … */
  readonly part: string;
  readonly beforeUs: number;
  readonly afterUs: number;
};

/** The events of one lab, in order of their end. */
export class LabEvents {
  readonly #events: LabEvent[] = [];

  get all(): readonly LabEvent[] {
    return this.#events;
  }

  /** Does a deed and notes when; one that throws leaves no event. */
  during<Result>(deed: LabDeed, part: string, act: () => Result): Result {
    if (this.#events.length >= EVENT_LIMIT) throw new LabError('LIMIT', `a lab remembers ${EVENT_LIMIT} events`);
    const beforeUs = Date.now() * 1000;
    const result = act();
    // The clock reads whole milliseconds, rounded down: the end of the bracket is the next one.
    this.#events.push({
      deed,
      part,
      beforeUs,
      afterUs: (Date.now() + 1) * 1000,
    });
    return result;
  }

  /** Notes a moment that was seen rather than done. */
  note(deed: LabDeed, part: string): void {
    this.during(deed, part, () => undefined);
  }

  /** The newest event of this kind, if there was one. */
  last(deed: LabDeed, part: string): LabEvent | undefined {
    return this.#events.findLast((event) => event.deed === deed && event.part === part);
  }
}
