/**
 * Keeps the collector's silence over restarts, and says when an agent begins to rest and when it goes on. Its file is
 * replaced now and then, unflushed: what a power cut takes is some minutes of silence. Rejected: resting for good until a
 * person comes; a collector that was away for a fortnight would find all its sites asleep.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MonotonicNs, UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { CollectorSilence, type SilenceMoment } from '../core/collector-silence.ts';
import { REST_AFTER_MS, REST_LOOK_MS, SILENCE_KEPT_MS } from '../core/ledger-limits.ts';

export interface SilenceKeeperOptions {
  /** The state directory. */
  readonly directory: string;
  readonly anchor: UnixMicros;
  readonly epochStart: MonotonicNs;
  readonly clock: Clock;
  /** It rests from now on, or no longer. */
  onChange(isResting: boolean): void;
}

const DAYS = REST_AFTER_MS / 86_400_000;

export class SilenceKeeper {
  readonly #options: SilenceKeeperOptions;
  readonly #path: string;
  readonly #silence: CollectorSilence;
  readonly #timer: NodeJS.Timeout;
  #keptUs = Number.NEGATIVE_INFINITY;
  #isKeptSilent = false;
  /** Told once after a rest: while it lasted there was nobody to tell. */
  #rested: string | null = null;

  constructor(options: SilenceKeeperOptions) {
    this.#options = options;
    this.#path = join(options.directory, 'silence.json');
    const nowUs = this.#nowUs();
    this.#silence = new CollectorSilence(readMoment(this.#path), REST_AFTER_MS * 1_000, {
      nowUs,
      wallUs: this.#wallUs(nowUs),
    });
    this.#silence.look(nowUs);
    this.#keep(nowUs);
    this.#timer = setInterval(() => this.#look(), REST_LOOK_MS);
  }

  get isResting(): boolean {
    return this.#silence.isResting;
  }

  /** Why nothing is probed, or was until just now, for people; null: it probes. The latter is told once. */
  takeResting(): string | null {
    if (this.#silence.isResting) return `no word from the collector for ${DAYS} days`;
    const rested = this.#rested;
    this.#rested = null;
    return rested;
  }

  /** The collector has spoken. */
  heard(): void {
    const nowUs = this.#nowUs();
    const silentHours = Math.floor(this.#silence.silentUs(nowUs) / 3_600e6);
    const wasResting = this.#silence.heard(nowUs);
    if (this.#isKeptSilent) this.#keep(nowUs);
    if (!wasResting) return;
    this.#rested = `rested until just now: no word from the collector for ${silentHours} hours`;
    this.#options.onChange(false);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#keep(this.#nowUs());
  }

  #look(): void {
    const nowUs = this.#nowUs();
    const begins = this.#silence.look(nowUs);
    if (begins || nowUs - this.#keptUs >= SILENCE_KEPT_MS * 1_000) this.#keep(nowUs);
    if (begins) this.#options.onChange(true);
  }

  /** A disk that takes no writing is told elsewhere; the silence is then forgotten by a restart, and begins anew. */
  #keep(nowUs: number): void {
    this.#keptUs = nowUs;
    const moment: SilenceMoment = { silentUs: this.#silence.silentUs(nowUs), wallUs: this.#wallUs(nowUs) };
    this.#isKeptSilent = moment.silentUs > 0;
    try {
      writeFileSync(`${this.#path}.new`, `${JSON.stringify(moment)}\n`, { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }

  #nowUs(): number {
    return Math.round((this.#options.clock.monotonic() - this.#options.epochStart) / 1_000);
  }

  #wallUs(nowUs: number): number {
    return this.#options.anchor + nowUs;
  }
}

/** A damaged file is as none: the silence begins anew. */
function readMoment(path: string): SilenceMoment | null {
  try {
    const { silentUs, wallUs } = JSON.parse(readFileSync(path, 'utf8')) as Partial<SilenceMoment>;
    const isSound = Number.isSafeInteger(silentUs) && Number.isSafeInteger(wallUs) && (silentUs ?? -1) >= 0;
    return isSound ? { silentUs: silentUs as number, wallUs: wallUs as number } : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
