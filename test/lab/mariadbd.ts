/**
 * A real MariaDB of the lab's own, with Kea's schema in it, on a host of its own behind the gateway: own folder, own port
 * (of its namespace), own accounts, ended by its id. Two Kea servers share it, as the team does whose failover test this
 * comes from. The host's MariaDB was refused: a test must be able to stop it, kill it and make it read-only.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LabChild, pause } from './child.ts';
import { command, LabError, tryCommand } from './command.ts';
import type { LabEvents } from './lab-event.ts';
import { MARIADBD_START_LIMIT_MS, POLL_MS } from './limits.ts';
import type { Host } from './namespaces.ts';

const PORT = 3306;
const ACCOUNT = { database: 'kea', user: 'kea', password: 'kea-of-the-lab' } as const;
/** Durable enough for a kill, and no more: the disk of a test machine is shared. */
const SMALL = [
  '--innodb-log-file-size=8M',
  '--innodb-buffer-pool-size=24M',
  '--innodb-flush-log-at-trx-commit=0',
  '--performance-schema=OFF',
  '--skip-name-resolve',
];

/** What a database is made of. `folder` is the lab's for it. */
export type MariadbdOptions = { readonly host: Host; readonly folder: string; readonly events: LabEvents };

/** One mariadbd; at most one process at a time. */
export class Mariadbd {
  readonly #host: Host;
  readonly #folder: string;
  readonly #events: LabEvents;
  #child: LabChild | undefined;

  constructor(options: MariadbdOptions) {
    this.#host = options.host;
    this.#folder = options.folder;
    this.#events = options.events;
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Kea's `lease-database` for this one, with more of Kea's own settings (`on-fail`, `max-reconnect-tries`, …). */
  leaseDatabase(settings: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    const { database: name, user, password } = ACCOUNT;
    return { type: 'mysql', host: this.#host.address, port: PORT, name, user, password, ...settings };
  }

  /** Makes the data folder, Kea's account and Kea's tables, and leaves it running. */
  async create(): Promise<void> {
    const where = [`--datadir=${this.#dataFolder}`, '--user=root', '--skip-test-db'];
    command('mariadb-install-db', ['--no-defaults', ...where, '--auth-root-authentication-method=normal', ...SMALL]);
    await this.start();
    const { database, user, password } = ACCOUNT;
    // The InnoDB tables of Kea's schema reference each other: its rights are on this one database.
    this.sql(
      `CREATE DATABASE ${database}; CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'; GRANT ALL ON ${database}.* TO '${user}'@'%';`,
    );
    const account = ['-u', user, '-p', password, '-n', database, '-h', this.#host.address, '-P', String(PORT)];
    command('ip', ['netns', 'exec', this.#host.namespace, 'kea-admin', 'db-init', 'mysql', ...account]);
  }

  get isRunning(): boolean {
    return this.#child?.isRunning ?? false;
  }

  /** Starts it on what it has, and waits until it answers. */
  async start(): Promise<void> {
    if (this.isRunning) throw new LabError('LIMIT', 'mariadbd is already running');
    const listen = [`--bind-address=${this.#host.address}`, `--port=${PORT}`, `--socket=${this.#socket}`];
    const own = [`--datadir=${this.#dataFolder}`, `--pid-file=${join(this.#folder, 'pid')}`, '--user=root'];
    const args = ['netns', 'exec', this.#host.namespace, 'mariadbd', '--no-defaults', ...own, ...listen, ...SMALL];
    const child = this.#events.during('started', 'database', () => {
      return new LabChild('ip', args, { logPath: join(this.#folder, 'mariadbd.log') });
    });
    this.#child = child;
    for (let leftMs = MARIADBD_START_LIMIT_MS; leftMs > 0; leftMs -= POLL_MS) {
      if (!child.isRunning) throw new LabError('CHILD_ENDED', `mariadbd ended: ${child.stderr.slice(-2000)}`);
      if (this.#ask('SELECT 1').status === 0) {
        this.#events.note('ready', 'database');
        return;
      }
      await pause(POLL_MS);
    }
    throw new LabError('TIMED_OUT', `mariadbd did not answer in ${MARIADBD_START_LIMIT_MS} ms`);
  }

  /** SIGTERM, as an operator's restart; its clients' connections are closed. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !child.isRunning) return;
    await this.#events.during('stopped', 'database', () => child.stop());
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !child.isRunning) return;
    this.#events.during('killed', 'database', () => child.kill('SIGKILL'));
    await child.ended;
  }

  /** SIGSTOP and SIGCONT: connections stay, nothing is answered, as when a disk hangs. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name);
  }

  /** Statements as its administrator, who is not bound by `read_only`; returns the rows, tab-separated. */
  sql(text: string): string {
    const asked = this.#ask(text);
    if (asked.status !== 0) throw new LabError('COMMAND_FAILED', `${text}: ${asked.stderr.trim()}`);
    return asked.stdout;
  }

  get #dataFolder(): string {
    return join(this.#folder, 'data');
  }

  get #socket(): string {
    return join(this.#folder, 'socket');
  }

  #ask(text: string): ReturnType<typeof tryCommand> {
    const database =
      text === 'SELECT 1' || text.startsWith('CREATE DATABASE') ? [] : [`--database=${ACCOUNT.database}`];
    const args = ['--no-defaults', `--socket=${this.#socket}`, '--user=root', '--batch', '--skip-column-names'];
    return tryCommand('mariadb', [...args, ...database], { input: text });
  }
}
