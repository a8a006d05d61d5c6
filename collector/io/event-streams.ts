/**
 * The Events method: the list, and the live stream behind it. A follower gets a finding again (same id) when it
 * is revised in time (a gap ends). What late results find, revise or take back is not raised: it is history, and a list
 * asked for afterwards tells it.
 */
import { status as codes, type handleServerStreamingCall, type ServerWritableStream } from '@grpc/grpc-js';
import type { EventsRequest } from '../../shared/core/ops-request.ts';
import type { EventRow } from '../../shared/core/ops-view.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { isRequested } from '../core/answers/event-rows.ts';
import { importedWith } from '../core/answers/imported-rows.ts';
import { FOLLOW_BACKLOG_MAX, FOLLOWERS_MAX } from '../core/answers/limits.ts';
import type { LogFold } from './log-fold.ts';
import { sendAll } from './send-all.ts';

type Call = ServerWritableStream<EventsRequest, EventRow>;

export interface EventStreams {
  readonly open: handleServerStreamingCall<EventsRequest, EventRow>;
  /** Ends every live stream. */
  close(): void;
}

export function createEventStreams(fold: LogFold, logger: Logger): EventStreams {
  const followers = new Set<Call>();
  const open = (call: Call): void => {
    if (call.request.follow && followers.size >= FOLLOWERS_MAX) {
      const details = `already ${FOLLOWERS_MAX} followers; end one of them`;
      call.emit('error', { code: codes.RESOURCE_EXHAUSTED, details });
      return;
    }
    const failed = (error: unknown): void => {
      logger.error({ err: error }, 'an events stream failed');
      call.emit('error', { code: codes.INTERNAL, details: 'the events stream failed' });
    };
    if (call.request.follow) follow(call, fold, followers).catch(failed);
    else sendAll(call, listed(call, fold)).then(() => call.end(), failed);
  };
  return {
    open,
    close: () => {
      for (const call of followers) call.end();
      followers.clear();
    },
  };
}

/** An imported group's rows are history that only its own list tells, and never the beginning of a live one. */
function listed({ request }: Call, { model }: LogFold): readonly EventRow[] {
  const imported = request.follow || request.group === null ? null : importedWith(model, request.group);
  return (imported ?? model.timeline.rows()).filter((row) => isRequested(row, request));
}

/** The list, then what is found while it is sent and after. */
async function follow(call: Call, fold: LogFold, followers: Set<Call>): Promise<void> {
  // Bounded by FOLLOW_BACKLOG_MAX.
  let backlog: EventRow[] = [];
  let sending = true;
  const flush = async (): Promise<void> => {
    while (backlog.length > 0) {
      const rows = backlog;
      backlog = [];
      await sendAll(call, rows);
    }
    sending = false;
  };
  const end = fold.subscribe((changed) => {
    const rows = fold.model.timeline.rows().filter((row) => changed.has(row.id) && isRequested(row, call.request));
    backlog.push(...rows);
    if (backlog.length > FOLLOW_BACKLOG_MAX) {
      end();
      call.emit('error', { code: codes.RESOURCE_EXHAUSTED, details: 'this follower reads too slowly; ask again' });
      return;
    }
    if (sending) return;
    sending = true;
    void flush();
  });
  followers.add(call);
  call.once('cancelled', () => {
    end();
    followers.delete(call);
  });
  await sendAll(call, listed(call, fold));
  await flush();
}
