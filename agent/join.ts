/**
 * `dorawatch-agent join`: a token becomes an enrolment. The CA of the token is looked for in what the collector shows, and is the only one
 * believed from then on; the key is made here and stays here. A second try after a failure, a kill or a long wait for an approval
 * goes on with the same key, so that what somebody approves is what joins.
 */
import type { X509Certificate } from 'node:crypto';
import { type HostPort, hostPortText, readHostPort } from '../shared/core/host-port.ts';
import type { Clock } from '../shared/io/clock.ts';
import { askJoin, EnrolmentError } from '../shared/io/enrolment-client.ts';
import { LineError } from '../shared/io/line.ts';
import { pemOf } from '../shared/io/pem.ts';
import { pinnedIn, shownChain } from '../shared/io/shown-chain.ts';
import { signingRequest } from '../shared/io/signing-request.ts';
import type { CertificateReply, JoinRequest } from '../shared/wire/enrolment-codec.ts';
import { type EnrolmentToken, readToken } from '../shared/wire/enrolment-token.ts';
import type { KeptEnrolment } from './core/enrolment.ts';
import type { JoinWish } from './core/join-flags.ts';
import { forgetJoiningKey, joiningKey, judge, keepEnrolment, keptEnrolment } from './io/enrolment-file.ts';
import { hostIdentity } from './io/host-identity.ts';
import { openStateDirectory } from './io/state-directory.ts';

/** `code` is only there to tell it from a defect. */
export class JoinError extends Error {
  readonly code = 'JOIN_FAILED';
}

export interface JoinOptions {
  readonly wish: JoinWish;
  readonly version: string;
  readonly clock: Clock;
  /** A line for whoever waits. */
  say(line: string): void;
  /** Resolves after so long, ms. */
  wait(ms: number): Promise<void>;
}

/** Resolves when the enrolment is on disk. @throws JoinError, StateError, BatchLogError: each says what to do next */
export async function join(options: JoinOptions): Promise<KeptEnrolment> {
  const { wish, clock } = options;
  const token = readToken(wish.token);
  if (token === undefined) throw new JoinError('that is no token: it begins with dw1- and is to be copied whole');
  const directory = wish.stateDirectory;
  const state = await openStateDirectory({ directory, id: wish.id, now: clock.wall() });
  try {
    await refuseIfEnrolled(wish);
    const root = await pinnedRoot(options, token);
    const key = await joiningKey(directory);
    const reply = await untilApproved(options, root, {
      ...{ secret: token.secret, signingRequest: signingRequest(key, state.agent), agent: state.agent },
      ...{ version: options.version, host: hostIdentity(directory) },
    });
    const enrolment = enrolmentOf(wish, key, reply);
    await keepEnrolment(directory, enrolment);
    await forgetJoiningKey(directory);
    return enrolment;
  } finally {
    await state.close();
  }
}

/** @throws JoinError */
export async function refuseIfEnrolled({ again, stateDirectory }: JoinWish): Promise<void> {
  if (again) return;
  const known = await keptEnrolment(stateDirectory);
  if (known === null) return;
  const { agent, site, collector } = known;
  throw new JoinError(
    `this agent is enrolled already (${agent} of site ${site}, with ${collector}); nothing was changed. --again enrols it anew`,
  );
}

const placeOf = ({ collector }: JoinWish): HostPort => {
  const place = readHostPort(collector);
  if (place === undefined) throw new JoinError(`"${collector}" is no HOST:PORT`);
  return place;
};

/** @returns PEM of the CA that the token names */
async function pinnedRoot({ wish, clock }: JoinOptions, { fingerprint }: EnrolmentToken): Promise<string> {
  const collector = placeOf(wish);
  const chain = await shownChain({ collector, proxy: wish.proxy }).catch((error: unknown) => {
    if (!(error instanceof LineError)) throw error;
    throw new JoinError(`no enrolment with ${wish.collector}: ${error.message}`, { cause: error });
  });
  const root = pinnedIn(chain, fingerprint);
  if (root === undefined) {
    throw new JoinError(
      `what answers at ${wish.collector} does not show the CA that this token was made for: somebody may be in between, or the token is ` +
        "another collector's. Nothing was told to it. Compare the address, then make a new token on that collector's own host",
    );
  }
  const [own] = chain;
  if (own !== undefined) refuseWrongClock(own, clock.wall() / 1_000);
  return root.toString();
}

/** @param nowMs by this host's clock */
function refuseWrongClock({ validFrom, validTo }: X509Certificate, nowMs: number): void {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  if (nowMs >= from && nowMs <= to) return;
  const text = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
  throw new JoinError(
    `by this host's clock it is ${text(nowMs)}, and the collector's certificate is valid from ${text(from)} to ${text(to)} (UTC): ` +
      'set the clock (timedatectl), or, if it is right, have the collector make a new certificate',
  );
}

/** Between two questions while somebody has to approve; the collector's wish is followed within these. */
const ASK_AGAIN_MS = { min: 1_000, max: 60_000 } as const;

async function untilApproved(options: JoinOptions, root: string, request: JoinRequest): Promise<CertificateReply> {
  const { wish, say, wait } = options;
  const line = { collector: placeOf(wish), proxy: wish.proxy, trust: { roots: [root] } };
  let said: string | null = null;
  for (;;) {
    const reply = await askJoin(line, request).catch((error: unknown) => rejected(error, said !== null, wish));
    if (reply?.kind === 'certificate') return reply;
    if (reply !== null && said !== reply.id) {
      said = reply.id;
      say(
        `Waiting for an approval. On the collector: dorawatch agents approve ${reply.id}   (Ctrl-C ends; join again goes on)`,
      );
    }
    await wait(Math.min(Math.max(reply?.retryMs ?? 0, ASK_AGAIN_MS.min), ASK_AGAIN_MS.max));
  }
}

const NEXT: Partial<Record<EnrolmentError['code'], string>> = {
  token: 'make a new one: dorawatch token create --site SITE',
  busy: 'wait a minute and try again',
  away: 'is this the right address, and does a firewall let it through?',
};

/** @param isWaiting somebody may approve yet: a collector that is away for a while ends nothing @returns null: ask again */
function rejected(error: unknown, isWaiting: boolean, { collector }: JoinWish): null {
  if (!(error instanceof EnrolmentError)) throw error;
  if (isWaiting && (error.code === 'away' || error.code === 'busy')) return null;
  const next = NEXT[error.code];
  throw new JoinError(
    `${collector} does not enrol this agent: ${error.message}${next === undefined ? '' : `. ${next}`}`,
    { cause: error },
  );
}

function enrolmentOf(wish: JoinWish, key: string, reply: CertificateReply): KeptEnrolment {
  const { collector } = wish;
  if (reply.site === null)
    throw new JoinError(`this token is a person's (${reply.name}), not an agent's: dorawatch login takes it`);
  const { site, name: agent } = reply;
  const [chain, roots] = [reply.chain.map(pemOf), reply.roots.map(pemOf)];
  return enrolledFor(judge({ collector, site, agent, proxy: proxyOf(wish), key, chain, roots, revoked: null }));
}

/** @throws JoinError when its parts do not fit together */
export function enrolledFor(judged: KeptEnrolment | string): KeptEnrolment {
  if (typeof judged === 'string') throw new JoinError(`this certificate cannot be used: ${judged}`);
  return judged;
}

/** Without its login, which stays in the environment. */
export const proxyOf = ({ proxy }: JoinWish): string | null =>
  proxy === null ? null : `http://${hostPortText(proxy)}`;
