/**
 * The one line that `systemctl status dorawatch-agent` shows of an agent, and how late its loop may be before its work counts
 * as standing still. Rejected: the figures of its metrics; who asks systemd wants to know whether to look any further.
 */
import type { AgentFigures } from './metrics/agent-families.ts';

/** An exchange is sent within its period, and a stall makes it unsent; one that is due for so long has been forgotten. */
export const OVERDUE_MAX_MS = 10_000;

export function workLine({ agent, site, batches, spool, line, isResting, assignmentVersion }: AgentFigures): string {
  const probing = assignmentVersion === 0 ? 'nothing assigned' : isResting ? 'resting' : 'probing';
  const collector = line.connected ? 'connected' : 'away';
  return `${agent} at ${site}: ${probing}; ${batches} batches made, ${spool.count} kept; collector ${collector}`;
}
