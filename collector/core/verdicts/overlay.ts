/**
 * The live overlay: what is shown when the log has said nothing for a while. The fold derives silence from event time
 * alone, so with no entry coming in it rightly stays where it was; a person looking at a screen must still be told that
 * the picture is old. For display only: nothing here becomes a finding.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { VerdictsView } from './views.ts';

/** @param now collector's wall clock @returns the view with everything silent for longer than its limit shown as unknown */
export function overlay(view: VerdictsView, now: UnixMicros): VerdictsView {
  const stale = (group: string, last: UnixMicros | null): boolean =>
    last !== null && now - last > (view.silenceLimitUs[group] ?? Number.POSITIVE_INFINITY);
  const aged = <T extends { readonly group: string; readonly lastEvidenceAt: UnixMicros | null }>(row: T): T =>
    stale(row.group, row.lastEvidenceAt) ? { ...row, state: 'unknown', reason: 'silent-agent' } : row;
  return { ...view, paths: view.paths.map(aged), servers: view.servers.map(aged) };
}
