/**
 * The ad-hoc requests of one session that its agent has not answered yet. They end with the session: whoever waits is told so,
 * and nobody waits for an agent that is gone. Rejected: asking again after a reconnect; the exchange may have been made.
 */
import type { AdHocRequest, AdHocResult } from '../../shared/core/ad-hoc.ts';
import type { AdHocAnswer, AdHocAsk } from '../../shared/wire/ad-hoc-codec.ts';
import { AD_HOC_PENDING_MAX } from '../core/limits.ts';

/** How a request ended: `lost`: with its session; `silent`: with our patience; `full`: too many of them wait already. */
export type AskEnd =
  | { readonly kind: 'answered'; readonly result: AdHocResult }
  | { readonly kind: 'lost' | 'silent' | 'full' };

export class AdHocAsks {
  readonly #send: (message: AdHocAsk) => void;
  readonly #pending = new Map<number, (end: AskEnd) => void>();
  #last = 0;
  #isOver = false;

  constructor(send: (message: AdHocAsk) => void) {
    this.#send = send;
  }

  /** Never rejects. */
  ask(asked: AdHocRequest, patienceMs: number): Promise<AskEnd> {
    if (this.#isOver) return Promise.resolve({ kind: 'lost' });
    if (this.#pending.size >= AD_HOC_PENDING_MAX) return Promise.resolve({ kind: 'full' });
    this.#last += 1;
    const request = this.#last;
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => this.#end(request, { kind: 'silent' }), patienceMs);
      this.#pending.set(request, (end) => {
        clearTimeout(giveUp);
        resolve(end);
      });
      this.#send({ kind: 'ad-hoc-request', request, asked });
    });
  }

  /** An answer that nobody waits for any more is let go. */
  answered({ request, result }: AdHocAnswer): void {
    this.#end(request, { kind: 'answered', result });
  }

  /** The session has ended. */
  over(): void {
    this.#isOver = true;
    for (const request of [...this.#pending.keys()]) this.#end(request, { kind: 'lost' });
  }

  #end(request: number, end: AskEnd): void {
    const tell = this.#pending.get(request);
    this.#pending.delete(request);
    tell?.(end);
  }
}
