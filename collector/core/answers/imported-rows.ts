/**
 * An imported group as it is told: its own findings, with the marks that are about everything. Where the configuration has a
 * group of the same name by now, what agents measure is told instead: two origins under one name would be read as one.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import type { ReadModel } from './read-model.ts';

/** @returns rows by `at`; null when nothing was imported under that name, or the configuration has taken it */
export function importedWith({ imports, config, timeline }: ReadModel, group: string): readonly EventRow[] | null {
  if (imports.group(group) === null || config?.groups.some(({ name }) => name === group)) return null;
  const marks = timeline.rows().filter((row) => row.kind === 'mark' && (row.group === null || row.group === group));
  return [...marks, ...imports.rows(group)].sort((a, b) => a.at - b.at);
}
