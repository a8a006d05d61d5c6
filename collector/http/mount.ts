/** Routes on the server: each with its method, and for every other method the answer which ones there are (RFC 9110, 15.5.6). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/io/clock.ts';
import { ROUTE_NEEDS, type RouteId } from '../core/access/roles.ts';
import type { OpsAnswers } from '../io/ops-answers.ts';
import type { Gate, Visitor } from './gate.ts';
import { Problem } from './problem.ts';
import type { HttpAnswer, Route } from './route.ts';
import { isCrossSite } from './security-headers.ts';
import { Turns } from './turns.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof METHODS)[number];

export interface MountContext {
  readonly answers: OpsAnswers;
  readonly clock: Clock;
  readonly gate: Gate;
}

/** Who asks, from the moment that the gate has let a request in. */
const visitors = new WeakMap<FastifyRequest, Visitor>();

/** Lets a request in, or refuses it, before its body is read. */
export function guard(gate: Gate, id: RouteId): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const path = request.raw.url?.split('?')[0] ?? '';
    visitors.set(request, await gate.admit(request, ROUTE_NEEDS[id], `${request.method} ${path}`));
  };
}

export function visitorOf(request: FastifyRequest): Visitor {
  const visitor = visitors.get(request);
  if (visitor === undefined) throw new Error('a route is served without the gate');
  return visitor;
}

export function serveRoutes(server: FastifyInstance, routes: readonly Route[], context: MountContext): void {
  const turns = new Turns<HttpAnswer>();
  for (const route of routes) {
    const onRequest = [...(route.method === 'POST' ? [refuseCrossSite] : []), guard(context.gate, route.id)];
    server.route({
      method: route.method,
      url: route.path,
      onRequest,
      handler: (request, reply) => respond(route, context, { request, reply, turns }),
    });
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    refuseOtherMethods(
      server,
      path,
      routes.filter((route) => route.path === path).map(({ method }) => method),
    );
  }
}

/** @param served GET serves HEAD too */
export function refuseOtherMethods(server: FastifyInstance, path: string, served: readonly Method[]): void {
  const allowed = served.flatMap((method): readonly Method[] => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = allowed.join(', ');
  server.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url: path,
    // Before a body is read.
    onRequest: async ({ method }) => {
      throw new Problem(405, `${path} does not take ${method}; it takes ${allow}`, { headers: { allow } });
    },
    handler: async () => undefined,
  });
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly turns: Turns<HttpAnswer>;
}

async function respond(
  route: Route,
  { answers, clock, gate }: MountContext,
  { request, reply, turns }: Exchange,
): Promise<unknown> {
  const accept = request.headers.accept ?? null;
  const visitor = visitorOf(request);
  const isShared = route.method === 'GET' && route.isPersonal !== true;
  const question = isShared ? `${request.raw.url} ${accept}` : null;
  const asked = {
    ...{ answers, accept, visitor, by: visitor.caller, body: request.body },
    login: (token: string) => gate.login(request, token),
    logout: () => gate.logout(request, visitor),
  };
  const answer = await turns.ask(question, () => route.respond(queryOf(request), { ...asked, now: clock.wall() }));
  return reply
    .code(answer.status)
    .headers({ 'cache-control': 'no-store', ...answer.headers })
    .type(answer.type)
    .send(answer.body);
}

/** The query as it was typed. */
export function queryOf({ raw }: FastifyRequest): URLSearchParams {
  const url = raw.url ?? '';
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

async function refuseCrossSite({ headers }: FastifyRequest): Promise<void> {
  if (!isCrossSite(headers, headers.host)) return;
  throw new Problem(403, "a page of another site may not have this done; only the collector's own page, or a program");
}
