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
import { FOLLOW_BACKLOG_MAX, FOLLOWERS_MAX } from '../core/answers/limits.ts';
import { grpcRefusal } from './grpc-refusal.ts';
import type { OpsAnswers } from './ops-answers.ts';
import { sendAll } from './send-all.ts';

type Call = ServerWritableStream<EventsRequest, EventRow>;

export interface EventStreams {
  readonly open: handleServerStreamingCall<EventsRequest, EventRow>;
  /** Ends every live stream. */
  close(): void;
}

export function createEventStreams(answers: OpsAnswers, logger: Logger): EventStreams {
  const followers = new Set<Call>();
  const open = (call: Call): void => {
    if (call.request.follow && followers.size >= FOLLOWERS_MAX) {
      const details = `already ${FOLLOWERS_MAX} followers; end one of them`;
      call.emit('error', { code: codes.RESOURCE_EXHAUSTED, details });
      return;
    }
    const failed = (error: unknown): void => void call.emit('error', grpcRefusal(error, logger));
    if (call.request.follow) follow(call, answers, followers).catch(failed);
    else list(call, answers).then(() => call.end(), failed);
  };
  return {
    open,
    close: () => {
      for (const call of followers) call.end();
      followers.clear();
    },
  };
}

async function list(call: Call, answers: OpsAnswers): Promise<void> {
  await sendAll(call, answers.events(call.request));
}

/** The list, then what is found while it is sent and after. */
async function follow(call: Call, answers: OpsAnswers, followers: Set<Call>): Promise<void> {
  const beginning = answers.events(call.request);
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
  const end = answers.follow((rows) => {
    backlog.push(...rows.filter((row) => isRequested(row, call.request)));
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
  await sendAll(call, beginning);
  await flush();
}
