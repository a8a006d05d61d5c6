/**
 * What goes wrong, as problem details (RFC 9457): a machine reads `status` and `errors`, a person `detail`. `type` is about:blank,
 * for which the title is that of the status code. Rejected: a URI a kind; it would promise a page that nobody writes.
 */
import { STATUS_CODES } from 'node:http';
import type { RefusalKind } from '../io/refusal.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** One parameter, or key of a body, that is wrong. */
export interface ParameterProblem {
  readonly parameter: string;
  readonly detail: string;
}

/** The document; `errors` is there when parameters are wrong. */
export interface ProblemView {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly ParameterProblem[];
}

/** A request that cannot be answered, with the answer that says why. */
export class Problem extends Error {
  readonly view: ProblemView;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    { errors, headers = {} }: { errors?: readonly ParameterProblem[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.view = problemView(status, detail, errors);
    this.headers = headers;
  }
}

export function problemView(status: number, detail: string, errors?: readonly ParameterProblem[]): ProblemView {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, detail, ...(errors === undefined ? {} : { errors }) };
}

/** Several wrong parameters in one answer: who mends one finds no second. */
export function parametersProblem(errors: readonly ParameterProblem[]): Problem {
  return new Problem(400, errors.map(({ parameter, detail }) => `${parameter}: ${detail}`).join('; '), { errors });
}

/** The status of each kind of refusal. */
export const REFUSAL_STATUS: Readonly<Record<RefusalKind, number>> = {
  'not-found': 404,
  invalid: 400,
  'too-large': 422,
  'not-now': 409,
  unauthenticated: 401,
  forbidden: 403,
  'too-often': 429,
  internal: 500,
};

/** What fastify finds wrong with a request before it comes to a route, in our words. */
const FRAMEWORK: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  FST_ERR_BAD_URL: [400, 'the address is not a valid URL; a percent sign stands before two hexadecimal digits'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'expected a body with Content-Type: application/json'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'the body is not JSON'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'the body is empty; expected a JSON object'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'the body is not as long as Content-Length says'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'the body is too large; at most 65536 octets are read'],
};

/** @returns the problem that a failure of the framework is; null: it is none that we know */
export function frameworkProblem(error: unknown): Problem | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = FRAMEWORK[code];
  if (known !== undefined) return new Problem(...known);
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500 ? new Problem(status, 'the request cannot be understood') : null;
}
