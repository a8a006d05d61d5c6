/**
 * Logins over HTTP: bearer tokens by what the access book knows of them, and the page's sessions that they open. Login and logout are
 * lines of the access journal, flushed before they have effect, and read back at a start: a page on a wall survives an upgrade.
 */
import type { Clock } from '../../shared/io/clock.ts';
import type { Caller } from '../core/access/caller.ts';
import { type Credential, createSessionShelf, type SessionShelf } from '../core/access/credential.ts';
import type { Act } from '../core/access/journal-entry.ts';
import { isBearer, newSecret, secretHash } from './bearer-secret.ts';

export interface SessionsOptions {
  /** What is known of a bearer token by its hash; null: nothing, or it was taken back. */
  bearer(hash: string): Credential | null;
  /** Writes down who logged in or out. */
  note(by: Caller, act: SessionAct): Promise<void>;
  readonly clock: Clock;
}

/** What the journal keeps of sessions. */
export type SessionAct = Extract<Act, { readonly act: 'logged-in' | 'logged-out' }>;

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

  /** Takes in a line of the journal; all but logins and logouts pass by. */
  take(entry: Act): void {
    if (entry.act === 'logged-in') this.#shelf.open(entry.session, entry.bearer);
    if (entry.act === 'logged-out') this.#shelf.close(entry.session);
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
    const id = newSecret();
    const act = { act: 'logged-in', session: secretHash(id), bearer: credential.bearer } as const;
    await this.#options.note(by, act);
    this.take(act);
    return id;
  }

  async end(session: string, by: Caller): Promise<void> {
    const act = { act: 'logged-out', session } as const;
    this.take(act);
    await this.#options.note(by, act);
  }

  /** Whether what somebody came in with would let them in now. @param session hash; null: it was the token itself */
  isStill({ bearer }: Credential, session: string | null): boolean {
    return this.#valid(bearer) !== null && (session === null || this.#shelf.bearerOf(session) === bearer);
  }
}
