/**
 * A route: its path, what it takes, what it answers and the function that does. One value serves the request, writes its lines of the
 * OpenAPI document and says which methods its path has, so that none of the three can be forgotten.
 */
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Caller } from '../core/access/caller.ts';
import type { RouteId } from '../core/access/roles.ts';
import { jsonLine } from '../core/answers/ops-json.ts';
import type { OpsAnswers } from '../io/ops-answers.ts';
import type { Gate, Visitor } from './gate.ts';
import type { JsonSchema } from './json-schema.ts';
import { type Parameters, readParameters, type Values } from './parameters.ts';

/** What an answer is made from. */
export interface RouteContext {
  readonly answers: OpsAnswers;
  /** Collector's clock. */
  readonly now: UnixMicros;
  /** The Accept header; null: none. */
  readonly accept: string | null;
  /** The parsed body; undefined: none. */
  readonly body: unknown;
  /** Who asks. */
  readonly visitor: Visitor;
  readonly by: Caller;
  /** As Gate has them, of this request. */
  login(token: string): ReturnType<Gate['login']>;
  logout(): Promise<string>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is answered under a status, by media type. */
export interface AnswerDoc {
  readonly description: string;
  readonly content: Readonly<Record<string, JsonSchema>>;
}

export interface RouteDoc {
  /** The name of the operation, unique: "getStatus"; who may ask stands under it in roles.ts. */
  readonly id: RouteId;
  readonly summary: string;
  readonly tag: string;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  readonly body?: JsonSchema;
}

/** A route as the server takes it. */
export interface Route extends RouteDoc {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly parameters: Parameters;
  /** The answer depends on who asks, and is made for each. */
  readonly isPersonal?: true;
  /** @throws Problem, Refusal */
  respond(query: URLSearchParams, context: RouteContext): Promise<HttpAnswer>;
}

/** A route from its description and a function that takes its parameters as read. */
export function route<Of extends Parameters>(
  description: RouteDoc & Pick<Route, 'method' | 'path' | 'isPersonal'> & { readonly parameters: Of },
  answer: (values: Values<Of>, context: RouteContext) => HttpAnswer | Promise<HttpAnswer>,
): Route {
  return {
    ...description,
    respond: async (query, context) => answer(readParameters(description.parameters, query, context.now), context),
  };
}

export const JSON_TYPE = 'application/json; charset=utf-8';

/** A view as one JSON document. */
export const jsonAnswer = (view: object, status = 200): HttpAnswer => ({
  status,
  type: JSON_TYPE,
  body: jsonLine(view),
});

/** The line of the document for a JSON answer. */
export const jsonDoc = (description: string, schema: JsonSchema): AnswerDoc => ({
  description,
  content: { 'application/json': schema },
});
