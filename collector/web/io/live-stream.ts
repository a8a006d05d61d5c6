/**
 * The collector's server-sent events. Beside what EventSource does by itself it notices a laptop's sleep (a timer that comes
 * far too late, the page shown again, the network back) and a stream that says nothing any more, and begins anew at once;
 * a half-open TCP connection would otherwise look live for a quarter of an hour.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { FIRST_WORD_MS, retryAfterMs, SILENCE_LIMIT_MS, SLEPT_MS } from '../core/live-state.ts';
import { parseAnswer } from '../core/moments.ts';
import { apiUrl } from './api.ts';
import { wallNow } from './clock.ts';

export interface LiveListener {
  /** Something was heard: what is shown is so. */
  readonly onHeard: () => void;
  /** @param since when something was heard last, viewer's clock */
  readonly onLost: (since: UnixMicros) => void;
  /** A stream began, the first or after a loss: what was asked for before may be old. */
  readonly onBegan: () => void;
  readonly onNews: (kind: 'status' | 'finding' | 'agents', value: unknown) => void;
}

const LOOK_EVERY_MS = 2_000;
const KINDS = ['status', 'finding', 'agents'] as const;

/** @returns what ends it */
export function followLive(listener: LiveListener): () => void {
  const following = new Following(listener);
  return () => following.close();
}

class Following {
  readonly #listener: LiveListener;
  #source: EventSource | null = null;
  #failures = 0;
  /** When something was heard last, or where nothing was yet, when the stream was asked for; viewer's clock. */
  #heardAt = wallNow();
  #isProven = false;
  #lookedAt = wallNow();
  #retry: number | null = null;
  readonly #look: number;

  constructor(listener: LiveListener) {
    this.#listener = listener;
    this.#look = window.setInterval(this.#lookAround, LOOK_EVERY_MS);
    window.addEventListener('online', this.#open);
    window.addEventListener('offline', this.#lose);
    document.addEventListener('visibilitychange', this.#lookAround);
    this.#open();
  }

  readonly #open = (): void => {
    this.#source?.close();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#isProven = false;
    this.#lookedAt = wallNow();
    this.#source = this.#begin();
  };

  #begin(): EventSource {
    const source = new EventSource(apiUrl('stream'));
    source.addEventListener('error', this.#lose);
    for (const kind of KINDS) {
      source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
        this.#hear();
        this.#listener.onNews(kind, parseAnswer(data));
      });
    }
    return source;
  }

  #hear(): void {
    const isFirst = !this.#isProven;
    this.#isProven = true;
    this.#failures = 0;
    this.#heardAt = wallNow();
    this.#listener.onHeard();
    if (isFirst) this.#listener.onBegan();
  }

  /** EventSource would try again by itself, but after its own pause for ever, and not at all after a refusal. */
  readonly #lose = (): void => {
    this.#source?.close();
    this.#source = null;
    this.#listener.onLost(this.#heardAt);
    this.#retry ??= window.setTimeout(this.#open, retryAfterMs(this.#failures));
    this.#failures += 1;
  };

  /** Timers of a hidden page are slow, which is no sleep; it is looked at when it is shown again. */
  readonly #lookAround = (): void => {
    if (document.visibilityState === 'hidden') return;
    const now = wallNow();
    const missedMs = (now - this.#lookedAt) / 1000 - LOOK_EVERY_MS;
    const silentMs = (now - this.#heardAt) / 1000;
    this.#lookedAt = now;
    if (missedMs > SLEPT_MS) {
      this.#listener.onLost(this.#heardAt);
      this.#open();
    } else if (this.#source !== null && !this.#isProven && silentMs > SILENCE_LIMIT_MS + FIRST_WORD_MS) {
      this.#lose();
    } else if (this.#source !== null && this.#isProven && silentMs > SILENCE_LIMIT_MS) {
      // The collector tells its state to every new stream at once: silence then is proof, and until then nothing is claimed.
      this.#open();
    }
  };

  close(): void {
    clearInterval(this.#look);
    if (this.#retry !== null) clearTimeout(this.#retry);
    window.removeEventListener('online', this.#open);
    window.removeEventListener('offline', this.#lose);
    document.removeEventListener('visibilitychange', this.#lookAround);
    this.#source?.close();
  }
}
