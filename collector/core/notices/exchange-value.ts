/**
 * Exchanges of a batch as observations of a place: answered, or why not. For the kinds that live by whether something is
 * answered at all (scopes, a client's way), as the verdict fold's intake is for servers.
 */
import { ABSENT, type PathRef } from '../../../shared/core/batch.ts';
import { OUTCOMES, type Outcome, STAGES } from '../../../shared/core/outcome.ts';
import type { Level } from './answering.ts';
import type { Place, Seen } from './notice-kind.ts';

/** Plain JSON. */
export interface ExchangeValue {
  /** Empty in client role. */
  readonly server: string;
  readonly bucket: number | null;
  /** Null: answered. */
  readonly miss: Miss | null;
}

export type Miss = 'no-offer' | 'no-ack' | 'nak' | 'refused' | 'unreachable';

const ACK_STAGE = STAGES.indexOf('ack');

function missOf(outcome: Outcome, stage: number): Miss {
  if (outcome === 'naked') return 'nak';
  if (outcome === 'refused' || outcome === 'unreachable') return outcome;
  return stage === ACK_STAGE ? 'no-ack' : 'no-offer';
}

/** How far the server's ordinary exchanges must come to show that the same could have been answered. */
export const levelOf = (miss: Miss): Level => (miss === 'no-ack' || miss === 'nak' ? 'ack' : 'offer');

/** Adds every exchange that can be judged to the place of its path. @param placeOf null: the path is another kind's */
export function takeExchanges(seen: Seen, placeOf: (ref: PathRef) => Place | null): void {
  const { results, paths, dropTimeUs } = seen.batch;
  const places = paths.map(placeOf);
  results.path.forEach((path, row) => {
    const [place, ref] = [places[path], paths[path]];
    const outcome = OUTCOMES[results.outcome[row] ?? -1];
    if (!place || !ref || outcome === undefined || outcome === 'unmeasured') return;
    const miss = outcome === 'acked' ? null : missOf(outcome, results.stage[row] ?? 0);
    // Before the first contact silence is no evidence.
    if (miss !== null && ref.firstContact) return;
    const total = results.totalUs[row] ?? ABSENT;
    const value: ExchangeValue = { server: ref.server, bucket: ref.bucket, miss };
    const afterUs = miss === null && total >= 0 ? total : dropTimeUs;
    seen.add(place, { us: results.sentUs[row] ?? 0, index: String(row), value, afterUs, isUnanswered: miss !== null });
  });
}
