/**
 * The certificate's part of the line: asks for a new one in time, and has the session made anew with it when it came. Nothing is lost by
 * that, as what is not acknowledged is sent again. Rejected: going on with the old certificate until it expires; the collector ends the
 * connection then, and the new certificate would be tried for the first time when it must work.
 */
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { randomFraction } from '../../shared/io/random.ts';
import type { CertificateReply } from '../../shared/wire/enrolment-codec.ts';
import { turnAfterMs } from '../core/renewal-time.ts';
import { RENEWAL_LOOK_MS } from '../core/stream-limits.ts';
import type { EnrolmentKeeper } from './enrolment-keeper.ts';

export interface RenewalOptions {
  readonly enrolment: EnrolmentKeeper;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sends a request for a certificate, if there is a session; false: there is none. */
  isReady(): boolean;
  ask(signingRequest: Uint8Array): void;
  /** The session is to be made anew. */
  onTurn(): void;
}

export class Renewal {
  readonly #options: RenewalOptions;
  readonly #look: NodeJS.Timeout;
  #turn: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#look = setInterval(() => this.#askWhenDue(), RENEWAL_LOOK_MS);
  }

  async take(reply: CertificateReply): Promise<void> {
    const { enrolment, logger, onTurn, clock } = this.#options;
    const { validTo } = enrolment.kept;
    const taken = await enrolment.take(reply);
    if (taken === 'roots') logger.info('the collector has other roots: they are believed from the next connection on');
    if (taken !== 'renewed' || this.#isOver) return;
    logger.info('the certificate was renewed');
    clearTimeout(this.#turn);
    this.#turn = setTimeout(onTurn, turnAfterMs(validTo, clock.wall(), randomFraction()));
  }

  over(): void {
    this.#isOver = true;
    clearInterval(this.#look);
    clearTimeout(this.#turn);
  }

  #askWhenDue(): void {
    if (!this.#options.isReady()) return;
    const request = this.#options.enrolment.takeDue();
    if (request !== null) this.#options.ask(request);
  }
}
