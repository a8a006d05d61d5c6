/**
 * InfluxDB 1.x over HTTP: the only file that knows the `influx` package. Points go with their declared schema and their
 * nanoseconds as digits. Every failure becomes an Answer; nothing is thrown but what is a defect of ours.
 *
 * The package retries, rotates hosts, and drops what a 5xx says, and it waits for ever for a body that stops half-way. So it is
 * given one host, no retries, an agent of our own (destroyed when the time is over), and answers are read beside it from Node's
 * diagnostics channel. Rejected: writing the line protocol ourselves; the package's escaping is tried by many.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { FieldType, InfluxDB, type ISchemaOptions, ResultError } from 'influx';
import type { Milliseconds } from '../../shared/core/units.ts';
import type { InfluxConfig } from '../core/config/config.ts';
import { ANSWER_MAX_BYTES, REQUEST_LIMIT_MS } from '../core/influx/limits.ts';
import { type FieldKind, MEASUREMENTS, type Point } from '../core/influx/point.ts';
import type { Answer } from '../core/influx/write-verdict.ts';

/** A question that was not answered as asked. `code` INFLUX_REFUSED: it answered, with `answer.code`; INFLUX_SILENT: it did not. */
export class InfluxError extends Error {
  readonly code: 'INFLUX_REFUSED' | 'INFLUX_SILENT';
  readonly answer: Answer;
  constructor(answer: Answer) {
    // Without its cause: the package's error holds the request, and with it the password, and errors are logged.
    super(answer.text);
    this.name = 'InfluxError';
    this.code = answer.code === null ? 'INFLUX_SILENT' : 'INFLUX_REFUSED';
    this.answer = answer;
  }
}

/** A row of an answer; `time` is exact, in ns. */
export type InfluxRow = Readonly<Record<string, unknown>> & { readonly time?: { getNanoTime(): string } };

export interface InfluxClient {
  /** @param policy retention policy; null: the database's default @returns the answer, whatever it is */
  write(points: readonly Point[], policy: string | null): Promise<Answer>;
  /** Databases that this user sees. @throws InfluxError */
  databases(): Promise<readonly string[]>;
  /** @throws InfluxError */
  createDatabase(): Promise<void>;
  /** Names of the database's retention policies. @throws InfluxError */
  policies(): Promise<readonly string[]>;
  /** @throws InfluxError */
  createPolicy(name: string, keep: Milliseconds): Promise<void>;
  /** Any one InfluxQL statement. @throws InfluxError */
  query(text: string): Promise<readonly InfluxRow[]>;
  close(): void;
}

const KINDS: Readonly<Record<FieldKind, FieldType>> = {
  integer: FieldType.INTEGER,
  float: FieldType.FLOAT,
  string: FieldType.STRING,
  boolean: FieldType.BOOLEAN,
};

const schema = (): ISchemaOptions[] =>
  Object.entries(MEASUREMENTS).map(([measurement, { tags, fields }]) => ({
    measurement,
    tags: [...tags],
    fields: Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, KINDS[kind]])),
  }));

/** Never a pause of the package's own: whoever calls decides when to try again. */
const NO_PAUSE = { getDelay: () => 0, next: () => NO_PAUSE, reset: () => NO_PAUSE };

/** What stands in the way of a connection is told by the first request. @param password null: none */
export function createInfluxClient(
  config: Pick<InfluxConfig, 'url' | 'database' | 'username'>,
  password: string | null,
  limitMs: number = REQUEST_LIMIT_MS,
): InfluxClient {
  const url = new URL(config.url);
  const secure = url.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const influx = new InfluxDB({
    host: url.hostname,
    port: Number(url.port || (secure ? 443 : 80)),
    path: url.pathname.replace(/\/$/, ''),
    protocol: secure ? 'https' : 'http',
    database: config.database,
    // Null would be taken for "root" by the package.
    username: config.username ?? '',
    password: password ?? '',
    schema: schema(),
    pool: { maxRetries: 0, requestTimeout: limitMs, backoff: NO_PAUSE },
    options: { agent },
  });
  return clientOf(influx, createAnswers(agent), { database: config.database, agent, limitMs });
}

interface Wire {
  readonly database: string;
  readonly agent: HttpAgent;
  readonly limitMs: number;
}

function clientOf(influx: InfluxDB, answers: Answers, { database, agent, limitMs }: Wire): InfluxClient {
  const asked = async <Value>(question: () => Promise<Value>): Promise<Value> => {
    answers.forget();
    try {
      return await inTime(question(), limitMs, agent);
    } catch (error) {
      throw new InfluxError(answers.after(error));
    }
  };
  return {
    write: async (points, policy) => {
      answers.forget();
      const options = { precision: 'n' as const, ...(policy === null ? {} : { retentionPolicy: policy }) };
      const rows = points.map(({ measurement, tags, fields, timestamp }) => ({ measurement, tags, fields, timestamp }));
      try {
        await inTime(influx.writePoints(rows, options), limitMs, agent);
        return { code: 204, text: '', retryAfterMs: null };
      } catch (error) {
        return answers.after(error);
      }
    },
    databases: () => asked(() => influx.getDatabaseNames()),
    createDatabase: () => asked(() => influx.createDatabase(database)),
    policies: async () => (await asked(() => influx.showRetentionPolicies(database))).map(({ name }) => name),
    createPolicy: (name, keep) =>
      asked(() =>
        influx.createRetentionPolicy(name, { database, duration: `${Math.ceil(keep / 1000)}s`, replication: 1 }),
      ),
    query: (text) => asked(() => influx.query<InfluxRow>(text, { database, method: 'POST', precision: 'n' })),
    close: () => {
      answers.close();
      agent.destroy();
    },
  };
}

/** The package's own limit does not cover an answer that stops half-way. */
async function inTime<Value>(work: Promise<Value>, limitMs: number, agent: HttpAgent): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, over]);
  } catch (error) {
    // Whatever hangs on these sockets hangs no longer; the next request opens new ones.
    agent.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface Answers {
  forget(): void;
  /** The last answer that came in since, or why there was none. */
  after(error: unknown): Answer;
  close(): void;
}

const CHANNEL = 'http.client.response.finish';

/** Reads the answers that come in through an agent; one request at a time is under way on it. */
function createAnswers(agent: HttpAgent): Answers {
  let seen: { readonly response: IncomingMessage; text: string } | null = null;
  const read = (message: unknown): void => {
    const { request, response } = message as { readonly request: ClientRequest; readonly response: IncomingMessage };
    if ((request as { readonly agent?: unknown }).agent !== agent) return;
    const own = { response, text: '' };
    seen = own;
    if ((response.statusCode ?? 0) < 300) return;
    response.on('data', (part: Buffer | string) => {
      if (own.text.length < ANSWER_MAX_BYTES) own.text += String(part);
    });
  };
  subscribe(CHANNEL, read);
  return {
    forget: () => {
      seen = null;
    },
    after: (error) => {
      const said = error instanceof Error ? error : new Error(String(error));
      if (seen === null) return { code: null, text: reasonOf(said), retryAfterMs: null };
      const { response, text } = seen;
      const code = response.statusCode ?? null;
      // A statement's refusal comes as 200 with a sentence in it; an answer that began well and never ended is none.
      if (said instanceof ResultError) return { code: 400, text: said.message, retryAfterMs: null };
      if (code !== null && code < 300) return { code: null, text: reasonOf(said), retryAfterMs: null };
      return { code, text: messageOf(text), retryAfterMs: retryAfter(response.headers['retry-after']) };
    },
    close: () => unsubscribe(CHANNEL, read),
  };
}

const reasonOf = (error: Error): string => {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return error.message === '' ? (code ?? error.name) : error.message;
};

/** InfluxDB says {"error": "…"}; a proxy before it says anything. */
function messageOf(body: string): string {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === 'object' && read !== null && 'error' in read ? String(read.error) : body;
  } catch (error) {
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}

/** Seconds only; as a date it depends on two clocks. */
const retryAfter = (header: string | undefined): number | null =>
  header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
