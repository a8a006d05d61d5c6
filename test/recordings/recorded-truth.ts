/**
 * What is true of a recording, without the product's word: what the lab did, and between which two exchanges anybody served.
 * The exchanges are the agents' own; who served is counted here by the plainest rule there is.
 */
import { decodeBatch } from '../../shared/wire/batch-decoder.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import type { Deed, Heard, Recording } from './recording.ts';

/** µs since 1970: the last DISCOVER that was answered before the gap, and the first that was after it. */
export interface TrueGap {
  readonly lastServedUs: number;
  readonly firstServedUs: number;
}

/** @throws Error when the lab did no such thing */
export function deedOf({ deeds }: Recording, deed: string, part: string): Deed {
  const found = deeds.findLast((one) => one.deed === deed && one.part === part);
  if (found === undefined) throw new Error(`nobody ${deed} ${part} in the recording`);
  return found;
}

/** Times longer than this in which no DISCOVER sent to any server was answered with an ACK, in order. */
export function trueGaps({ heard }: Recording, longerThanUs: number): readonly TrueGap[] {
  const served = heard.flatMap(servedIn).sort((a, b) => a - b);
  return served.flatMap((firstServedUs, n) => {
    const lastServedUs = served[n - 1] ?? firstServedUs;
    return firstServedUs - lastServedUs > longerThanUs ? [{ lastServedUs, firstServedUs }] : [];
  });
}

function servedIn(heard: Heard): readonly number[] {
  if (heard.kind !== 'batch') return [];
  const batch = decodeBatch(Buffer.from(heard.octets, 'base64'));
  if (isDecodeError(batch)) throw new Error(`batch ${heard.sequence} of ${heard.agent} cannot be read`);
  const { sentUs, totalUs } = batch.results;
  return sentUs.flatMap((sent, n) => ((totalUs[n] ?? -1) >= 0 ? [batch.anchor + sent] : []));
}
