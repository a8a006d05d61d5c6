/** Every route of the API, in the order of its document. */
import { openapiDocument } from '../openapi.ts';
import { jsonAnswer, type Route, route } from '../route.ts';
import { alertRoutes } from './alert-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { loginRoutes } from './login-routes.ts';
import { markRoutes } from './mark-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { stateRoutes } from './state-routes.ts';

/** @param further routes of other parts of the collector */
export function apiRoutes(further: readonly Route[]): readonly Route[] {
  const all: readonly Route[] = [...routes, ...further, openapiRoute(() => all)];
  return all;
}

function openapiRoute(described: () => readonly Route[]): Route {
  const description = { method: 'GET', path: '/api/v1/openapi.json', id: 'getDescription', tag: 'health' } as const;
  const answers = { 200: { description: 'This document', content: { 'application/json': { type: 'object' } } } };
  return route({ ...description, summary: 'What there is, as OpenAPI 3.1', parameters: {}, answers }, () =>
    jsonAnswer(openapiDocument(described())),
  );
}

const routes: readonly Route[] = [
  ...stateRoutes,
  ...alertRoutes,
  ...eventRoutes,
  ...historyRoutes,
  ...reportRoutes,
  ...markRoutes,
  ...loginRoutes,
  ...healthRoutes,
];
