/** Every failure on the HTTP port becomes a problem document, whoever found it: a route, the answers, fastify, or Node's parser. */
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../shared/io/logger.ts';
import { nearestWord } from '../core/config/nearest-word.ts';
import { refusalOf } from '../io/refusal.ts';
import { frameworkProblem, PROBLEM_TYPE, Problem, problemView, REFUSAL_STATUS } from './problem.ts';

/** @param paths those that there are, for "did you mean" */
export function answerProblems(
  server: FastifyInstance,
  { logger, paths }: { readonly logger: Logger; readonly paths: readonly string[] },
): void {
  server.setErrorHandler((error, _request, reply) => sendProblem(reply, problemOf(error, logger)));
  server.setNotFoundHandler((request, reply) => sendProblem(reply, notFound(request, paths)));
}

export function sendProblem(reply: FastifyReply, { view, headers }: Problem): FastifyReply {
  return reply
    .code(view.status)
    .headers({ 'cache-control': 'no-store', ...headers })
    .type(PROBLEM_TYPE)
    .send(`${JSON.stringify(view)}\n`);
}

export function problemOf(error: unknown, logger: Logger): Problem {
  if (error instanceof Problem) return error;
  const framework = frameworkProblem(error);
  if (framework !== null) return framework;
  const { kind, message } = refusalOf(error, logger);
  const detail = kind === 'internal' ? 'the collector could not answer; its log says why' : message;
  return new Problem(REFUSAL_STATUS[kind], detail);
}

function notFound({ url, method }: FastifyRequest, paths: readonly string[]): Problem {
  const path = url.split('?')[0] ?? '';
  // Methods that the router has never heard of.
  if (paths.includes(path))
    return new Problem(405, `${path} does not take ${method}`, { headers: { allow: 'GET, HEAD' } });
  const nearest = nearestWord(path, paths);
  const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  const hint = nearest === null ? 'the API is described in /api/v1/openapi.json' : `did you mean ${nearest}?`;
  return new Problem(404, `there is no ${shown}; ${hint}`);
}

/** What is no HTTP, too long or too slow: there is no request yet that could be replied to. */
export function answerClientError(error: FastifyError | Error, socket: Socket): void {
  const code = 'code' in error ? String(error.code) : '';
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, detail] = CLIENT_ERRORS[code] ?? [400, 'this is not HTTP/1.1'];
  const view = problemView(status, detail);
  const body = `${JSON.stringify(view)}\n`;
  const head = `HTTP/1.1 ${status} ${view.title}\r\nContent-Type: ${PROBLEM_TYPE}\r\nX-Content-Type-Options: nosniff`;
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the request line and headers are too long; at most 16 KiB are read'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request was not all here in time'],
};
