/**
 * What is in planned maintenance now, as metrics: so that rules that others evaluate hold what the collector's own alerts hold.
 *
 * Rejected: one family with group, server and site as labels of which some are empty. A rule could not join it to any other.
 */
import { type Family, gauge } from '../../../shared/core/metrics/family.ts';
import type { CollectorConfig } from '../config/config.ts';
import type { PauseScope } from '../steering.ts';

export interface MaintenanceSources {
  readonly config: CollectorConfig;
  /** Whether all of a place is in maintenance now. */
  isPlanned(place: PauseScope): boolean;
}

export function maintenanceFamilies({ config, isPlanned }: MaintenanceSources): readonly Family[] {
  const value = (place: Partial<PauseScope>): number =>
    isPlanned({ group: null, server: null, site: null, ...place }) ? 1 : 0;
  const { groups, sites } = config;
  return [
    gauge(
      'dorawatch_group_maintenance',
      'Whether a group as a whole is in planned maintenance now.',
      groups.map(({ name: group }) => ({ labels: { group }, value: value({ group }) })),
    ),
    gauge(
      'dorawatch_server_maintenance',
      'Whether a server is in planned maintenance now, by itself or with its group.',
      groups.flatMap(({ name: group, servers }) =>
        servers.map(({ name: server }) => ({ labels: { group, server }, value: value({ group, server }) })),
      ),
    ),
    gauge(
      'dorawatch_site_maintenance',
      'Whether all of a site is in planned maintenance now.',
      sites.map(({ name: site }) => ({ labels: { site }, value: value({ site }) })),
    ),
  ];
}
