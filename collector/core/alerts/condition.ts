/**
 * What is wrong now, as alerts are made of: one condition a thing that a rule may speak of, with the words that people read. A
 * condition has a name that is the same after a restart, and a cause: conditions of one cause are one alert.
 *
 * There is a third answer beside wrong and well: nobody knows. What nobody knows begins no alert and ends none.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { ToldKind } from './alert-kind.ts';

/** Where a condition is; null: nowhere in particular. */
export interface AlertPlace {
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
}

/** Plain JSON. */
export interface Condition extends AlertPlace {
  /** Its name: kind and place. */
  readonly key: string;
  readonly kind: ToldKind;
  /** Conditions of one cause are told by the gravest of them; null: it is a cause of its own. */
  readonly cause: string | null;
  /** The wider cause that it is a part of; null: none. */
  readonly wider: string | null;
  /** Among those of a cause: the higher one holds back the lower ones. */
  readonly rank: number;
  /** Whether an alert that held it back lasts on for it: a gap that became a failover is not over. */
  readonly isCarried: boolean;
  /** In load balancing: whose clients, "the primary's clients". */
  readonly clients: string | null;
  /** A rogue's. */
  readonly address: string | null;
  /** When it began, collector's clock: of a bracket the middle. */
  readonly since: UnixMicros;
  /** One sentence that stays the same while nothing changes. */
  readonly summary: string;
  /** What it rests on. */
  readonly evidence: string | null;
  /** The sites concerned, in order of their names; all of them. */
  readonly sites: readonly string[];
}

/** All that is wrong at a moment. */
export interface Assessment {
  readonly conditions: readonly Condition[];
  /** Keys, or whole kinds, of what cannot be known now. */
  readonly unsure: ReadonlySet<string>;
}

/** @returns the name of a condition */
export const conditionKey = (kind: ToldKind, ...place: readonly (string | null)[]): string =>
  [kind, ...place.filter((part) => part !== null)].join(' ');

/** Causes of conditions: the service of a group (each half of its clients is a part of it), and that two serve. */
export const serviceCause = (group: string): string => `service ${group}`;
export const overlapCause = (group: string): string => `overlap ${group}`;

export const NOWHERE = { group: null, server: null, site: null, clients: null, address: null } as const;

/** A condition of its own cause, at no place in particular, unless it says so. */
export const condition = (
  own: Pick<Condition, 'key' | 'kind' | 'since' | 'summary'> & Partial<Condition>,
): Condition => ({
  ...NOWHERE,
  cause: null,
  wider: null,
  rank: 0,
  isCarried: false,
  evidence: null,
  sites: [],
  ...own,
});

/** Whether one condition's alert tells of the other too. */
export function isToldBy(one: Condition, by: Condition): boolean {
  if (one.cause === null || by.cause === null || by.rank <= one.rank) return false;
  return by.cause === one.cause || by.cause === one.wider || by.wider === one.cause;
}
