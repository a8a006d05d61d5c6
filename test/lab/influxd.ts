/**
 * A real influxd of its own: configuration, folders and loopback ports nobody else has, so that several run beside each other
 * and beside a host's own. It can be killed as a power cut does and started again on what it left, and made to ask for a password.
 *
 * Rejected: the host's influxd. A test must be able to kill it, fill its disk and drop its databases.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { LabChild, pause } from './child.ts';
import { LabError } from './command.ts';
import { INFLUXD_START_LIMIT_MS, POLL_MS } from './limits.ts';

/** What an influxd is made of. */
export interface InfluxdOptions {
  /** Empty, or what an earlier one left; its log and configuration go there. */
  readonly folder: string;
  /** Where its shards and its write-ahead log go; default: in `folder`. */
  readonly dataFolder?: string;
  /** Ask for user and password. The first query that it takes is the creation of an administrator. */
  readonly auth?: boolean;
}

/** An answer's rows, a list of values for each. */
export interface InfluxdSeries {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** One influxd; at most one process at a time. */
export class Influxd {
  readonly url: string;
  readonly #options: InfluxdOptions;
  readonly #config: string;
  #child: LabChild | undefined;

  private constructor(options: InfluxdOptions, http: number, rpc: number) {
    this.#options = options;
    this.url = `http://127.0.0.1:${http}`;
    this.#config = join(options.folder, 'influxdb.conf');
    mkdirSync(options.folder, { recursive: true });
    writeFileSync(this.#config, influxdConfig(options, { http, rpc }));
  }

  /** Starts one and waits until it answers. */
  static async start(options: InfluxdOptions): Promise<Influxd> {
    const [http, rpc] = await freePorts();
    const influxd = new Influxd(options, http, rpc);
    await influxd.start();
    return influxd;
  }

  /** Starts it again on what it left. */
  async start(): Promise<void> {
    this.#child = new LabChild('influxd', ['-config', this.#config], {
      logPath: join(this.#options.folder, 'influxd.log'),
    });
    for (let leftMs = INFLUXD_START_LIMIT_MS; leftMs > 0; leftMs -= POLL_MS) {
      if (!this.#child.isRunning)
        throw new LabError('CHILD_ENDED', `influxd ended: ${this.#child.stderr.slice(-2000)}`);
      if (await this.#isAnswering()) return;
      await pause(POLL_MS);
    }
    throw new LabError('TIMED_OUT', `influxd did not answer in ${INFLUXD_START_LIMIT_MS} ms`);
  }

  async #isAnswering(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/ping`)).status === 204;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  }

  /** kill -9; what it had acknowledged is on its disk. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#child?.ended;
  }

  /** Any signal, such as SIGSTOP, with which it takes connections and answers none. */
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
  }

  /** One or more statements, as a person would type them; `user` is NAME:PASSWORD. Times come as strings of ns digits. */
  async query(text: string, database = '', user?: string): Promise<readonly InfluxdSeries[]> {
    const form = new URLSearchParams({ q: text, db: database, epoch: 'ns' });
    const headers = user === undefined ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
    const answer = await fetch(`${this.url}/query`, { method: 'POST', body: form, headers });
    // Nineteen digits do not fit a double.
    const body = (await answer.text()).replaceAll(/([[,])(-?\d{16,})(?=[,\]])/g, '$1"$2"');
    const read = JSON.parse(body) as { error?: string; results?: { error?: string; series?: InfluxdSeries[] }[] };
    const problem = read.error ?? read.results?.find(({ error }) => error !== undefined)?.error;
    if (problem !== undefined) throw new LabError('CONTROL_FAILED', `${text}: ${problem}`);
    return read.results?.flatMap(({ series }) => series ?? []) ?? [];
  }
}

/** The configuration of an influxd that keeps to its folder and to loopback. */
export function influxdConfig(
  { folder, dataFolder = folder, auth = false }: InfluxdOptions,
  { http, rpc }: { readonly http: number; readonly rpc: number },
): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${dataFolder}/data"
  wal-dir = "${dataFolder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  auth-enabled = ${auth}
  log-enabled = false
[subscriber]
  enabled = false
[continuous_queries]
  enabled = false
`;
}

/** Two ports that nobody listened on a moment ago. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}
