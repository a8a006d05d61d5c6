/**
 * Takes what people pause and resume: judged, put into the log, folded, and only then answered, so that who was told "paused"
 * finds it paused after any restart.
 */
import type { PausesView } from '../../shared/core/ops-reply.ts';
import type { PauseRequest } from '../../shared/core/ops-request.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { judgePause } from '../core/answers/pause-request.ts';
import type { CollectorConfig } from '../core/config/config.ts';
import type { PauseEntry } from '../core/log-entry.ts';
import type { Inbox } from './inbox.ts';
import type { LogFold } from './log-fold.ts';

export interface PauseTaker {
  readonly fold: LogFold;
  readonly inbox: Inbox;
  readonly config: CollectorConfig;
  readonly now: UnixMicros;
}

/** @returns all that is paused then, or why the request is refused @throws BatchLogError when it cannot be stored */
export async function takePause(
  { fold, inbox, config, now }: PauseTaker,
  request: PauseRequest,
  action: PauseEntry['action'],
): Promise<PausesView | { readonly problem: string }> {
  const verdict = judgePause(request, action, { config, pauses: fold.model.pauses, now });
  if (!verdict.ok) return verdict;
  const [position] = await inbox.append([verdict.entry]);
  if (typeof position === 'number') await fold.folded(position);
  return { pauses: fold.model.pauses };
}
