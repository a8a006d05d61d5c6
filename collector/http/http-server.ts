/**
 * The collector's HTTP port: the page, the versioned API under /api/v1, the live stream, health. fastify carries it; routes are values
 * (route.ts), so that the server knows none of them by name. Bind failures are said in words, as the gRPC port's are.
 */

import { type FastifyInstance, fastify } from 'fastify';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { ListenError } from '../io/listen-error.ts';
import type { OpsAnswers } from '../io/ops-answers.ts';
import { answerClientError, answerProblems, problemOf, sendProblem } from './failures.ts';
import type { Gate } from './gate.ts';
import { BODY_MAX_BYTES, CLOSE_GRACE_MS, CONNECTIONS_MAX, REQUEST_MAX_MS } from './limits.ts';
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
  /** Routes of other parts of the collector, "/metrics" for one. */
  readonly further?: readonly Route[];
}

export interface HttpServer {
  /** HOST:PORT as bound. */
  readonly address: string;
  /** Live streams, and connections refused for want of room. */
  readonly counts: StreamCounts & { readonly connectionsRefused: number };
  /** Ends the live streams, lets requests in flight end, and lets go of the port. */
  close(): Promise<void>;
}

/** @throws ListenError PORT_TAKEN · PORT_FORBIDDEN · ADDRESS_UNKNOWN · BIND_FAILED */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { answers, clock, logger, gate, listen, further = [] } = options;
  const server = fastify({
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_MAX_MS,
    // Queries are read by the routes' own grammar.
    routerOptions: { querystringParser: () => ({}) },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(reply.headers(SECURITY_HEADERS), problemOf(error, logger)),
  });
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
  return {
    address,
    get counts() {
      return { ...streams.counts, connectionsRefused };
    },
    close: () => close(server, streams),
  };
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
