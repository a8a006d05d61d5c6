/**
 * How long a path may be without results before nobody knows: some of its own periods. A path's rate is what is left of its
 * server's after sites, groups at the same address, buckets and sweeps have their parts, as the assignment divides it.
 */
import { ratesOf } from '../assignment-rates.ts';
import type { CollectorConfig, GroupConfig, ServerConfig } from '../config/config.ts';
import { bucketsAsked } from './group-state.ts';
import { SILENCE_MIN_US, SILENCE_PERIODS } from './limits.ts';

const DROP_US = 3e6;
/** A path of which less is asked is judged as if it were this much, exchanges a second. */
const RATE_MIN = 1e-3;

/** @param sites known, configured or not @returns µs */
export function silenceLimitOf(config: CollectorConfig | null, sites: number): number {
  if (config === null) return DROP_US + SILENCE_MIN_US;
  const drop = config.probe.dropTimeMs * 1000;
  return drop + Math.max(SILENCE_MIN_US, (SILENCE_PERIODS * 1e6) / Math.max(slowestRate(config, sites), RATE_MIN));
}

/** Exchanges a second on the slowest path. */
function slowestRate(config: CollectorConfig, sites: number): number {
  const rates = ratesOf(config, config.sites);
  const paths = config.groups.flatMap((group) =>
    group.servers.flatMap((server) => {
      const bySite = rates.serverRates(group, server);
      return config.sites.map(
        ({ name, subnets }) => (bySite.get(name) ?? 0) * pathPart(config, group, server, subnets),
      );
    }),
  );
  // Sites that nobody configured have a share too.
  return Math.min(config.probe.ratePerSecond / sites, ...paths.filter((rate) => rate > 0));
}

/** The part of a site's rate that one path has: not its sweeps', and one bucket's. */
function pathPart(
  { probe }: CollectorConfig,
  { mode }: GroupConfig,
  { role }: ServerConfig,
  subnets: readonly string[] | undefined,
): number {
  // A configuration that an earlier version logged knows no sweeps.
  const swept = (subnets?.length ?? 0) > 0 && probe.sweep !== undefined ? probe.sweep.share : 0;
  return (1 - swept) / bucketsAsked(mode, role).length;
}
