/**
 * A real Prometheus server of its own, on a loopback port of the kernel's choice, with a configuration that a test wrote. Asked as
 * Grafana asks it: instant and range queries, and values of a label.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabChild } from './child.ts';
import { LabError } from './command.ts';

/** One series of an answer: values as [s, "text"]. */
export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Bound on a start: its store is empty. */
const START_LIMIT_MS = 30_000;

export class Prometheus {
  readonly url: string;
  readonly #child: LabChild;

  private constructor(url: string, child: LabChild) {
    this.url = url;
    this.#child = child;
  }

  /** @param config text of a prometheus.yml; paths in it are relative to the folder */
  static async start(folder: string, config: string): Promise<Prometheus> {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, config);
    const args = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'store')}`];
    const child = new LabChild('prometheus', [...args, '--web.listen-address=127.0.0.1:0'], {
      logPath: join(folder, 'prometheus.log'),
    });
    await child.waitForOutput(/Server is ready to receive web requests/, START_LIMIT_MS);
    const address = /msg="Listening on" address=(\S+)/.exec(child.stderr)?.[1];
    if (address === undefined)
      throw new LabError('CONTROL_FAILED', `prometheus did not say where it listens: ${child.stderr}`);
    return new Prometheus(`http://${address}`, child);
  }

  /** Now. */
  query(expression: string): Promise<readonly PrometheusSeries[]> {
    return this.#ask('query', { query: expression }).then((found) => (found as { result: PrometheusSeries[] }).result);
  }

  /** Over a period, s since 1970, a second a step. */
  range(expression: string, start: number, end: number): Promise<readonly PrometheusSeries[]> {
    const period = { start: String(start), end: String(end), step: '1' };
    return this.#ask('query_range', { query: expression, ...period }).then(
      (found) => (found as { result: PrometheusSeries[] }).result,
    );
  }

  /** Values of a label among series that match. */
  labelValues(label: string, match: string): Promise<readonly string[]> {
    return this.#ask(`label/${label}/values`, { 'match[]': match }) as Promise<readonly string[]>;
  }

  /** What it knows of its targets or rules. */
  api(path: 'targets' | 'rules'): Promise<unknown> {
    return this.#ask(path, {});
  }

  async #ask(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const answer = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = (await answer.json()) as { status: string; data?: unknown; error?: string };
    if (status !== 'success') throw new LabError('CONTROL_FAILED', `${JSON.stringify(parameters)}: ${error}`);
    return data;
  }

  async stop(): Promise<void> {
    await this.#child.stop('SIGKILL');
  }
}
