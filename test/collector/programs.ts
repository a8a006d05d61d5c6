/** Starts the real programs as processes, as a person would, and ends them by their ids. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TYPESCRIPT } from '../typescript.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(main: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [TYPESCRIPT, main, ...args], {
    cwd: root,
    env: { ...process.env, TZ: 'UTC', NO_COLOR: '1', NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function collected(child: ChildProcess): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** Runs a program to its end. */
export function run(
  main: 'collector/main.ts' | 'collector/ops/main.ts',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return collected(start(main, args, env));
}

export interface CollectorProcess {
  readonly pid: number;
  readonly address: string;
  /** Base of its HTTP: "http://127.0.0.1:PORT". */
  readonly http: string;
  readonly ended: Promise<Ran>;
  /** Resolves with the first log line that holds the text. */
  logged(text: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a collector on ports of the kernel's choice, or where another one was; resolves when it is ready. */
export async function startCollectorProcess(
  config: string,
  state: string,
  env: Readonly<Record<string, string>> = {},
  listen: { readonly grpc?: string; readonly http?: string; readonly args?: readonly string[] } = {},
): Promise<CollectorProcess> {
  const { grpc = '127.0.0.1:0', http = '127.0.0.1:0', args = [] } = listen;
  const child = start(
    'collector/main.ts',
    ['serve', '--config', config, '--state', state, '--grpc', grpc, '--http', http, ...args],
    env,
  );
  const ended = collected(child);
  let log = '';
  const waiting = new Set<() => void>();
  child.stderr?.on('data', (text: string) => {
    log += text;
    for (const look of waiting) look();
  });
  const logged = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = log.split('\n').find((one) => one.includes(text) && one.endsWith('}'));
        if (line === undefined) return;
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
      look();
      ended.then(({ stderr }) => reject(new Error(`the collector ended: ${stderr}`)));
    });
  const ready: { grpc: string; http: string } = JSON.parse(await logged('collector ready'));
  const pid = child.pid ?? 0;
  return {
    pid,
    address: ready.grpc,
    http: `http://${ready.http}`,
    ended,
    logged,
    kill: (signal) => child.kill(signal),
  };
}
