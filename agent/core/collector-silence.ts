/**
 * How long an agent has heard nothing from its collector. While it runs, the monotonic clock says; over a restart the wall
 * clock must, and an absence is believed up to half the limit (see spool-time), so that no single step of it, whenever it
 * happens, makes an agent rest. Rejected: the date of the last word; a host that boots in 2038 would rest at once.
 */
import { resumeSpoolTime } from './spool-time.ts';

/** What is kept on disk: the silence so far, and the wall clock of that epoch (anchor + monotonic) then; µs. */
export interface SilenceMoment {
  readonly silentUs: number;
  readonly wallUs: number;
}

export class CollectorSilence {
  readonly #limitUs: number;
  #heardUs: number;
  #isResting = false;

  /**
   * @param last what the last start kept; null: nothing, which counts as a word heard now
   * @param nowUs this epoch's clock, as in all that follows
   */
  constructor(last: SilenceMoment | null, limitUs: number, { nowUs, wallUs }: { nowUs: number; wallUs: number }) {
    this.#limitUs = limitUs;
    const kept = last === null ? null : { spoolUs: last.silentUs, wallUs: last.wallUs };
    this.#heardUs = kept === null ? nowUs : nowUs - resumeSpoolTime(kept, wallUs, limitUs);
  }

  get isResting(): boolean {
    return this.#isResting;
  }

  silentUs(nowUs: number): number {
    return nowUs - this.#heardUs;
  }

  /** @returns whether it begins to rest now */
  look(nowUs: number): boolean {
    const begins = !this.#isResting && this.silentUs(nowUs) >= this.#limitUs;
    if (begins) this.#isResting = true;
    return begins;
  }

  /** The collector has spoken. @returns whether that ends a rest */
  heard(nowUs: number): boolean {
    const ends = this.#isResting;
    this.#heardUs = nowUs;
    this.#isResting = false;
    return ends;
  }
}
