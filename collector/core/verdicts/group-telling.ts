/**
 * What is told of a group: its reading compared with what was told before. Same identifier and same content: nothing.
 * What was detected once keeps its time of detection.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { Failover, Interval } from '../finding.ts';
import { type Member, readGroup } from './group-reading.ts';
import { LATE_US } from './limits.ts';
import type { GroupNode, ServerNode } from './nodes.ts';
import type { FindingChange } from './views.ts';

/** @returns a server as its group reads it */
export const memberOf = (node: ServerNode): Member => ({
  name: node.server,
  role: node.role,
  bucket: node.bucket,
  transitions: node.book.kept.map(({ finding }) => finding),
  aliveAt: node.state.pool.aliveAt,
});

/** The last moment that a finding speaks of, µs. */
const lastMoment = (finding: Interval | Failover): number =>
  finding.kind === 'gap' || finding.kind === 'overlap' ? (finding.end ?? finding.start).latest : finding.start.latest;

const plain = (finding: Interval | Failover): string => JSON.stringify({ ...finding, detectedAt: 0, late: false });

/** Since when a group's history was folded again, µs, and what is on record of it since. */
export interface Refolded {
  readonly base: number;
  readonly older: readonly (Interval | Failover)[];
}

/** Reads a group anew. @param late whether a refold caused it @returns what changed */
export function retellGroup(
  node: GroupNode,
  servers: readonly ServerNode[],
  late: boolean,
  at: UnixMicros,
  { base, older }: Refolded = { base: Number.POSITIVE_INFINITY, older: [] },
): FindingChange[] {
  node.reading = readGroup(node.config.name, node.config.mode, servers.map(memberOf));
  const before = new Map([...older, ...node.told].map((finding) => [finding.id, finding]));
  const changes: FindingChange[] = [];
  node.told = node.reading.findings.map((finding) => {
    const old = before.get(finding.id);
    before.delete(finding.id);
    if (old && plain(old) === plain(finding)) return old;
    const isLate = late && at - lastMoment(finding) > LATE_US;
    const told = { ...finding, detectedAt: old?.detectedAt ?? at, late: isLate || (old?.late ?? false) };
    changes.push({ kind: old ? 'revised' : 'found', finding: told, news: !isLate });
    return told;
  });
  const horizon = Math.min(base, ...servers.map((s) => s.book.kept[0]?.finding.at ?? Number.POSITIVE_INFINITY));
  for (const finding of before.values()) {
    if (finding.start.at < horizon) continue;
    changes.push({ kind: 'withdrawn', finding: { ...finding, late: true }, news: false });
  }
  return changes;
}
