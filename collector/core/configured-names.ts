/**
 * Which sites, groups and servers results may name: those that this collector was ever configured with. A batch names its
 * paths itself, and each new name costs a place in verdicts, rollups and series for good, so names are not taken on trust.
 * Rejected: the configuration in force only; a backlog speaks of servers that were taken out meanwhile.
 */
import type { PathRef, ResultBatch } from '../../shared/core/batch.ts';
import type { CollectorConfig } from './config/config.ts';

export interface ConfiguredNames {
  readonly groups: ReadonlySet<string>;
  readonly servers: ReadonlySet<string>;
  readonly sites: ReadonlySet<string>;
}

const serverName = (group: string, server: string): string => JSON.stringify([group, server]);

/** @param earlier servers of configurations before */
export function configuredNames(
  config: CollectorConfig,
  earlier: readonly { readonly group: string; readonly server: string }[],
): ConfiguredNames {
  const now = config.groups.flatMap(({ name, servers }) => servers.map((one) => ({ group: name, server: one.name })));
  const servers = [...earlier, ...now].map(({ group, server }) => serverName(group, server));
  const groups = new Set([...earlier.map(({ group }) => group), ...config.groups.map(({ name }) => name)]);
  return { groups, servers: new Set(servers), sites: new Set(config.sites.map(({ name }) => name)) };
}

/** @param site the agent's own, which its hello was admitted with @returns why the batch may not be taken, or null */
export function unconfigured(names: ConfiguredNames, batch: ResultBatch, site: string): string | null {
  if (batch.site !== site && !names.sites.has(batch.site)) return `site "${batch.site}" is not in the configuration`;
  // In client role whoever is there answers: a batch names the group, and no server.
  const isKnown = ({ group, server, interface: on }: PathRef): boolean =>
    on === null ? names.servers.has(serverName(group, server)) : names.groups.has(group);
  const stray = batch.paths.find((path) => !isKnown(path));
  if (stray === undefined) return null;
  return `server "${stray.server}" of group "${stray.group}" is in no configuration that this collector has had`;
}
