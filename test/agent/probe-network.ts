/**
 * Two namespaces and a wire: a host that probes, and one that answers as it is told. Far smaller than the lab, for faults
 * that no real server can be made to show. Names carry the owner's pid.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ending, LabChild } from '../lab/child.ts';
import { command, tryCommand } from '../lab/command.ts';
import { TYPESCRIPT } from '../typescript.ts';

export const AGENT_ADDRESS = '10.71.0.1';
export const SERVER_ADDRESS = '10.71.0.2';
/** A second address of the server's host, which nobody asks. */
export const OTHER_ADDRESS = '10.71.0.3';
/** On the wire's network, and nobody's. */
export const ABSENT_ADDRESS = '10.71.0.9';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let counter = 0;

/** Why this cannot run here; false when it can. */
export function networkSkipReason(): string | false {
  if (process.platform !== 'linux') return 'needs Linux network namespaces';
  if (process.getuid?.() !== 0) return 'needs root, for network namespaces and raw sockets';
  const name = `dwe-${process.pid}-try`;
  const made = tryCommand('ip', ['netns', 'add', name]);
  if (made.status !== 0) return `cannot make a network namespace: ${made.stderr.trim()}`;
  tryCommand('ip', ['netns', 'del', name]);
  return false;
}

/** The two hosts. Close it: namespaces outlive their maker. */
export class ProbeNetwork {
  readonly agent: string;
  readonly server: string;
  readonly #folder = mkdtempSync(join(tmpdir(), `dwe-${process.pid}-`));
  readonly #children: LabChild[] = [];

  constructor() {
    counter += 1;
    this.agent = `dwe-${process.pid}-${counter}-agent`;
    this.server = `dwe-${process.pid}-${counter}-server`;
    for (const name of [this.agent, this.server]) command('ip', ['netns', 'add', name]);
    const ends = ['name', 'lan', 'netns', this.agent, 'type', 'veth', 'peer', 'name', 'lan', 'netns', this.server];
    command('ip', ['link', 'add', ...ends]);
    const lines = (addresses: readonly string[]): string =>
      ['link set lo up', ...addresses.map((each) => `addr add ${each}/24 dev lan`), 'link set lan up', ''].join('\n');
    command('ip', ['-n', this.agent, '-batch', '-'], { input: lines([AGENT_ADDRESS]) });
    command('ip', ['-n', this.server, '-batch', '-'], { input: lines([SERVER_ADDRESS, OTHER_ADDRESS]) });
  }

  /** Runs a TypeScript file of the repository in one of the two namespaces. */
  run(namespace: string, file: string, args: readonly string[]): LabChild {
    return this.#start([process.execPath, TYPESCRIPT, file, ...args], namespace);
  }

  /** Runs the agent's command line as nobody, with these capabilities alone ("none", "net_raw"). */
  agentAsNobody(capabilities: string, ...args: readonly string[]): LabChild {
    const held = capabilities === 'none' ? '-all' : `-all,+${capabilities}`;
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', `--bounding-set=${held}`, `--inh-caps=${held}`];
    const node = [process.execPath, TYPESCRIPT, 'agent/main.ts', ...args];
    return this.#start(['setpriv', ...nobody, `--ambient-caps=${held}`, ...node]);
  }

  /** Runs any command in the agent's namespace. */
  command(...line: readonly string[]): LabChild {
    return this.#start(line);
  }

  /** Runs any command in the server's namespace. */
  serverCommand(...line: readonly string[]): LabChild {
    return this.#start(line, this.server);
  }

  #start(line: readonly string[], namespace = this.agent): LabChild {
    const logPath = join(this.#folder, `${this.#children.length}.log`);
    const child = new LabChild('ip', ['netns', 'exec', namespace, ...line], { logPath, cwd: ROOT });
    this.#children.push(child);
    return child;
  }

  /** A line for each packet that the server's host sees and `filter` lets through; says "listening" when it begins. */
  capture(filter: string): LabChild {
    // Short slots, or a reader that rests for a moment loses packets: whole ones fill the kernel's buffer with eight of them.
    const tcpdump = ['tcpdump', '-tt', '-nn', '-l', '-s', '64', '-B', '8192', '--immediate-mode', '-i', 'lan', filter];
    return this.#start(tcpdump, this.server);
  }

  /** Starts the server that answers as told; see fake-server.ts. */
  async serve(...args: readonly string[]): Promise<LabChild> {
    const child = this.run(this.server, 'test/agent/fake-server.ts', args);
    await child.waitForOutput(/serving/, 20_000);
    return child;
  }

  /** Runs `dorawatch-agent probe` to its end. */
  probe(...args: readonly string[]): Promise<Ending> {
    return this.run(this.agent, 'agent/main.ts', ['probe', ...args]).ended;
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop('SIGKILL')));
    for (const name of [this.agent, this.server]) tryCommand('ip', ['netns', 'del', name]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
