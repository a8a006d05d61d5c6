/**
 * Asks a collector for a certificate: with a token, or with a certificate that has expired. A failure is an EnrolmentError whose code
 * says what to do next. Rejected: gRPC's codes in the programs; a dozen of them mean three things here.
 */
import { type Client, type ServiceError, status } from '@grpc/grpc-js';
import { MAX_MESSAGE_BYTES } from '../core/limits.ts';
import type { Received } from '../wire/agents-service.ts';
import { isDecodeError } from '../wire/decode-error.ts';
import type { CertificateReply, JoinReply, JoinRequest, RenewRequest } from '../wire/enrolment-codec.ts';
import { enrolmentService } from '../wire/enrolment-service.ts';
import { createLine, type LineOptions } from './line.ts';

/**
 * `token`: it is not (or no longer) taken; `revoked`: the certificate will never be renewed; `busy`: ask again later; `away`: nobody was
 * reached; `refused`: anything else that the collector would not do.
 */
export type EnrolmentErrorCode = 'token' | 'revoked' | 'busy' | 'away' | 'refused';

export class EnrolmentError extends Error {
  readonly code: EnrolmentErrorCode;

  constructor(code: EnrolmentErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EnrolmentError';
    this.code = code;
  }
}

/** An answer takes a signature and a flushed line; a collector under load takes longer. */
const ANSWER_MS = 20_000;
const CHANNEL = { 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, 'grpc.enable_retries': 0 };

/** @throws EnrolmentError */
export const askJoin = (line: LineOptions, request: JoinRequest): Promise<JoinReply> =>
  ask(line, enrolmentService.Join, request);

/** @param line shows the certificate that has expired @throws EnrolmentError */
export async function askRenewal(line: LineOptions, request: RenewRequest): Promise<CertificateReply> {
  const reply = await ask(line, enrolmentService.Renew, request);
  if (reply.kind === 'certificate') return reply;
  throw new EnrolmentError('busy', `somebody has to approve it first: dorawatch agents approve ${reply.id}`);
}

interface Method<Request> {
  readonly path: string;
  readonly requestSerialize: (request: Received<Request>) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Received<JoinReply>;
}

async function ask<Request>(line: LineOptions, method: Method<Request>, request: Request): Promise<JoinReply> {
  const client = createLine(line, CHANNEL);
  try {
    const reply = await call(client, method, request);
    if (!isDecodeError(reply)) return reply;
    throw new EnrolmentError('refused', `the answer is not understood: ${reply.field} ${reply.reason}`);
  } finally {
    client.close();
  }
}

function call<Request>(client: Client, method: Method<Request>, request: Request): Promise<Received<JoinReply>> {
  const { path, requestSerialize, responseDeserialize } = method;
  // The one clock that gRPC takes a deadline on is its own.
  const options = { deadline: Number.POSITIVE_INFINITY };
  return new Promise((resolve, reject) => {
    const answer = (error: ServiceError | null, reply?: Received<JoinReply>): void => {
      clearTimeout(limit);
      if (error === null && reply !== undefined) resolve(reply);
      else reject(enrolmentError(error));
    };
    const asked = client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, options, answer);
    const limit = setTimeout(() => asked.cancel(), ANSWER_MS);
  });
}

const CODES: Partial<Record<status, EnrolmentErrorCode>> = {
  [status.UNAUTHENTICATED]: 'token',
  [status.PERMISSION_DENIED]: 'revoked',
  [status.RESOURCE_EXHAUSTED]: 'busy',
  [status.UNAVAILABLE]: 'away',
  [status.CANCELLED]: 'away',
  [status.DEADLINE_EXCEEDED]: 'away',
};

function enrolmentError(error: ServiceError | null): EnrolmentError {
  const code = CODES[error?.code ?? status.UNKNOWN] ?? 'refused';
  const said =
    code === 'away' && error?.code === status.CANCELLED ? 'no answer came' : plainDetails(error?.details ?? '');
  return new EnrolmentError(code, said, error ?? undefined);
}

const CUT =
  'it cut the connection without a word, as a collector that wants certificates does to whoever has none: dorawatch-agent join gets one';

/** gRPC's words without what only its developers need. */
export function plainDetails(details: string): string {
  return details
    .replace(/^No connection established[.] Last error: (\w*Error: )?/, '')
    .replace(/[.]? ?Resolution note:.*$/, '')
    .replace(/^Failed to connect \(.*\)$/, CUT);
}
