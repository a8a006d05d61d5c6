/**
 * Logins over HTTP: bearer tokens by what the access book knows of them, and the page's sessions that they open. Login and logout are
 * lines of the journal, flushed before they have effect.
 */
import type { Clock } from '../../shared/io/clock.ts';
import type { Caller } from '../core/access/caller.ts';
import { type Credential, createSessionShelf, type SessionShelf } from '../core/access/credential.ts';
import { deed } from '../core/access/deed.ts';
import type { Audit } from './audit.ts';
import { isBearer, newSecret, secretHash } from './bearer-secret.ts';

export interface SessionsOptions {
  /** What is known of a bearer token by its hash; null: nothing, or it was taken back. */
  bearer(hash: string): Credential | null;
  readonly audit: Audit;
  readonly clock: Clock;
}

/** A session by its hash, and what it was opened with. */
export interface FoundSession {
  readonly session: string;
  readonly credential: Credential;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #shelf: SessionShelf = createSessionShelf();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get open(): number {
    return this.#shelf.size;
  }

  /** @param token as it was printed @returns null: it lets nobody in */
  credential(token: string): Credential | null {
    return isBearer(token) ? this.#valid(secretHash(token)) : null;
  }

  #valid(hash: string): Credential | null {
    const known = this.#options.bearer(hash);
    return known !== null && known.until > this.#options.clock.wall() ? known : null;
  }

  /** @param id as the cookie has it */
  find(id: string): FoundSession | null {
    const session = secretHash(id);
    const bearer = this.#shelf.bearerOf(session);
    const credential = bearer === null ? null : this.#valid(bearer);
    if (credential !== null) return { session, credential };
    this.#shelf.close(session);
    return null;
  }

  /** @returns the cookie's value, when the login is written down */
  async begin(credential: Credential, by: Caller): Promise<string> {
    await this.#options.audit(by, deed('logged-in', 'at the page'));
    const id = newSecret();
    this.#shelf.open(secretHash(id), credential.bearer);
    return id;
  }

  async end(session: string, by: Caller): Promise<void> {
    this.#shelf.close(session);
    await this.#options.audit(by, deed('logged-out', 'at the page'));
  }

  /** Whether what somebody came in with would let them in now. @param session hash; null: it was the token itself */
  isStill({ bearer }: Credential, session: string | null): boolean {
    return this.#valid(bearer) !== null && (session === null || this.#shelf.bearerOf(session) === bearer);
  }
}
