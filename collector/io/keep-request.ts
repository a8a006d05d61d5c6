/**
 * Takes a period that a person wants kept: judged, put into the log, answered with what is there of it. The entry comes first:
 * from then on retention passes the period by, and what is counted is what stays.
 */

import type { KeepView, KeptView } from '../../shared/core/ops-reply.ts';
import type { KeepRequest } from '../../shared/core/ops-request.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { KEEPS_MAX, MARK_FIELD_MAX } from '../core/answers/limits.ts';
import type { KeepEntry } from '../core/log-entry.ts';
import type { Inbox } from './inbox.ts';
import { periodBatches } from './period-batches.ts';

/** @returns why it cannot be kept; null: it can */
export function keepProblem({ since, until, actor }: KeepRequest, inbox: Inbox): string | null {
  if (until <= since) return 'the period ends before it begins';
  if ((actor?.length ?? 0) > MARK_FIELD_MAX) return `actor has at most ${MARK_FIELD_MAX} characters`;
  if (inbox.kept.length >= KEEPS_MAX) return `${KEEPS_MAX} periods are kept already`;
  return null;
}

/** @throws BatchLogError when it cannot be stored */
export async function keepPeriod(inbox: Inbox, entry: KeepEntry): Promise<KeepView> {
  const { since, until } = entry;
  await inbox.append([entry]);
  const seen = new Set<number>();
  let bytes = 0;
  for await (const { position, batch, clocks } of periodBatches(inbox, { from: since, to: until })) {
    const [from, to] = [clocks.correct(batch, batch.fromUs), clocks.correct(batch, batch.completeThroughUs)];
    const sent = batch.results.sentUs.map((us) => clocks.correct(batch, us));
    const bears = (from < until && to >= since) || sent.some((at) => at >= since && at < until);
    if (!bears || seen.has(position)) continue;
    seen.add(position);
    bytes += encodeBatch(batch).length;
  }
  return { since, until, batches: seen.size, bytes };
}

/** What has been kept so far, oldest first. */
export function keptPeriods(inbox: Inbox): KeptView {
  const periods = inbox.kept.map(({ from, to }) => ({ since: unixMicros(from), until: unixMicros(to) }));
  return { periods: periods.sort((a, b) => a.since - b.since) };
}
