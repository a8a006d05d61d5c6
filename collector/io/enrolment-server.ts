/**
 * The Enrolment service: a certificate for a token, and a new one for one that is over. The only code that a stranger's octets reach,
 * so it is short: decoded with bounds, counted, judged by a pure function, written down, answered.
 * A secret is looked for among all tokens in the same time whatever it is. Rejected: a name in the token to look it up by.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type handleUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { Received } from '../../shared/wire/agents-service.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import type { JoinReply, JoinRequest, RenewRequest } from '../../shared/wire/enrolment-codec.ts';
import { enrolmentService } from '../../shared/wire/enrolment-service.ts';
import { type AccessBook, isRevoked, type Token } from '../core/access/access-book.ts';
import { type JoinProblem, type JoinVerdict, judgeJoin } from '../core/access/join.ts';
import type { CertifiedPeer } from '../core/access/peer.ts';
import { JOIN_ADDRESSES_MAX, JOINS_ALL, JOINS_PER_ADDRESS, PENDING_RETRY_MS } from '../core/access/trust-limits.ts';
import { createBucketShelf } from '../core/bucket-shelf.ts';
import type { GrpcService } from './grpc-server.ts';
import { type Called, hostOf } from './peers.ts';
import type { Registry } from './registry.ts';

export interface EnrolmentOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whose certificate may be renewed, on this connection. */
  renewerOf(call: Called): CertifiedPeer | null;
}

/** Since the start. */
export interface EnrolmentCounts {
  readonly joined: number;
  readonly refused: number;
  readonly throttled: number;
}

export interface EnrolmentServer extends GrpcService {
  readonly counts: EnrolmentCounts;
}

const CODES: Readonly<Record<JoinProblem, status>> = {
  unknown: status.UNAUTHENTICATED,
  misused: status.INVALID_ARGUMENT,
  taken: status.ALREADY_EXISTS,
  rejected: status.PERMISSION_DENIED,
  crowded: status.RESOURCE_EXHAUSTED,
};

/** An answer that is none, as gRPC tells it. */
class Denied extends Error {
  readonly code: status;
  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

export function createEnrolmentServer({ registry, clock, logger, renewerOf }: EnrolmentOptions): EnrolmentServer {
  const door = createJoinDoor(clock);
  const counts = { joined: 0, refused: 0, throttled: 0 };
  const answering =
    <Request>(
      answer: (request: Request, call: Called) => Promise<JoinReply>,
    ): handleUnaryCall<Received<Request>, JoinReply> =>
    (call, callback: sendUnaryData<JoinReply>) => {
      const { request } = call;
      const answered = async (): Promise<JoinReply> => {
        if (!door.mayAsk(hostOf(call.getPeer()))) {
          throw new Denied(status.RESOURCE_EXHAUSTED, 'this was asked too often; try again in a minute');
        }
        if (isDecodeError(request)) throw new Denied(status.INVALID_ARGUMENT, `${request.field} ${request.reason}`);
        return answer(request as Request, call);
      };
      answered().then(
        (reply) => {
          if (reply.kind === 'certificate') counts.joined += 1;
          callback(null, reply);
        },
        (error: unknown) => {
          const denial = denialOf(error, logger);
          if (denial.code === status.RESOURCE_EXHAUSTED) counts.throttled += 1;
          else counts.refused += 1;
          callback(denial);
        },
      );
    };
  return {
    definition: enrolmentService,
    implementation: {
      Join: answering<JoinRequest>((request, call) => join(registry, clock, request, hostOf(call.getPeer()))),
      Renew: answering<RenewRequest>((request, call) =>
        renew(registry, request, { peer: renewerOf(call), from: hostOf(call.getPeer()) }),
      ),
    },
    get counts() {
      return counts;
    },
  };
}

function createJoinDoor(clock: Clock): { mayAsk(address: string): boolean } {
  const each = createBucketShelf(JOINS_PER_ADDRESS, JOIN_ADDRESSES_MAX);
  const all = createBucketShelf(JOINS_ALL, 1);
  return {
    mayAsk: (address) => {
      const at = clock.monotonic() / 1000;
      return each.take(address, at) && all.take('', at);
    },
  };
}

async function join(registry: Registry, clock: Clock, request: JoinRequest, from: string): Promise<JoinReply> {
  const { agent, host, version } = request;
  // Without a token nothing of theirs is parsed: a stranger's octets go no further than their hash.
  const book = await registry.newestBook();
  const stranger = tokenOf(book, request.secret) === null;
  const refusal = stranger ? judgeJoin(book, { token: null, agent, key: '' }, now(clock)) : null;
  if (refusal?.kind === 'refuse') throw new Denied(CODES[refusal.problem], refusal.text);
  const signing = await registry.readRequest(request.signingRequest);
  if (typeof signing === 'string') throw new Denied(status.INVALID_ARGUMENT, signing);
  const judge = (book: AccessBook): JoinVerdict =>
    judgeJoin(book, { token: tokenOf(book, request.secret), agent, key: signing.keyHash }, now(clock));
  const reply = await registry.join({ judge, signing, from, host, version });
  if (reply.kind === 'refuse') throw new Denied(CODES[reply.problem], reply.text);
  return reply.kind === 'wait'
    ? { kind: 'pending', retryMs: PENDING_RETRY_MS, id: reply.identity.name }
    : reply.certificate;
}

async function renew(
  registry: Registry,
  { signingRequest }: RenewRequest,
  { peer, from }: { readonly peer: CertifiedPeer | null; readonly from: string },
): Promise<JoinReply> {
  if (peer === null) {
    throw new Denied(
      status.FAILED_PRECONDITION,
      'only a certificate that this collector gave is renewed; join with a new token',
    );
  }
  if (isRevoked(registry.book, peer.identity, peer)) throw new Denied(status.PERMISSION_DENIED, 'it was revoked');
  const signing = await registry.readRequest(signingRequest);
  if (typeof signing === 'string') throw new Denied(status.INVALID_ARGUMENT, signing);
  const renewed = await registry.renew(peer, signing, from);
  if (typeof renewed === 'string') throw new Denied(status.FAILED_PRECONDITION, renewed);
  return renewed.reply;
}

const now = (clock: Clock): UnixMicros => clock.wall();

function tokenOf(book: AccessBook, secret: Uint8Array): Token | null {
  const hash = createHash('sha256').update(secret).digest();
  let found: Token | null = null;
  for (const token of book.tokens.values()) {
    const own = Buffer.from(token.hash, 'hex');
    if (own.length === hash.length && timingSafeEqual(own, hash)) found = token;
  }
  return found;
}

function denialOf(error: unknown, logger: Logger): { readonly code: status; readonly details: string } {
  if (error instanceof Denied) return { code: error.code, details: error.message };
  logger.error({ err: error }, 'somebody could not be enrolled');
  return {
    code: status.UNAVAILABLE,
    details: 'the collector cannot write its journal, or sign, just now; try again later',
  };
}
