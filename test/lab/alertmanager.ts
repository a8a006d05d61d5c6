/**
 * A real Alertmanager of its own: a folder and a loopback port nobody else has, one receiver, and no patience, so that a test sees
 * in seconds what it would tell people. Rejected: a fake of its API; what is the same alert to it is the question.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { LabChild, pause } from './child.ts';
import { LabError } from './command.ts';
import { freePort } from './free-port.ts';
import { POLL_MS } from './limits.ts';

/** An alert as its API lists it. */
export interface ListedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly fingerprint: string;
  readonly generatorURL?: string;
}

const START_LIMIT_MS = 20_000;

export class Alertmanager {
  readonly url: string;
  readonly #child: LabChild;

  private constructor(folder: string, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    const args = [
      `--config.file=${folder}/alertmanager.yml`,
      `--storage.path=${folder}/data`,
      '--cluster.listen-address=',
    ];
    this.#child = new LabChild('prometheus-alertmanager', [...args, `--web.listen-address=127.0.0.1:${port}`], {
      logPath: `${folder}/alertmanager.log`,
    });
  }

  /** Starts one and waits until it is ready. @param receiver the URL that it tells */
  static async start(folder: string, receiver: string): Promise<Alertmanager> {
    mkdirSync(folder, { recursive: true });
    const route =
      'route: { receiver: people, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 24h }';
    const people = `receivers: [{ name: people, webhook_configs: [{ url: "${receiver}", send_resolved: true }] }]`;
    writeFileSync(`${folder}/alertmanager.yml`, `${route}\n${people}\n`);
    const manager = new Alertmanager(folder, await freePort());
    for (let leftMs = START_LIMIT_MS; leftMs > 0; leftMs -= POLL_MS) {
      if (await manager.#isReady()) return manager;
      await pause(POLL_MS);
    }
    await manager.stop();
    throw new LabError('TIMED_OUT', `Alertmanager was not ready in ${START_LIMIT_MS} ms`);
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/-/ready`)).ok;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  }

  /** Those that are not over. */
  async alerts(): Promise<readonly ListedAlert[]> {
    return (await (await fetch(`${this.url}/api/v2/alerts`)).json()) as readonly ListedAlert[];
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }
}
