/**
 * The collector's HTTP port: the page, the versioned API under /api/v1, the live stream, health. fastify carries it; routes are values
 * (route.ts), so that the server knows none of them by name. Bind failures are said in words, as the gRPC port's are.
 */

import type { Server as TlsServer } from 'node:tls';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
} from 'fastify';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { ListenError } from '../io/listen-error.ts';
import type { OpsAnswers } from '../io/ops-answers.ts';
import { followTlsPair, readTlsPair, type TlsFiles, type TlsPair } from '../io/tls-pair.ts';
import { answerClientError, answerProblems, problemOf, sendProblem } from './failures.ts';
import type { Gate } from './gate.ts';
import { BODY_MAX_BYTES, CLOSE_GRACE_MS, CONNECTIONS_MAX, HANDSHAKE_MAX_MS, REQUEST_MAX_MS } from './limits.ts';
import { createLiveStreams, type StreamCounts } from './live-streams.ts';
import { serveRoutes } from './mount.ts';
import type { Route } from './route.ts';
import { apiRoutes } from './routes/api-routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { servePage } from './static-page.ts';

export interface HttpServerOptions {
  /** HOST:PORT; port 0 lets the kernel choose. */
  readonly listen: string;
  readonly answers: OpsAnswers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly gate: Gate;
  /** Null: plain text. */
  readonly tls: TlsFiles | null;
  /** Routes of other parts of the collector, "/metrics" for one. */
  readonly further?: readonly Route[];
}

export interface HttpServer {
  /** HOST:PORT as bound. */
  readonly address: string;
  /** Live streams, and connections refused for want of room. */
  readonly counts: StreamCounts & Gate['counts'] & { readonly connectionsRefused: number };
  /** Ends the live streams, lets requests in flight end, and lets go of the port. */
  close(): Promise<void>;
}

/** @throws ListenError PORT_TAKEN · PORT_FORBIDDEN · ADDRESS_UNKNOWN · BIND_FAILED, TlsPairError */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { answers, clock, logger, gate, listen, tls, further = [] } = options;
  const pair = tls === null ? null : await readTlsPair(tls);
  const server = createServer(pair, logger);
  server.server.maxConnections = CONNECTIONS_MAX;
  let connectionsRefused = 0;
  server.server.on('drop', () => {
    connectionsRefused += 1;
  });
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS));
  const routes = apiRoutes(further);
  answerProblems(server, { logger, paths: routes.map(({ path }) => path) });
  const streams = createLiveStreams({ answers, clock, logger, gate });
  serveRoutes(server, routes, { answers, clock, gate });
  streams.serve(server);
  await servePage(server);
  const address = await bind(server, listen);
  const unfollow = tls === null || pair === null ? () => undefined : followPair(server, tls, { first: pair, logger });
  return {
    address,
    get counts() {
      return { ...streams.counts, ...gate.counts, connectionsRefused };
    },
    close: () => {
      unfollow();
      return close(server, streams);
    },
  };
}

/** fastify with our bounds and words. @param pair null: plain text */
function createServer(pair: TlsPair | null, logger: Logger): FastifyInstance {
  const options = {
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_MAX_MS,
    // Queries are read by the routes' own grammar.
    routerOptions: { querystringParser: () => ({}) },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) =>
      void sendProblem(reply.headers(SECURITY_HEADERS), problemOf(error, logger)),
  };
  const https = { ...pair, minVersion: TLS_VERSION, handshakeTimeout: HANDSHAKE_MAX_MS };
  // With or without `https` is to the types another server; of both we use what they share.
  return fastify({ ...options, ...(pair === null ? {} : { https }) } as FastifyServerOptions);
}

const TLS_VERSION = 'TLSv1.3';

function followPair(
  server: FastifyInstance,
  tls: TlsFiles,
  { first, logger }: { readonly first: TlsPair; readonly logger: Logger },
): () => void {
  const secured = server.server as unknown as TlsServer;
  const take = (pair: TlsPair): void => secured.setSecureContext({ ...pair, minVersion: TLS_VERSION });
  return followTlsPair(tls, { first, take, logger });
}

async function bind(server: FastifyInstance, listen: string): Promise<string> {
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  try {
    await server.listen({ host, port: Number(listen.slice(colon + 1)) });
  } catch (error) {
    throw new ListenError(listen, '--http', error instanceof Error ? error : new Error(String(error)));
  }
  const bound = server.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return `${listen.slice(0, colon)}:${port}`;
}

/** What has not ended after the grace is cut. */
async function close(server: FastifyInstance, streams: { close(): void }): Promise<void> {
  streams.close();
  const force = setTimeout(() => server.server.closeAllConnections(), CLOSE_GRACE_MS);
  await server.close();
  clearTimeout(force);
}
