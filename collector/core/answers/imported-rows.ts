/**
 * An imported group as it is told: its own findings, with the marks that are about everything. Where the configuration has a
 * group of the same name by now, what agents measure is told instead: two origins under one name would be read as one.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { type CollectorConfig, GROUP_DEFAULTS, SERVER_DEFAULTS } from '../config/config.ts';
import type { ReadModel } from './read-model.ts';

/** @returns rows by `at`; null when nothing was imported under that name, or the configuration has taken it */
export function importedWith({ imports, config, timeline }: ReadModel, group: string): readonly EventRow[] | null {
  if (imports.group(group) === null || config?.groups.some(({ name }) => name === group)) return null;
  const marks = timeline.rows().filter((row) => row.kind === 'mark' && (row.group === null || row.group === group));
  return [...marks, ...imports.rows(group)].sort((a, b) => a.at - b.at);
}

/** The configuration with an imported group in it, for a mark that is about that one: what was done belongs into its report too. */
export function withImported(config: CollectorConfig, { imports }: ReadModel, group: string | null): CollectorConfig {
  const imported = imports.group(group ?? '');
  if (imported === null || config.groups.some(({ name }) => name === group)) return config;
  const servers = imported.servers.map((name) => ({ name, address: '', role: 'server' as const, ...SERVER_DEFAULTS }));
  return {
    ...config,
    groups: [...config.groups, { name: imported.group, mode: imported.mode, servers, ...GROUP_DEFAULTS }],
  };
}
