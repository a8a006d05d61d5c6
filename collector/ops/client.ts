/**
 * The connection of an ops command to the collector. A failure becomes an OpsError with its exit code and a sentence that
 * says where we looked and what to do; commands know nothing of gRPC.
 */
import { type Client, connectivityState, type ServiceError, status } from '@grpc/grpc-js';
import { KEEPALIVE_TIME_MS, KEEPALIVE_TIMEOUT_MS, MAX_MESSAGE_BYTES } from '../../shared/core/limits.ts';
import { plainDetails } from '../../shared/io/enrolment-client.ts';
import { createLine } from '../../shared/io/line.ts';
import { type OpsMethod, opsService } from '../../shared/wire/ops-service.ts';

import { type Login, lineTo } from './logins.ts';
import { OpsError } from './ops-error.ts';

type Methods = typeof opsService;
type RequestOf<Name extends keyof Methods> = Methods[Name] extends OpsMethod<infer Request, infer _> ? Request : never;
type ReplyOf<Name extends keyof Methods> = Methods[Name] extends OpsMethod<infer _, infer Reply> ? Reply : never;

export interface OpsClient {
  /** One answer. @throws OpsError */
  ask<Name extends keyof Methods>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>>;
  /** A stream of answers; ends with the collector's. @throws OpsError */
  stream<Name extends keyof Methods>(name: Name, request: RequestOf<Name>): AsyncIterable<ReplyOf<Name>>;
  close(): void;
}

/** Where the collector is, and who said so. */
export interface Destination {
  /** HOST:PORT */
  readonly address: string;
  /** "--collector", "DORAWATCH_COLLECTOR", "the only login" or "the default". */
  readonly source: string;
  /** Who comes there; null: nobody in particular. */
  readonly login: Login | null;
}

/** A collector on the same continent answers within this, or is not there. */
const CONNECT_TIMEOUT_MS = 5000;
/** A report over a year of many sites reads a long log. */
const ANSWER_TIMEOUT_MS = 10 * 60 * 1000;

/** @param login null: as nobody, in plain text @param now wall clock in ms, for deadlines */
export function connectOps(given: Omit<Destination, 'login'>, login: Login | null, now: () => number): OpsClient {
  const destination = { ...given, login };
  const client = createLine(lineTo(given.address, login), {
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    // A program that waits for a collector to come back looks this often, not ever more rarely.
    'grpc.max_reconnect_backoff_ms': 2000,
    // Reports of long periods are larger than an agent's messages.
    'grpc.max_receive_message_length': 64 * MAX_MESSAGE_BYTES,
  });
  return {
    ask: async (name, request) => {
      await connected(client, destination, now);
      return ask(client, destination, methodOf(name), request, now() + ANSWER_TIMEOUT_MS);
    },
    stream: (name, request) => stream(client, destination, { method: methodOf(name), request, now }),
    close: () => client.close(),
  };
}

/** The table is keyed by name; the compiler cannot follow that a name's request belongs to the same name's method. */
function methodOf<Name extends keyof Methods>(name: Name): OpsMethod<RequestOf<Name>, ReplyOf<Name>> {
  return opsService[name] as unknown as OpsMethod<RequestOf<Name>, ReplyOf<Name>>;
}

/** Waits for a connection; a refused one fails at once, a silent one after CONNECT_TIMEOUT_MS. */
function connected(client: Client, destination: Destination, now: () => number): Promise<void> {
  const channel = client.getChannel();
  const deadline = now() + CONNECT_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) resolve();
      else if (state === connectivityState.TRANSIENT_FAILURE)
        reject(unreachable(destination, new Error('refused, or no such host, or what listens there is no collector')));
      else
        channel.watchConnectivityState(state, deadline, (error) =>
          error ? reject(unreachable(destination, new Error('no answer in 5 s'))) : look(),
        );
    };
    look();
  });
}

function unreachable({ address, source, login }: Destination, cause: Error): OpsError {
  // gRPC's own words are for its developers, and those of our own lines are for whoever connects.
  const why = `: ${'details' in cause ? plainDetails(String(cause.details)) : cause.message}`;
  const remedy =
    login === null
      ? `Is "dorawatch-collector serve" running there, and its --grpc open to this host? If it lets nobody in without a certificate: ` +
        `dorawatch login --collector ${address} --token TOKEN. `
      : '';
  return new OpsError(
    `cannot reach the collector at ${address} (${source})${why}.\n${remedy}` +
      `Another place: --collector HOST:PORT, or DORAWATCH_COLLECTOR in the environment.`,
    1,
    cause,
  );
}

function ask<Request, Reply>(
  client: Client,
  destination: Destination,
  { path, requestSerialize, responseDeserialize }: OpsMethod<Request, Reply>,
  request: Request,
  deadline: number,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, { deadline }, (error, reply) => {
      if (reply === undefined) reject(opsError(error, destination));
      else resolve(reply);
    });
  });
}

interface StreamCall<Request, Reply> {
  readonly method: OpsMethod<Request, Reply>;
  readonly request: Request;
  readonly now: () => number;
}

async function* stream<Request, Reply>(
  client: Client,
  destination: Destination,
  { method, request, now }: StreamCall<Request, Reply>,
): AsyncIterable<Reply> {
  await connected(client, destination, now);
  const { path, requestSerialize, responseDeserialize } = method;
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
  try {
    // The stream is typed without its content.
    yield* call as AsyncIterable<Reply>;
  } catch (error) {
    throw opsError(error, destination);
  } finally {
    call.cancel();
  }
}

const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && 'details' in error;

function opsError(error: unknown, destination: Destination): OpsError {
  if (!isServiceError(error)) return new OpsError(String(error), 1, error);
  if (error.code === status.UNAVAILABLE) return unreachable(destination, error);
  if (error.code === status.UNIMPLEMENTED && destination.login !== null) {
    const { address, login } = destination;
    const remedy = `an admin makes a new token (dorawatch people invite ${login.name} --role ROLE), then: dorawatch login --collector ${address} --token TOKEN`;
    return new OpsError(
      `${address} does not know ${login.name} any more: the certificate was revoked, or has expired; ${remedy}`,
      1,
      error,
    );
  }
  if (error.code === status.UNIMPLEMENTED) {
    return new OpsError(`what answers at ${destination.address} is no collector of this version`, 1, error);
  }
  const wrong = error.code === status.INVALID_ARGUMENT || error.code === status.NOT_FOUND;
  return new OpsError(error.details, wrong ? 2 : 1, error);
}
