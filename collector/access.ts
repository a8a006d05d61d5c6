/**
 * Whom the collector believes, put together at its start: what lies in tls/, the access journal with its book, the registry over both,
 * and the connections that are open. Without tls/ there is none of it, and the collector is open. Rejected: a flag that says which;
 * it would be forgotten once, and hundreds of sites be open for an evening.
 */
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { COLLECTOR } from './core/access/journal-entry.ts';
import { accessRemarks, isLoopback, openRemark } from './core/access/remarks.ts';
import { UPKEEP_EVERY_MS } from './core/access/trust-limits.ts';
import type { AccessFigures } from './core/metrics/access-families.ts';
import { type AccessJournal, openAccessJournal } from './io/access-journal.ts';
import { PlainTextError } from './io/listen-error.ts';
import { createMemberships, type Memberships } from './io/membership.ts';
import { createPeers, type Peers } from './io/peers.ts';
import { createRegistry, type Registry } from './io/registry.ts';
import { endOf } from './io/shown-certificate.ts';
import { type KeyPlace, readTrust, rootPrints, type Trust, TrustError } from './io/trust-files.ts';
import { isServerDue, renewServer } from './io/trust-renewal.ts';

export interface AccessOptions extends KeyPlace {
  /** State directory; made when it is not there. */
  readonly state: string;
  /** HOST:PORT of gRPC; port 0 lets the kernel choose. */
  readonly grpc: string;
  /** An open collector may speak plain text on more than loopback. */
  readonly insecureListen: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @returns null: the collector is open @throws TrustError, AccessJournalError, PlainTextError, in words */
export async function openAccess(options: AccessOptions): Promise<Access | null> {
  const trust = await readTrust(options.state, options);
  if (trust === null) {
    if (!isLoopback(options.grpc) && !options.insecureListen) throw new PlainTextError(options.grpc);
    for (const remark of remarksOf(null, options)) options.logger.warn(remark);
    return null;
  }
  if (trust.cannotSign !== null) options.logger.warn(`no certificates are signed: ${trust.cannotSign}`);
  return new Access(options, trust, await openAccessJournal(options.state, options));
}

/** What deserves a look about who may come in, a sentence each. */
export const remarksOf = (access: Access | null, { grpc }: Pick<AccessOptions, 'grpc'>): readonly string[] =>
  access?.remarks() ?? (isLoopback(grpc) ? [] : [openRemark(grpc)]);

/** What came to the door, and what is known of it; null: the collector is open, or not open yet. */
export function figuresOf(access: Access | null, counts: DoorCounts | null): AccessFigures | null {
  if (access === null || counts === null) return null;
  const { registry, memberships, trust } = access;
  const pending = [...registry.book.pending.values()].filter(({ answer }) => answer === null).length;
  return { ...counts, pending, trespasses: memberships.trespasses, serverUntil: endOf(trust.server.certificate) };
}

/** What came to the gRPC port, as far as it is counted there. */
export type DoorCounts = Omit<AccessFigures, 'trespasses' | 'pending' | 'serverUntil'>;

export class Access {
  readonly journal: AccessJournal;
  readonly registry: Registry;
  /** Connections of agents and people. */
  readonly peers: Peers = createPeers();
  readonly memberships: Memberships;
  readonly #options: AccessOptions;
  readonly #listeners = new Set<(trust: Trust) => void>();
  readonly #upkeep: NodeJS.Timeout;
  #trust: Trust;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AccessOptions, trust: Trust, journal: AccessJournal) {
    this.#options = options;
    this.#trust = trust;
    this.journal = journal;
    this.registry = createRegistry({ ...options, journal, trust: () => this.#trust });
    this.memberships = createMemberships({ ...options, registry: this.registry, peers: this.peers });
    this.#upkeep = setInterval(() => this.#keepUp(), UPKEEP_EVERY_MS).unref();
  }

  get trust(): Trust {
    return this.#trust;
  }

  /** Told when tls/ has something else in it. */
  onTrust(listener: (trust: Trust) => void): void {
    this.#listeners.add(listener);
  }

  /** What deserves a look, a sentence each. */
  remarks(): readonly string[] {
    const { cannotSign, server } = this.#trust;
    return accessRemarks({
      book: this.registry.book,
      cannotSign,
      serverUntil: endOf(server.certificate),
      trespasses: this.memberships.trespasses,
      now: this.#options.clock.wall(),
    });
  }

  /** Reads tls/ and the journal's further lines. What is wrong is told, and the old goes on. @returns whether it is all in order */
  reload(): Promise<boolean> {
    return this.#inTurn(() => this.#readAgain());
  }

  async #readAgain(): Promise<boolean> {
    const { state, logger } = this.#options;
    try {
      await this.journal.catchUp();
      const read = await readTrust(state, this.#options);
      if (read === null) throw new TrustError(`${state}/tls is gone; it is needed until the collector is stopped`);
      const roots = rootPrints(read);
      const isOther = roots.join() !== rootPrints(this.#trust).join();
      for (const listener of this.#listeners) listener(read);
      this.#trust = read;
      if (isOther) await this.registry.note({ act: 'roots-changed', roots }, COLLECTOR);
      logger.info({ roots }, 'tls/ was read again');
      return true;
    } catch (error) {
      logger.error({ err: error }, 'tls/ is not taken as it is; what was in force goes on');
      return false;
    }
  }

  #keepUp(): void {
    const { clock, state, logger } = this.#options;
    this.peers.cutOverdue(clock.wall());
    if (!isServerDue(this.#trust, clock.wall())) return;
    void this.#inTurn(async () => {
      // Another turn may have made it meanwhile.
      if (!isServerDue(this.#trust, clock.wall())) return;
      await renewServer(`${state}/tls`, this.#trust, clock.wall());
      await this.#readAgain();
      const until = endOf(this.#trust.server.certificate);
      await this.registry.note({ act: 'server-certificate-made', until }, COLLECTOR);
    }).catch((error: unknown) => logger.error({ err: error }, "the collector's own certificate cannot be made anew"));
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    clearInterval(this.#upkeep);
    await this.#turn;
    await this.journal.close();
  }
}
