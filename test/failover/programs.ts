/**
 * The three programs at work in a lab: a collector behind the gateway, an agent on the site's host, and the ops command
 * line, all as built in dist/, started the way the README says. The failover test and the demo tell the same story with it.
 * Rejected: composing the programs in-process. What is shipped is what is tried, command line and signals included.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabChild } from '../lab/child.ts';
import { pause } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import type { Host } from '../lab/namespaces.ts';

const PROGRAM = new URL('../../dist/', import.meta.url).pathname;
const GRPC_PORT = 6767;
/** Each poll starts a program; more often would load the machine that is being measured. */
const POLL_MS = 1_000;
export const GROUP = 'corsham-dhcp';
export const SITE = 'corsham';

/** What an ops command printed and how it ended. */
export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramsOptions {
  readonly ratePerSecond: number;
  /** The whole configuration, where it is another than a hot-standby pair at this rate. */
  readonly yaml?: string;
  /** A second set in the same lab: files of its own, a port of its own, an agent on another site's host. */
  readonly second?: { readonly name: string; readonly port: number; readonly agentHost: Host };
}

/** The collector's YAML for the lab's pair; design defaults but for the rate. */
function collectorYaml(lab: Lab, options: ProgramsOptions): string {
  return `groups:
  - name: ${GROUP}
    mode: hot-standby
    servers:
      - { name: primary, address: ${lab.network.primary.address}, role: primary }
      - { name: standby, address: ${lab.network.standby.address}, role: standby }
sites:
  - { name: ${SITE} }
probe:
  rate: ${options.ratePerSecond}/s
  drop_time: 3s
  release: always
detect: { fall: 10, rise: 2 }
`;
}

export class Programs {
  readonly configPath: string;
  readonly #lab: Lab;
  readonly #options: ProgramsOptions;
  readonly #folder: string;
  #collector: LabChild | undefined;
  #agent: LabChild | undefined;

  constructor(lab: Lab, options: ProgramsOptions) {
    this.#lab = lab;
    this.#options = options;
    this.#folder = join(lab.folder, options.second?.name ?? '.');
    mkdirSync(this.#folder, { recursive: true });
    this.configPath = join(this.#folder, 'collector.yaml');
    writeFileSync(this.configPath, options.yaml ?? collectorYaml(lab, options));
  }

  get address(): string {
    return `${this.#lab.network.collector.address}:${this.#options.second?.port ?? GRPC_PORT}`;
  }

  get agent(): LabChild {
    if (this.#agent === undefined) throw new Error('the agent was not started');
    return this.#agent;
  }

  get collector(): LabChild {
    if (this.#collector === undefined) throw new Error('the collector was not started');
    return this.#collector;
  }

  /** The command line that starts a program here, to be shown to a person. */
  commandLine(host: Host, program: string, args: readonly string[]): string {
    return `ip netns exec ${host.namespace} node ${PROGRAM}${program} ${args.join(' ')}`;
  }

  startCollector(): LabChild {
    const state = join(this.#folder, 'collector-state');
    const args = ['serve', '--insecure-listen', '--config', this.configPath, '--state', state, '--grpc', this.address];
    // Two collectors in one namespace: one of them on the usual port.
    if (this.#options.second !== undefined) args.push('--http', '127.0.0.1:0');
    this.#collector = this.#node(this.#lab.network.collector, 'collector/main.js', args, 'dorawatch-collector');
    return this.#collector;
  }

  startAgent(): LabChild {
    const state = join(this.#folder, 'agent-state');
    const args = ['run', '--collector', this.address, '--site', SITE, '--state', state];
    this.#agent = this.#node(
      this.#options.second?.agentHost ?? this.#lab.site,
      'agent/main.js',
      args,
      'dorawatch-agent',
    );
    return this.#agent;
  }

  /** Runs `dorawatch ARGS` on the collector's host to its end. Its output goes through a file: an export is large. */
  async ops(...args: string[]): Promise<Printed> {
    const child = this.#node(this.#lab.network.collector, 'collector/ops/main.js', args, 'dorawatch');
    const ending = await child.ended;
    const whole = child.shedChars > 0 ? readFileSync(child.logPath, 'utf8') : ending.stdout;
    return { code: ending.code, stdout: whole, stderr: ending.stderr };
  }

  /** The same, as JSON. */
  async json<Shape>(...args: string[]): Promise<Shape> {
    const printed = await this.ops(...args, '--json');
    if (printed.code !== 0) throw new Error(`dorawatch ${args.join(' ')}: exit ${printed.code}: ${printed.stderr}`);
    return JSON.parse(printed.stdout) as Shape;
  }

  /** Starts an ops command that goes on (`events --follow`). */
  follow(...args: string[]): LabChild {
    return this.#node(this.#lab.network.collector, 'collector/ops/main.js', args, 'dorawatch-follow');
  }

  /** Polls `dorawatch status` until the group is in the state wanted; the last answer is in the error otherwise. */
  async waitForGroupState(wanted: string, limitMs: number, group = GROUP): Promise<void> {
    let last = '';
    for (let leftMs = limitMs; leftMs > 0; leftMs -= POLL_MS) {
      const printed = await this.ops('status', '--json');
      last = printed.stdout || printed.stderr;
      if (printed.code === 0) {
        const status = JSON.parse(printed.stdout) as { groups: { name: string; state: string }[] };
        if (status.groups.find(({ name }) => name === group)?.state === wanted) return;
      }
      await pause(POLL_MS);
    }
    throw new Error(`the group was not ${wanted} within ${limitMs} ms; last: ${last}`);
  }

  #node(host: Host, program: string, args: readonly string[], name: string): LabChild {
    return this.#lab.run(host, process.execPath, [`${PROGRAM}${program}`, ...args], {
      name,
      env: { DORAWATCH_COLLECTOR: this.address, NO_COLOR: '1' },
    });
  }
}
