/**
 * The collector's work as its supervisor looks at it: the log folded to its end. Rejected: batches received; a quiet night has none, and a
 * fold that stands still would go unseen while they come in.
 */
import type { Work } from '../../shared/core/supervised-work.ts';

/** @param next the position that the log's next entry gets, and `folded` the one that is folded next */
export function foldWork({
  folded,
  next,
  agents,
}: {
  readonly folded: number;
  readonly next: number;
  readonly agents: number;
}): Work {
  const behind = next - folded;
  return { moved: folded, isDue: behind > 0, line: `${agents} agents; ${folded} entries folded, ${behind} waiting` };
}
