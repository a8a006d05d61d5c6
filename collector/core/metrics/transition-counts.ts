/**
 * Counts the transitions of servers that this run told as news, by the state that they led to. A finding that is made better
 * keeps its name and counts once; one from before the start was the last run's.
 */
import { counter, type Family } from '../../../shared/core/metrics/family.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { type Finding, STATES } from '../finding.ts';
import { TRANSITIONS_REMEMBERED } from './limits.ts';

/** Changed by `noteTransition` only. */
export interface TransitionCounts {
  readonly startedAt: UnixMicros;
  /** Names of what was counted, oldest first; bounded by TRANSITIONS_REMEMBERED. */
  readonly counted: Set<string>;
  /** By group, server and state. Bounded: what is told is of configured servers. */
  readonly totals: Map<string, number>;
}

export const createTransitionCounts = (startedAt: UnixMicros): TransitionCounts => ({
  startedAt,
  counted: new Set(),
  totals: new Map(),
});

/** Takes a finding that is news; what is no server's transition is left alone. */
export function noteTransition(counts: TransitionCounts, finding: Finding): void {
  if (finding.kind !== 'transition' || finding.server === null || finding.site !== null) return;
  if (finding.detectedAt < counts.startedAt || counts.counted.has(finding.id)) return;
  counts.counted.add(finding.id);
  for (const oldest of counts.counted) {
    if (counts.counted.size <= TRANSITIONS_REMEMBERED) break;
    counts.counted.delete(oldest);
  }
  const key = keyOf(finding.group ?? '', finding.server, finding.to);
  counts.totals.set(key, (counts.totals.get(key) ?? 0) + 1);
}

const keyOf = (group: string, server: string, to: string): string => JSON.stringify([group, server, to]);

/** @param servers those that are shown, each with all its states, so that a first transition is a change from 0 */
export const transitionFamily = (
  counts: TransitionCounts,
  servers: readonly { readonly group: string; readonly server: string }[],
): Family =>
  counter(
    'dorawatch_transitions_total',
    'Changes of state of a server that were told as news since the collector began, by the state that it led to.',
    servers.flatMap(({ group, server }) =>
      STATES.map((to) => ({
        labels: { group, server, to },
        value: counts.totals.get(keyOf(group, server, to)) ?? 0,
      })),
    ),
  );
