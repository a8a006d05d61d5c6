/**
 * The two directions of an agent's call, each bounded: it is not read from while there is a reason to hold it, and one such
 * reason is that it does not read what it is told. What waits to be written is then at most what one turn of the loop wrote.
 * Rejected: dropping what cannot be written; an acknowledgement that is not told is a batch that comes again.
 */
import type { ServerDuplexStream, status } from '@grpc/grpc-js';
import type { AgentMessage } from '../../shared/wire/agent-message.ts';
import type { Received } from '../../shared/wire/agents-service.ts';
import type { CollectorMessage } from '../../shared/wire/collector-message.ts';
import { UNREAD_MAX_MS } from '../core/limits.ts';

export type AgentCall = ServerDuplexStream<Received<AgentMessage>, Received<CollectorMessage>>;

/** Why a call is not read from: the disk is behind · it sent too much · it does not read. */
type Hold = 'storing' | 'throttled' | 'unread';

export class AgentStream {
  readonly #call: AgentCall;
  readonly #onUnread: () => void;
  readonly #holds = new Set<Hold>();
  #unread: NodeJS.Timeout | undefined;
  #throttled: NodeJS.Timeout | undefined;
  #over = false;

  /** @param onUnread it has read nothing for UNREAD_MAX_MS */
  constructor(call: AgentCall, onUnread: () => void) {
    this.#call = call;
    this.#onUnread = onUnread;
    call.on('drain', () => {
      clearTimeout(this.#unread);
      this.release('unread');
    });
  }

  send(message: CollectorMessage): void {
    if (this.#over || this.#call.write(message) || this.#holds.has('unread')) return;
    this.hold('unread');
    this.#unread = setTimeout(this.#onUnread, UNREAD_MAX_MS);
  }

  hold(reason: Hold): void {
    this.#holds.add(reason);
    this.#call.pause();
  }

  release(reason: Hold): void {
    if (!this.#holds.delete(reason) || this.#over || this.#holds.size > 0) return;
    this.#call.resume();
  }

  /** @param us how long it is not read from @returns whether that is new */
  throttle(us: number): boolean {
    if (this.#holds.has('throttled')) return false;
    this.hold('throttled');
    this.#throttled = setTimeout(() => this.release('throttled'), Math.ceil(us / 1000));
    return true;
  }

  /** Ends the call as a whole, or with a code and words. */
  end(failure?: { readonly code: status; readonly details: string }): void {
    if (this.#over) return;
    if (failure === undefined) this.#call.end();
    else this.#call.emit('error', failure);
    this.over();
  }

  /** The call is gone. */
  over(): void {
    this.#over = true;
    clearTimeout(this.#unread);
    clearTimeout(this.#throttled);
  }

  /** Nothing more is read. */
  stop(): void {
    this.#call.pause();
  }
}
