/**
 * Who asks over HTTP, and whether that is enough: a bearer token, the page's cookie, or a reverse proxy's word, in this order. What is
 * wrong is guessed at no more than so often from an address; who has guessed too often is not looked at for a while, right or wrong.
 * Rejected: basic authentication; browsers keep it for ever, and send it along whoever has the request made.
 */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/io/clock.ts';
import { type Caller, rightsProblem } from '../core/access/caller.ts';
import type { Credential } from '../core/access/credential.ts';
import { deed } from '../core/access/deed.ts';
import { GUESSERS_MAX, GUESSES } from '../core/access/limits.ts';
import { plainAddress, proxiedPerson } from '../core/access/proxied.ts';
import { type PersonRole, suffices } from '../core/access/roles.ts';
import { type BucketShelf, createBucketShelf } from '../core/bucket-shelf.ts';
import type { TrustedProxyConfig } from '../core/config/config.ts';
import type { Audit } from '../io/audit.ts';
import type { Sessions } from '../io/sessions.ts';
import { noCookie, sessionCookie, sessionIn } from './cookie.ts';
import { Problem } from './problem.ts';

export interface GateOptions {
  /** Null: whoever reaches the port may do everything (open mode, without a proxy that says who asks). */
  readonly sessions: Sessions | null;
  /** In force now. */
  proxy(): TrustedProxyConfig | null;
  readonly audit: Audit;
  readonly clock: Clock;
}

/** Who asks, as far as it is known. */
export interface Visitor {
  readonly caller: Caller;
  /** What let it in; null: nothing that could end (a proxy's word), or it is not in. */
  readonly credential: Credential | null;
  /** The session of the page's cookie, by its hash. */
  readonly session: string | null;
}

export interface Gate {
  /** @param what as a refusal names it @throws Problem 401, 403, 429 */
  admit(request: FastifyRequest, needs: PersonRole | 'anybody', what: string): Promise<Visitor>;
  /** Opens a session of the page. @returns its cookie, once that is written down @throws Problem 401, 409, 429 */
  login(request: FastifyRequest, token: string): Promise<{ readonly visitor: Visitor; readonly cookie: string }>;
  /** Ends the session that somebody came in with. @returns the cookie that has the browser forget it @throws Problem 409 */
  logout(request: FastifyRequest, visitor: Visitor): Promise<string>;
  /** Whether what let a visitor in is still good for reading. */
  isStill(visitor: Visitor): boolean;
  /** Wrong tokens and cookies, and those that were not looked at any more, since the start. */
  readonly counts: { readonly guesses: number; readonly guessesShed: number };
}

export function createGate(options: GateOptions): Gate {
  return new RunningGate(options);
}

const CHALLENGE = 'Bearer realm="dorawatch"';
const HOW =
  'send "Authorization: Bearer TOKEN", or log in at the page; an admin makes a token: dorawatch bearer create NAME --role viewer';

class RunningGate implements Gate {
  readonly #options: GateOptions;
  readonly #guesses: BucketShelf = createBucketShelf(GUESSES, GUESSERS_MAX);
  readonly counts = { guesses: 0, guessesShed: 0 };

  constructor(options: GateOptions) {
    this.#options = options;
  }

  async admit(request: FastifyRequest, needs: PersonRole | 'anybody', what: string): Promise<Visitor> {
    if (needs === 'anybody') return this.#nobody(request);
    const visitor = this.#visitor(request);
    const problem = rightsProblem(visitor.caller, needs, what);
    if (problem === null) return visitor;
    if (problem.kind === 'unauthenticated') throw unauthorized(`${problem.text}: ${HOW}`);
    await this.#options.audit(visitor.caller, deed('rights-refused', what));
    const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${needs}"`;
    throw new Problem(403, problem.text, { headers: { 'www-authenticate': challenge } });
  }

  #nobody(request: FastifyRequest): Visitor {
    return { caller: { kind: 'nobody', from: addressOf(request) }, credential: null, session: null };
  }

  #visitor(request: FastifyRequest): Visitor {
    const { sessions, proxy } = this.#options;
    const from = addressOf(request);
    if (sessions === null && proxy() === null)
      return { caller: { kind: 'local', from }, credential: null, session: null };
    const { authorization } = request.headers;
    if (authorization !== undefined) return entered(this.#credentialOf(bearerIn(authorization), request), from, null);
    const proxied = proxiedPerson(proxy(), from, request.headers);
    if (proxied.kind === 'refused') throw new Problem(403, proxied.problem);
    if (proxied.kind === 'person') return { caller: { ...proxied, from }, credential: null, session: null };
    return this.#bySession(request, from) ?? this.#nobody(request);
  }

  #bySession(request: FastifyRequest, from: string): Visitor | null {
    const isSecure = isSecureRequest(request, this.#options.proxy());
    const session = sessionIn(request.headers.cookie, isSecure);
    if (session === null) return null;
    this.#pace(from);
    const found = this.#options.sessions?.find(session) ?? null;
    if (found !== null) return entered(found.credential, from, found.session);
    this.#guessed(from);
    throw unauthorized('this login is over: its token ended or was taken back, or you logged out; log in again', {
      'set-cookie': noCookie(isSecure),
    });
  }

  #credentialOf(token: string, request: FastifyRequest): Credential {
    const from = addressOf(request);
    this.#pace(from);
    const credential = this.#options.sessions?.credential(token) ?? null;
    if (credential !== null) return credential;
    this.#guessed(from);
    throw unauthorized(`this token is not known, has ended or was taken back: ${HOW}`, {
      'www-authenticate': `${CHALLENGE}, error="invalid_token"`,
    });
  }

  async login(request: FastifyRequest, token: string): Promise<{ visitor: Visitor; cookie: string }> {
    const { sessions, clock, proxy } = this.#options;
    if (sessions === null)
      throw new Problem(409, 'this collector asks nobody who they are: there is nothing to log in to');
    const visitor = entered(this.#credentialOf(token.trim(), request), addressOf(request), null);
    const { credential } = visitor;
    const id = await sessions.begin(credential, visitor.caller);
    const seconds = (credential.until - clock.wall()) / 1e6;
    const cookie = sessionCookie(id, { seconds, isSecure: isSecureRequest(request, proxy()) });
    return { visitor, cookie };
  }

  async logout(request: FastifyRequest, { caller, session }: Visitor): Promise<string> {
    if (session === null) throw new Problem(409, 'there is no session of the page that could be ended');
    await this.#options.sessions?.end(session, caller);
    return noCookie(isSecureRequest(request, this.#options.proxy()));
  }

  /** @throws Problem 429 to who has guessed too often lately */
  #pace(from: string): void {
    if (this.#guesses.has(from, this.#nowUs())) return;
    this.counts.guessesShed += 1;
    throw new Problem(429, 'too many wrong tokens came from this address; wait a minute', {
      headers: { 'retry-after': '60' },
    });
  }

  #guessed(from: string): void {
    this.counts.guesses += 1;
    this.#guesses.take(from, this.#nowUs());
  }

  #nowUs(): number {
    return this.#options.clock.monotonic() / 1000;
  }

  isStill({ caller, credential, session }: Visitor): boolean {
    if (credential === null) return caller.kind !== 'nobody';
    const { sessions } = this.#options;
    return sessions?.isStill(credential, session) === true && suffices(credential.role, 'viewer');
  }
}

interface Entered extends Visitor {
  readonly credential: Credential;
}

const entered = (credential: Credential, from: string, session: string | null): Entered => ({
  caller: { kind: 'person', name: credential.name, role: credential.role, from },
  credential,
  session,
});

/** The token of an Authorization header, as far as there is one (RFC 6750, 2.1). */
const bearerIn = (header: string): string => /^bearer +(\S+)$/i.exec(header)?.[1] ?? '';

const addressOf = ({ raw }: FastifyRequest): string => plainAddress(raw.socket.remoteAddress ?? '');

/** Whether the browser's own connection is encrypted: here, or as far as the trusted proxy, which says so. */
export function isSecureRequest({ raw, headers }: FastifyRequest, proxy: TrustedProxyConfig | null): boolean {
  if ('encrypted' in raw.socket) return true;
  const isProxy = proxy?.addresses.includes(plainAddress(raw.socket.remoteAddress ?? '')) === true;
  return isProxy && headers['x-forwarded-proto'] === 'https';
}

const unauthorized = (detail: string, headers: Readonly<Record<string, string>> = {}): Problem =>
  new Problem(401, detail, { headers: { 'www-authenticate': CHALLENGE, ...headers } });
