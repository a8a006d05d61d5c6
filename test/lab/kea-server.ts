/**
 * One real kea-dhcp4 in its namespace: start, wait, kill, restart, stop, and its own view of the pair. Its state (leases,
 * log, socket, pid file) is in a folder of its own, so that two servers run on one machine and none touches /var/lib/kea.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ending, LabChild, pause } from './child.ts';
import { command, LabError } from './command.ts';
import { type HaState, haState, keaCommand } from './kea-control.ts';
import type { LabEvents } from './lab-event.ts';
import { KEA_START_LIMIT_MS, POLL_MS } from './limits.ts';

/** What a server is made of. `config` builds its configuration once the paths are known. */
export type KeaServerOptions = {
  /** `primary`, `standby`, or what an extra one is called. */
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
  readonly folder: string;
  readonly events: LabEvents;
  readonly config: (paths: { readonly stateFolder: string; readonly controlSocket: string }) => unknown;
};

/** A server of the pair; at most one process at a time. */
export class KeaServer {
  readonly name: string;
  readonly address: string;
  readonly namespace: string;
  readonly logPath: string;
  readonly configPath: string;
  readonly controlSocket: string;
  readonly #folder: string;
  readonly #events: LabEvents;
  readonly #program: string;
  #child: LabChild | undefined;

  constructor(options: KeaServerOptions) {
    this.name = options.name;
    this.address = options.address;
    this.namespace = options.namespace;
    this.#folder = options.folder;
    this.#events = options.events;
    mkdirSync(this.#folder, { recursive: true });
    this.logPath = join(this.#folder, 'kea.log');
    this.configPath = join(this.#folder, 'kea.json');
    this.controlSocket = join(this.#folder, 'control');
    const config = options.config({
      stateFolder: this.#folder,
      controlSocket: this.controlSocket,
    });
    writeFileSync(this.configPath, JSON.stringify(config, null, 1));
    this.#program = unconfinedProgram(this.#folder);
  }

  get isRunning(): boolean {
    return this.#child?.isRunning ?? false;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts the process and returns at once; `ready` waits for it. Starting a running server is a LabError. */
  start(): void {
    if (this.isRunning) throw new LabError('LIMIT', `${this.name} is already running`);
    // A killed server leaves both behind; the pid may be another process's by now.
    rmSync(join(this.#folder, 'kea.kea-dhcp4.pid'), { force: true });
    rmSync(this.controlSocket, { force: true });
    const env = {
      KEA_PIDFILE_DIR: this.#folder,
      KEA_LOCKFILE_DIR: this.#folder,
    };
    const args = ['netns', 'exec', this.namespace, this.#program, '-c', this.configPath];
    this.#child = this.#events.during('started', this.name, () => {
      return new LabChild('ip', args, {
        env,
        logPath: join(this.#folder, 'console.log'),
      });
    });
  }

  /** Waits until the server answers commands, which it does once its configuration is loaded. Returns the ms it took. */
  async ready(limitMs: number = KEA_START_LIMIT_MS): Promise<number> {
    const beganMs = Date.now();
    for (;;) {
      if ((await this.haState()) !== undefined) {
        this.#events.note('ready', this.name);
        return Date.now() - beganMs;
      }
      if (!this.isRunning) throw new LabError('CHILD_ENDED', `${this.name} ended while starting: ${this.#lastWords()}`);
      if (Date.now() - beganMs > limitMs)
        throw new LabError('TIMED_OUT', `${this.name} was not ready in ${limitMs} ms`);
      await pause(POLL_MS);
    }
  }

  /** kill -9, as a power cut; the kernel of its host lives on and answers ICMP port unreachable. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !child.isRunning) return;
    this.#events.during('killed', this.name, () => child.kill('SIGKILL'));
    await child.ended;
  }

  /** SIGTERM, as an operator does; resolves when it has ended. */
  async stop(): Promise<Ending | undefined> {
    const child = this.#child;
    if (child === undefined || !child.isRunning) return undefined;
    return await this.#events.during('stopped', this.name, () => child.stop());
  }

  /** Starts again with the same leases, and waits until it is ready. Returns the ms from start to ready. */
  async restart(): Promise<number> {
    await this.stop();
    this.start();
    return await this.ready();
  }

  /** Kea's own view of the pair; undefined while it cannot be asked (not running, or still loading). */
  async haState(): Promise<HaState | undefined> {
    if (!existsSync(this.controlSocket)) return undefined;
    try {
      return await haState(this.controlSocket);
    } catch (error) {
      // The socket exists before anyone listens on it, and outlives a killed server.
      if (error instanceof LabError) return undefined;
      throw error;
    }
  }

  /** Waits until Kea says it is in one of these states; a LabError names the state it is in instead. */
  async waitForState(states: readonly string[], limitMs: number): Promise<HaState> {
    const beganMs = Date.now();
    for (;;) {
      const seen = await this.haState();
      if (seen !== undefined && states.includes(seen.state)) return seen;
      if (Date.now() - beganMs > limitMs) {
        const words = `${this.name} is ${seen?.state ?? 'silent'}, not ${states.join(' or ')}, after ${limitMs} ms`;
        throw new LabError('TIMED_OUT', words);
      }
      await pause(POLL_MS);
    }
  }

  /** Any control command, e.g. `statistic-get-all`. */
  command(name: string, args?: unknown): Promise<unknown> {
    return keaCommand(this.controlSocket, name, args);
  }

  #lastWords(): string {
    const log = existsSync(this.logPath) ? readFileSync(this.logPath, 'utf8') : '';
    return (log + (this.#child?.stderr ?? '')).slice(-2000);
  }
}

/**
 * Debian's AppArmor profile ties /usr/sbin/kea-dhcp4 to /etc/kea and /var/lib/kea. Profiles go by path, so where AppArmor
 * is on, a copy in the lab's folder runs instead; switching a profile off would change the host.
 */
function unconfinedProgram(folder: string): string {
  const program = command('sh', ['-c', 'command -v kea-dhcp4']).trim();
  const enabled = '/sys/module/apparmor/parameters/enabled';
  if (!existsSync(enabled) || readFileSync(enabled, 'utf8').trim() !== 'Y') return program;
  const copy = join(folder, 'kea-dhcp4');
  copyFileSync(program, copy);
  return copy;
}

/** Folder of Kea's hook libraries on this machine (its name has the architecture in it). */
export function keaHooksFolder(): string | undefined {
  return readdirSync('/usr/lib')
    .map((each) => join('/usr/lib', each, 'kea/hooks'))
    .find((each) => existsSync(join(each, 'libdhcp_ha.so')));
}
