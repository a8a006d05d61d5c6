/**
 * The live stream (server-sent events): the state of everything whenever it changed, findings as they are news, agents now and then.
 * Each message is built once and its octets are shared by all readers. A reader that is behind gets the newest state when it has
 * caught up, every finding, and is cut when it does not read at all. Rejected: WebSockets; nothing goes the other way.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { EventRow } from '../../shared/core/ops-view.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { isRequested } from '../core/answers/event-rows.ts';
import { jsonLine } from '../core/answers/ops-json.ts';
import type { OpsAnswers } from '../io/ops-answers.ts';
import type { Gate, Visitor } from './gate.ts';
import {
  AGENTS_EVERY_MS,
  KEEP_ALIVE_MS,
  RETRY_MS,
  STATUS_EVERY_MS,
  STREAM_BACKLOG_MAX_BYTES,
  STREAMS_MAX,
} from './limits.ts';
import { guard, refuseOtherMethods, visitorOf } from './mount.ts';
import { Problem } from './problem.ts';
import { statusDocument } from './routes/status-document.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export const STREAM_PATH = '/api/v1/stream';

/** What the streams are, and what the bounds have held back since the start. */
export interface StreamCounts {
  readonly open: number;
  readonly refused: number;
  readonly cut: number;
}

export interface LiveStreams {
  readonly counts: StreamCounts;
  serve(server: FastifyInstance): void;
  /** Ends every stream. */
  close(): void;
}

const HEADERS = {
  ...SECURITY_HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies that gather what they pass on would hold a stream back.
  'x-accel-buffering': 'no',
};

export interface LiveStreamsOptions {
  readonly answers: OpsAnswers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly gate: Gate;
}

export function createLiveStreams(options: LiveStreamsOptions): LiveStreams {
  const hub = new Hub(options);
  return {
    get counts() {
      return { open: hub.open, refused: hub.refused, cut: hub.cut };
    },
    serve: (server) => {
      server.route({
        method: 'GET',
        url: STREAM_PATH,
        exposeHeadRoute: false,
        onRequest: guard(options.gate, 'stream'),
        handler: (request, reply) => {
          if (!hub.hasRoom) {
            hub.refused += 1;
            const headers = { 'retry-after': String(Math.ceil(AGENTS_EVERY_MS / 1000)) };
            throw new Problem(503, `already ${STREAMS_MAX} live streams; close a page that nobody looks at`, {
              headers,
            });
          }
          reply.hijack();
          hub.add(reply.raw, visitorOf(request));
        },
      });
      refuseOtherMethods(server, STREAM_PATH, ['GET']);
    },
    close: () => hub.close(),
  };
}

/** What a message replaces: a newer one of the same kind makes an older one worthless. */
type StateKind = 'status' | 'agents';

class Hub {
  readonly #options: LiveStreamsOptions;
  readonly #readers = new Map<ServerResponse, Visitor>();
  /** The newest of each kind: its octets, and what it was made from. */
  readonly #newest = new Map<StateKind, { readonly made: string; readonly octets: Buffer }>();
  /** Who has not got the newest yet. */
  readonly #behind = new Map<StateKind, Set<ServerResponse>>([
    ['status', new Set()],
    ['agents', new Set()],
  ]);
  /** Who was behind when everybody was last told that the stream lives. */
  readonly #stalled = new Set<ServerResponse>();
  #ends: (() => void)[] = [];
  /** Readers cut for not reading, and those that there was no room for. */
  cut = 0;
  refused = 0;
  #closed = false;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
  }

  get open(): number {
    return this.#readers.size;
  }

  get hasRoom(): boolean {
    return !this.#closed && this.#readers.size < STREAMS_MAX;
  }

  add(reader: ServerResponse, visitor: Visitor): void {
    reader.writeHead(200, HEADERS);
    reader.write(`retry: ${RETRY_MS}\n\n`);
    this.#readers.set(reader, visitor);
    reader.on('drain', () => this.#catchUp(reader));
    reader.once('close', () => this.#remove(reader));
    for (const behind of this.#behind.values()) behind.add(reader);
    if (this.#readers.size === 1) this.#begin();
    this.#catchUp(reader);
  }

  close(): void {
    this.#closed = true;
    for (const reader of this.#readers.keys()) reader.end();
  }

  /** The first reader starts the looking, the last one ends it. */
  #begin(): void {
    const { answers } = this.#options;
    const every = (ms: number, look: () => void): void => {
      const timer = setInterval(look, ms);
      this.#ends.push(() => clearInterval(timer));
    };
    every(STATUS_EVERY_MS, () => {
      this.#endOver();
      if (this.#readers.size > 0) this.#look('status');
    });
    every(AGENTS_EVERY_MS, () => this.#look('agents'));
    every(KEEP_ALIVE_MS, () => this.#keepAlive());
    this.#ends.push(answers.follow((rows) => this.#tellNews(rows)));
    this.#look('status');
    this.#look('agents');
  }

  /** Whose token has ended or was taken back, or who logged out, is told nothing more. */
  #endOver(): void {
    for (const [reader, visitor] of this.#readers) {
      if (this.#options.gate.isStill(visitor)) continue;
      // First out of the list: whoever is written to after its end takes the whole collector along.
      this.#remove(reader);
      reader.end();
    }
  }

  #remove(reader: ServerResponse): void {
    this.#readers.delete(reader);
    this.#stalled.delete(reader);
    for (const behind of this.#behind.values()) behind.delete(reader);
    if (this.#readers.size > 0) return;
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#newest.clear();
  }

  /** Builds a message if what it says has changed; the present alone is no change. */
  #look(kind: StateKind): void {
    const { answers, clock, logger } = this.#options;
    try {
      const view = kind === 'status' ? answers.state({ group: null }) : answers.agents();
      const made = jsonLine(view);
      if (made !== this.#newest.get(kind)?.made) {
        const document = 'groups' in view ? statusDocument(view, clock.wall()) : view;
        this.#newest.set(kind, { made, octets: Buffer.from(`event: ${kind}\ndata: ${jsonLine(document)}\n`) });
        for (const reader of this.#readers.keys()) this.#behind.get(kind)?.add(reader);
      }
    } catch (error) {
      logger.error({ err: error }, 'the live stream cannot be told the state');
    }
    for (const reader of this.#behind.get(kind) ?? []) this.#catchUp(reader);
  }

  #catchUp(reader: ServerResponse): void {
    for (const [kind, behind] of this.#behind) {
      const newest = this.#newest.get(kind);
      if (newest === undefined || !behind.has(reader) || reader.writableNeedDrain) continue;
      behind.delete(reader);
      reader.write(newest.octets);
    }
  }

  #tellNews(rows: readonly EventRow[]): void {
    const told = rows.filter((row) => isRequested(row, EVERYTHING));
    if (told.length > 0)
      this.#tell(Buffer.from(told.map((row) => `event: finding\ndata: ${jsonLine(row)}\n`).join('')));
  }

  #tell(octets: Buffer): void {
    for (const reader of this.#readers.keys()) {
      if (reader.writableLength > STREAM_BACKLOG_MAX_BYTES) this.#cut(reader);
      else reader.write(octets);
    }
  }

  /** Who has read nothing between two of these has gone without a word: a laptop that was closed holds a place that others need. */
  #keepAlive(): void {
    for (const reader of this.#readers.keys()) {
      if (!reader.writableNeedDrain) this.#stalled.delete(reader);
      else if (this.#stalled.has(reader)) this.#cut(reader);
      else this.#stalled.add(reader);
    }
    this.#tell(KEEP_ALIVE);
  }

  #cut(reader: ServerResponse): void {
    this.cut += 1;
    this.#options.logger.info({ cut: this.cut }, 'a reader of the live stream did not read and was cut');
    reader.destroy();
  }
}

const KEEP_ALIVE = Buffer.from(': keep-alive\n\n');

/** As `dorawatch events --follow`: single sites' views are no news to everybody. */
const EVERYTHING = { group: null, since: null, until: null, paths: false };
