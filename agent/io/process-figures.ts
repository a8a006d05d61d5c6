/**
 * What the agent's process costs its host, under the names that every Prometheus client uses. Rejected: prom-client's default metrics,
 * whose watch of the event loop wakes an otherwise idle process a hundred times a second; the engine measures the loop already.
 */
import { counter, type Family, gauge, single } from '../../shared/core/metrics/family.ts';
import type { Clock } from '../../shared/io/clock.ts';

/** @param clock of this process @returns the figures as they are at each call */
export function processFamilies(clock: Clock): () => readonly Family[] {
  const startedS = clock.wall() / 1e6 - process.uptime();
  return () => {
    const { user, system } = process.cpuUsage();
    return [
      counter('process_cpu_seconds_total', 'CPU time spent, user and system.', single((user + system) / 1e6)),
      gauge('process_resident_memory_bytes', 'Memory that the process has.', single(process.memoryUsage.rss())),
      gauge('process_start_time_seconds', 'When the process began.', single(startedS)),
    ];
  };
}
