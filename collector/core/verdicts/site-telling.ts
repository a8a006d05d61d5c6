/**
 * What is told of a site's silences. While a backlog streams in its hole shrinks with every batch; the site is compared
 * again only when the agent's batches are whole, or now and then, so that one silence is not told a thousand times.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { Transition } from '../finding.ts';
import type { BatchEntry } from '../log-entry.ts';
import { LATE_US, REFOLD_US } from './limits.ts';
import type { SiteNode } from './nodes.ts';
import { cover, silences } from './site-coverage.ts';
import type { FindingChange } from './views.ts';

/** Adds what a batch covers. @param place epoch µs → collector µs */
export function coverSite(
  node: SiteNode,
  { batch, receivedAt }: BatchEntry,
  place: (us: number) => number,
  limit: number,
): void {
  node.firstContact = batch.paths.some((path) => path.firstContact);
  const sent = batch.results.sentUs;
  if (sent.length === 0) return;
  if (receivedAt - place(batch.completeThroughUs) > LATE_US) node.filledLate = true;
  const name = `${batch.agent}/${batch.epoch}/${batch.sequence}`;
  for (const { from, to } of spansOf(sent, limit)) {
    const span = { from: place(from), to: place(to), first: name, last: name };
    if (cover(node.coverage, span, limit)) node.horizon = node.coverage[0]?.from ?? 0;
  }
}

/** After a pause: its span is no silence of the site. */
export function coverPause(node: SiteNode, from: number, to: number, limit: number): void {
  const last = node.coverage.at(-1);
  // A silence that was there before goes on until the site is heard of.
  if (last === undefined || from - last.to > limit) return;
  cover(node.coverage, { from: last.to, to: Math.max(to, last.to), first: last.last, last: last.last }, limit);
}

/** The spans of a batch's exchanges: one, unless its agent was stopped in between (a batch then reaches over the whole stop). */
function spansOf(sent: readonly number[], limit: number): readonly { readonly from: number; readonly to: number }[] {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const us of sent) {
    if (us < least) least = us;
    if (us > most) most = us;
  }
  if (most - least <= limit) return [{ from: least, to: most }];
  const spans: { from: number; to: number }[] = [];
  for (const us of [...sent].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && us - last.to <= limit) last.to = us;
    else spans.push({ from: us, to: us });
  }
  return spans;
}

const plain = (finding: Transition): string => JSON.stringify({ ...finding, detectedAt: 0, late: false });

/** Compares a site's silences with what was told. @param whole whether its agent's batches are all there @param pausedAt since when it is paused, µs */
export function retellSite(
  site: string,
  node: SiteNode,
  furthest: number,
  limit: number,
  whole: boolean,
  at: UnixMicros,
  pausedAt: number | null = null,
): FindingChange[] {
  if (!whole && at - node.comparedAt < REFOLD_US) return [];
  node.comparedAt = at;
  const turns = silences(site, node.coverage, furthest, limit, pausedAt);
  const before = new Map(node.told.map((finding) => [finding.id, finding]));
  const changes: FindingChange[] = [];
  node.told = turns.map((finding) => {
    const old = before.get(finding.id);
    before.delete(finding.id);
    if (old && plain(old) === plain(finding)) return old;
    const late = node.filledLate && at - finding.at > LATE_US + limit;
    const told = { ...finding, detectedAt: old?.detectedAt ?? at, late: late || (old?.late ?? false) };
    changes.push({ kind: old ? 'revised' : 'found', finding: told, news: !late });
    return told;
  });
  for (const finding of before.values()) {
    if (finding.at < node.horizon) continue;
    changes.push({ kind: 'withdrawn', finding: { ...finding, late: true }, news: false });
  }
  node.filledLate = false;
  return changes;
}
