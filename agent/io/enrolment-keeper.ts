/**
 * A running agent's enrolment: whom it believes, as whom it comes, when its certificate is due, and what the collector said of it.
 * A renewal is a new key and a new certificate, on disk before it is used; the old pair holds until then. Rejected: asking with the
 * old key; a key that is never changed is stolen once and for ever.
 */

import { readHostPort } from '../../shared/core/host-port.ts';
import type { HttpProxy } from '../../shared/core/proxy.ts';
import { afterUs, type UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { askRenewal, EnrolmentError } from '../../shared/io/enrolment-client.ts';
import type { LineOptions } from '../../shared/io/line.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { pemOf } from '../../shared/io/pem.ts';
import { randomFraction } from '../../shared/io/random.ts';
import { createKey, signingRequest } from '../../shared/io/signing-request.ts';
import type { CertificateReply } from '../../shared/wire/enrolment-codec.ts';
import type { Enrolment, KeptEnrolment } from '../core/enrolment.ts';
import { renewalAt, renewalRetryUs } from '../core/renewal-time.ts';
import { judge, keepEnrolment } from './enrolment-file.ts';

export interface EnrolmentKeeperOptions {
  /** The state directory. */
  readonly directory: string;
  readonly kept: KeptEnrolment;
  readonly proxy: HttpProxy | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The collector has revoked the certificate, or has taken it again. */
  onRevoked(isRevoked: boolean): void;
}

/** What a certificate that came has changed. */
export type Taken = 'renewed' | 'roots' | 'nothing';

export class EnrolmentKeeper {
  readonly #options: EnrolmentKeeperOptions;
  #kept: KeptEnrolment;
  #dueAt: UnixMicros;
  /** Of the renewal that is under way. */
  #nextKey: string | undefined;

  constructor(options: EnrolmentKeeperOptions) {
    this.#options = options;
    this.#kept = options.kept;
    this.#dueAt = renewalAt(options.kept, randomFraction());
    if (this.revoked !== null) options.logger.error(`this agent was thrown out (${this.revoked}): it probes nothing`);
  }

  /** How the next connection is made. */
  get line(): LineOptions {
    const { key, chain, roots, collector } = this.#kept;
    const at = readHostPort(collector);
    if (at === undefined) throw new Error(`the enrolment's collector "${collector}" is no HOST:PORT`);
    return { collector: at, proxy: this.#options.proxy, trust: { roots, own: { key, chain } } };
  }

  get kept(): KeptEnrolment {
    return this.#kept;
  }

  /** What the collector said when it revoked the certificate; null: it did not. */
  get revoked(): string | null {
    return this.#kept.revoked;
  }

  /** @returns the request for a new certificate when one is due; once an attempt */
  takeDue(): Uint8Array | null {
    const now = this.#options.clock.wall();
    if (now < this.#dueAt) return null;
    this.#dueAt = afterUs(now, renewalRetryUs(this.#kept));
    return this.#request();
  }

  #request(): Uint8Array {
    this.#nextKey = createKey();
    return signingRequest(this.#nextKey, this.#kept.agent);
  }

  /** A certificate, or roots alone, from the collector. On disk when this resolves. */
  async take(reply: CertificateReply): Promise<Taken> {
    const { chain, key, roots } = this.#kept;
    const isRenewal = reply.chain.length > 0 && this.#nextKey !== undefined;
    const next = judge({
      ...this.#kept,
      roots: reply.roots.map(pemOf),
      chain: isRenewal ? reply.chain.map(pemOf) : chain,
      key: isRenewal ? (this.#nextKey ?? key) : key,
    });
    if (typeof next === 'string') {
      this.#options.logger.error(`the collector sent a certificate that cannot be used: ${next}`);
      return 'nothing';
    }
    if (!isRenewal && next.roots.join() === roots.join()) return 'nothing';
    await this.#keep(next);
    if (!isRenewal) return 'roots';
    this.#nextKey = undefined;
    this.#dueAt = renewalAt(next, randomFraction());
    return 'renewed';
  }

  /**
   * The collector knows no session for this certificate: it has expired, or was revoked.
   * @returns `refused`: a person has to do something; `away`: it could not be asked
   */
  async comeBack(): Promise<'renewed' | 'revoked' | 'refused' | 'away'> {
    const { logger } = this.#options;
    try {
      const reply = await askRenewal(this.line, { signingRequest: this.#request() });
      if ((await this.take(reply)) !== 'renewed') return 'refused';
      logger.info(`the certificate had expired: the collector gave a new one, until ${this.#until()}`);
      await this.heard();
      return 'renewed';
    } catch (error) {
      if (!(error instanceof EnrolmentError)) throw error;
      if (error.code !== 'revoked') {
        logger.error({ code: error.code }, `the collector gives no new certificate: ${error.message}`);
        return error.code === 'refused' ? 'refused' : 'away';
      }
      await this.revoke(error.message);
      return 'revoked';
    }
  }

  /** @param text what the collector said */
  async revoke(text: string): Promise<void> {
    const { logger, onRevoked } = this.#options;
    const said = text === '' ? 'the collector gave no reason' : text;
    logger.error(
      `this agent was thrown out (${said}): it probes nothing from now on and keeps its spool. To bring it back: ` +
        'dorawatch token create --site on the collector, then dorawatch-agent join --again here',
    );
    if (this.revoked !== null) return;
    await this.#keep({ ...this.#kept, revoked: said });
    onRevoked(true);
  }

  /** The collector speaks to this agent as to one of its own. */
  async heard(): Promise<void> {
    if (this.revoked === null) return;
    this.#options.logger.info('the collector takes this agent again: probing goes on');
    await this.#keep({ ...this.#kept, revoked: null });
    this.#options.onRevoked(false);
  }

  #until(): string {
    return new Date(this.#kept.validTo / 1_000).toISOString();
  }

  /** In force at once: a disk that takes no writing must not keep an agent from its collector; it is renewed again after a restart. */
  async #keep(next: KeptEnrolment): Promise<void> {
    this.#kept = next;
    const { validFrom: _, validTo: __, ...enrolment }: KeptEnrolment & Enrolment = next;
    await keepEnrolment(this.#options.directory, enrolment).catch((error: unknown) =>
      this.#options.logger.error(
        { err: error },
        'the enrolment cannot be written: it is in force until this agent ends',
      ),
    );
  }
}
