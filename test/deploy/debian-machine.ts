/**
 * A booted Debian: systemd as process 1 in a container (systemd-nspawn), in a network namespace that a test made. Units run
 * there with all that they say of themselves: user, capabilities, syscall filter, read-only system, limits, watchdog. Where
 * systemd-nspawn cannot boot, tests say so and skip; their units are then only verified and scored (units.test.ts).
 */
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../lab/child.ts';
import { type CommandResult, LabError, toolEnvironment, tryCommand } from '../lab/command.ts';
import { isAlive } from '../lab/namespaces.ts';
import { openTree } from './debian-tree.ts';

const BOOT_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;
const COMMAND_LIMIT_MS = 60_000;
const PATH = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin';

export class DebianMachine {
  readonly root: string;
  readonly #tree = openTree();
  readonly #pid: number;
  readonly #ended: Promise<void>;
  #leader = 0;

  private constructor(namespace: string | undefined) {
    this.root = this.#tree.root;
    const network = namespace === undefined ? '--private-network' : `--network-namespace-path=/run/netns/${namespace}`;
    const options = ['--quiet', '--boot', '--register=no', '--keep-unit', '--console=pipe', '--hostname=site'];
    const child = spawn('systemd-nspawn', [...options, network, `--directory=${this.root}`], {
      env: toolEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(this.root, '..', 'console.log'));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#pid = child.pid ?? 0;
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** Boots; what does not within BOOT_LIMIT_MS is a LabError. */
  static async boot(namespace?: string): Promise<DebianMachine> {
    const machine = new DebianMachine(namespace);
    try {
      await machine.until('the machine to be up', () => machine.#isUp(), BOOT_LIMIT_MS);
      return machine;
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  /** Runs a command inside, to its end, and tells how it ended. */
  try(...line: readonly string[]): CommandResult {
    const into = ['-t', String(this.#leader), '-m', '-u', '-i', '-n', '-p', '-C', '--', 'env', '-i', '-C', '/', PATH];
    return tryCommand('nsenter', [...into, 'LC_ALL=C', 'TERM=dumb', ...line], { limitMs: COMMAND_LIMIT_MS });
  }

  /** The same; anything but exit code 0 is a LabError. @returns its standard output */
  run(...line: readonly string[]): string {
    const { status, stdout, stderr } = this.try(...line);
    if (status === 0) return stdout;
    throw new LabError('COMMAND_FAILED', `${line.join(' ')}: exit code ${status}: ${stderr.trim()} ${stdout.trim()}`);
  }

  write(path: string, content: string | Uint8Array): void {
    writeFileSync(join(this.root, path), content);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  journal(unit: string): string {
    return this.run('journalctl', '--no-pager', '-o', 'cat', '-u', unit);
  }

  /** One property of a unit, as `systemctl show` spells it. */
  property(unit: string, name: string): string {
    return this.run('systemctl', 'show', '--value', '-p', name, unit).trim();
  }

  async until(what: string, holds: () => boolean, limitMs = 30_000): Promise<void> {
    for (let leftMs = limitMs; leftMs > 0; leftMs -= 50) {
      if (holds()) return;
      await pause(50);
    }
    throw new LabError('TIMED_OUT', `waited ${limitMs} ms for ${what}`);
  }

  async close(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (!isAlive(this.#pid)) break;
      process.kill(this.#pid, signal);
      await Promise.race([this.#ended, pause(STOP_LIMIT_MS)]);
    }
    this.#tree.close();
  }

  #isUp(): boolean {
    const [leader] = childrenOf(this.#pid);
    if (leader === undefined) return false;
    this.#leader = leader;
    return /running|degraded/.test(this.try('systemctl', 'is-system-running').stdout);
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

/** Why no machine can be booted here; false when one can. */
export function machineSkipReason(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root, for containers';
  const missing = ['systemd-nspawn', 'mmdebstrap', 'lintian', 'tcpdump'].filter(
    (tool) => tryCommand('sh', ['-c', `command -v ${tool}`]).status !== 0,
  );
  return missing.length === 0 ? false : `needs ${missing.join(', ')}`;
}
