/**
 * A real HTTP proxy of its own on a loopback port nobody else has: what offices have between their sites and the world. Rejected: a proxy
 * of thirty lines here; it would answer as we think that proxies do.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { LabChild, pause } from './child.ts';
import { LabError } from './command.ts';
import { freePort } from './free-port.ts';
import { POLL_MS } from './limits.ts';
import { missingTools } from './requirements.ts';

/** The reason to give to tap's `skip`; false when tinyproxy is there. */
export const tinyproxySkipReason = (): string | false =>
  missingTools().includes('tinyproxy') ? 'tinyproxy is not installed (Debian: tinyproxy-bin)' : false;

const START_LIMIT_MS = 10_000;

export interface TinyproxyRules {
  /** The one port that CONNECT may go to; absent: any. */
  readonly port?: number;
  /** Who may use it; absent: everybody. */
  readonly login?: { readonly user: string; readonly password: string };
}

export class Tinyproxy {
  readonly port: number;
  readonly #child: LabChild;
  readonly #log: string;

  private constructor(folder: string, port: number) {
    this.port = port;
    this.#log = `${folder}/tinyproxy.log`;
    this.#child = new LabChild('tinyproxy', ['-d', '-c', `${folder}/tinyproxy.conf`], { logPath: this.#log });
  }

  /** Starts one and waits until it listens. */
  static async start(folder: string, rules: TinyproxyRules = {}): Promise<Tinyproxy> {
    mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const lines = [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Timeout 600',
      'MaxClients 20',
      'Allow 127.0.0.1',
      'LogLevel Connect',
    ];
    if (rules.port !== undefined) lines.push(`ConnectPort ${rules.port}`);
    if (rules.login !== undefined) lines.push(`BasicAuth ${rules.login.user} ${rules.login.password}`);
    writeFileSync(`${folder}/tinyproxy.conf`, `${lines.join('\n')}\n`);
    const proxy = new Tinyproxy(folder, port);
    for (let leftMs = START_LIMIT_MS; leftMs > 0; leftMs -= POLL_MS) {
      if (await proxy.#isListening()) return proxy;
      await pause(POLL_MS);
    }
    await proxy.stop();
    throw new LabError('TIMED_OUT', `tinyproxy did not listen in ${START_LIMIT_MS} ms`);
  }

  #isListening(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  }

  /** What it has logged: a line a connection. */
  get log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }
}
