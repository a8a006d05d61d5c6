/**
 * The agent's page of metrics: one route on one address, by node:http alone, since a site host has better things to do with
 * its memory than a web framework. It is no part of the measurement: when its port is taken the agent says so once and probes on.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorText } from '../../shared/core/error-text.ts';
import { type MetricsFormat, metricsFormat } from '../../shared/core/metrics/content-type.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { MetricsPage } from '../../shared/io/metrics-page.ts';
import type { ListenAddress } from '../core/agent-config.ts';

export interface MetricsHttp {
  /** Lets go of the port; who is still reading is cut off. */
  close(): Promise<void>;
}

/** Scrapers at once: two Prometheus servers and some people. */
const CONNECTIONS_MAX = 16;
/** Who takes longer to ask is cut off, ms. */
const REQUEST_MAX_MS = 5_000;

/** @returns null when the address cannot be had, which has been said then */
export function serveMetrics(
  listen: ListenAddress,
  page: (format: MetricsFormat) => Promise<MetricsPage>,
  logger: Logger,
): Promise<MetricsHttp | null> {
  const server = createServer(
    { requestTimeout: REQUEST_MAX_MS, headersTimeout: REQUEST_MAX_MS },
    (request, response) => {
      answer(request, response, page).catch((error: unknown) => {
        logger.error({ err: error }, 'the page of metrics could not be made');
        response.writeHead(500).end();
      });
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  const place = `${listen.host}:${listen.port}`;
  return new Promise((resolve) => {
    server.once('error', (error) => {
      const fields = { metrics: place };
      logger.warn(fields, `no metrics at ${place} (${errorText(error)}): probing goes on; --metrics HOST:PORT or off`);
      resolve(null);
    });
    server.listen({ host: listen.host.replace(/^\[(.*)\]$/, '$1'), port: listen.port }, () => {
      const { port } = server.address() as AddressInfo;
      logger.info({ metrics: `${listen.host}:${port}` }, `metrics at http://${listen.host}:${port}/metrics`);
      resolve({ close: () => closed(server) });
    });
  });
}

function closed(server: ReturnType<typeof createServer>): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return ended;
}

async function answer(
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
  page: (format: MetricsFormat) => Promise<MetricsPage>,
): Promise<void> {
  if (url.split('?')[0] !== '/metrics') {
    response.writeHead(404, PLAIN).end('there is /metrics here, and nothing else\n');
  } else if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { ...PLAIN, allow: 'GET, HEAD' }).end('/metrics takes GET\n');
  } else {
    const { contentType, text } = await page(metricsFormat(headers.accept));
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? undefined : text);
  }
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
