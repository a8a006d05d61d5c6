/**
 * The OpenAPI 3.1 document, made from the routes that the server serves: what is not described is not there, and the other way
 * round. The live stream and the document itself are the only paths written by hand, since they are no ordinary routes.
 */
import { packageVersion } from '../../shared/io/package-version.ts';
import { type JsonSchema, named } from './json-schema.ts';
import { STREAMS_MAX } from './limits.ts';
import type { AnswerDoc, Route } from './route.ts';
import { alertSchemas } from './schemas/alert-schemas.ts';
import { eventSchemas } from './schemas/event-schemas.ts';
import { historySchemas } from './schemas/history-schemas.ts';
import { stateSchemas } from './schemas/state-schemas.ts';

const DESCRIPTION =
  'What dorawatch knows, as the page and `dorawatch … --json` read it. Times are RFC 3339 UTC with microseconds, by the ' +
  "collector's clock; every number has its unit in its key; an absent figure is null, never 0. Keys stay and new ones may follow; " +
  'words of a set may be joined by others. Errors are RFC 9457 problem details.';

const problem: AnswerDoc = {
  description: 'What is wrong with the request, or with the collector, in words',
  content: { 'application/problem+json': named('Problem') },
};

/** @param routes in the order in which they are to stand */
export function openapiDocument(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  paths['/api/v1/stream'] = { get: STREAM };
  const schemas = { ...stateSchemas, ...alertSchemas, ...eventSchemas, ...historySchemas };
  return {
    openapi: '3.1.0',
    info: { title: 'dorawatch', version: packageVersion(), description: DESCRIPTION },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    paths,
    components: { schemas },
  };
}

function operationOf({ id, summary, tag, parameters, answers, body }: Route): object {
  const given = Object.entries(parameters).map(([name, { description, schema, required }]) => ({
    name,
    in: 'query',
    description,
    required,
    schema,
  }));
  const responses = Object.fromEntries(
    Object.entries({ ...answers, default: problem }).map(([status, answer]) => [status, responseOf(answer)]),
  );
  const requestBody =
    body === undefined ? {} : { requestBody: { required: true, content: contentOf({ 'application/json': body }) } };
  return { operationId: id, summary, tags: [tag], parameters: given, ...requestBody, responses };
}

const responseOf = ({ description, content }: AnswerDoc): object => ({ description, content: contentOf(content) });

const contentOf = (content: Readonly<Record<string, JsonSchema>>): object =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));

const STREAM = {
  operationId: 'stream',
  summary: 'Live: what changes, as server-sent events',
  tags: ['now'],
  parameters: [],
  description:
    '`event: status` with a Status, at once and whenever it changed (at most one a second); `event: finding` with an Event, as it is ' +
    'news (again, with the same id, when it is revised in time); `event: agents` with Agents, every ten seconds if they changed; a ' +
    `comment line every 15 s. At most ${STREAMS_MAX} streams; who does not read is cut.`,
  responses: {
    200: responseOf({ description: 'The stream', content: { 'text/event-stream': { type: 'string' } } }),
    default: responseOf(problem),
  },
};
