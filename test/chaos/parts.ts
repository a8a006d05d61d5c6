/**
 * The parts that chaos befalls, as built in dist/ and started by their command lines: a collector with an influxd beside it,
 * and an agent a site, each with a small disk of its own. What each agent said of itself is kept, life by life, for the checker.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabChild, pause } from '../lab/child.ts';
import { influxdConfig } from '../lab/influxd.ts';
import type { Lab } from '../lab/lab.ts';
import type { Host } from '../lab/namespaces.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import { type SteppedClock, steppedClock } from './stepped-clock.ts';

const DIST = new URL('../../dist/', import.meta.url).pathname;
const GRPC_PORT = 6767;
/** A run's log is a few megabytes; the filler takes the rest when a disk is filled. */
const AGENT_DISK_MB = 16;
const COLLECTOR_DISK_MB = 96;
const INFLUXD_DISK_MB = 128;
/** In the collector's namespace, where nobody else listens. */
const INFLUXD_PORTS = { http: 8086, rpc: 8088 };
const INFLUXD_URL = `http://127.0.0.1:${INFLUXD_PORTS.http}`;
const DATABASE = 'dorawatch';
const START_LIMIT_MS = 30_000;
const POLL_MS = 1_000;
export const GROUP = 'corsham-dhcp';

/** One start of an agent, to its end. Times are the machine's wall clock, µs. */
export interface Life {
  readonly site: number;
  readonly child: LabChild;
  readonly startedUs: number;
  endedUs: number | undefined;
  isKilled: boolean;
}

/** A program with a place of its own. */
interface Seat {
  readonly host: Host;
  readonly disk: SmallDisk;
  child: LabChild | undefined;
}

interface AgentSeat extends Seat {
  readonly clock: SteppedClock;
}

/** What chaos may name beside the servers: the number is an agent's site. */
export type PartName = 'collector' | 'influxd' | number;

export const siteName = (site: number): string => `site${site}`;
export const agentName = (site: number): string => `agent${site}`;

interface Seats {
  readonly collector: Seat;
  readonly influxd: Seat;
  readonly agents: readonly AgentSeat[];
}

export class Parts {
  readonly lives: Life[] = [];
  readonly #lab: Lab;
  readonly #configPath: string;
  readonly #collector: Seat;
  readonly #influxd: Seat;
  readonly #agents: readonly AgentSeat[];

  private constructor(lab: Lab, configPath: string, seats: Seats) {
    this.#lab = lab;
    this.#configPath = configPath;
    this.#collector = seats.collector;
    this.#influxd = seats.influxd;
    this.#agents = seats.agents;
  }

  /** Disks, clocks and the configuration; nothing runs yet. */
  static async prepare(lab: Lab, ratePerSecond: number): Promise<Parts> {
    const { sites, collector } = lab.network;
    const configPath = join(lab.folder, 'collector.yaml');
    writeFileSync(configPath, collectorYaml(lab, ratePerSecond));
    const seatOf = async (host: Host, name: string, megabytes: number): Promise<Seat> => {
      const disk = await mountSmallDisk(lab, host, join(lab.folder, `${name}-state`), megabytes);
      return { host, disk, child: undefined };
    };
    const agents: AgentSeat[] = [];
    for (const [site, host] of sites.entries()) {
      const name = agentName(site);
      const clock = steppedClock(join(lab.folder, `${name}-clock`));
      agents.push({ ...(await seatOf(host, name, AGENT_DISK_MB)), clock });
    }
    return new Parts(lab, configPath, {
      collector: await seatOf(collector, 'collector', COLLECTOR_DISK_MB),
      influxd: await seatOf(collector, 'influxd', INFLUXD_DISK_MB),
      agents,
    });
  }

  get sites(): number {
    return this.#agents.length;
  }

  get address(): string {
    return `${this.#lab.network.collector.address}:${GRPC_PORT}`;
  }

  startCollector(): void {
    const seat = this.#collector;
    const args = [
      'serve',
      '--insecure-listen',
      '--config',
      this.#configPath,
      '--state',
      seat.disk.folder,
      '--grpc',
      this.address,
    ];
    seat.child = this.#start(seat, 'collector/main.js', args, 'dorawatch-collector');
  }

  async collectorReady(): Promise<void> {
    await this.#collector.child?.waitForOutput(/collector ready/, START_LIMIT_MS);
  }

  startInfluxd(): void {
    const seat = this.#influxd;
    const path = join(this.#lab.folder, 'influxdb.conf');
    writeFileSync(path, influxdConfig({ folder: seat.disk.folder }, INFLUXD_PORTS));
    const [command = '', ...words] = seat.disk.command('influxd', ['-config', path], {});
    seat.child = this.#lab.run(seat.host, command, words, { name: 'influxd' });
  }

  /** Asks influxd, which only its own namespace reaches. @returns its answer's body, times in ns */
  async query(text: string): Promise<string> {
    const asked = new URLSearchParams({ q: text, db: DATABASE, epoch: 'ns' });
    const script = `process.stdout.write(await (await fetch('${INFLUXD_URL}/query?${asked}')).text())`;
    const args = ['--input-type=module', '-e', script];
    return await this.#print(args, 'influx-query');
  }

  startAgent(site: number): void {
    const seat = this.#agent(site);
    const args = ['run', '--collector', this.address, '--site', siteName(site), '--id', agentName(site)];
    const startedUs = Date.now() * 1000;
    const all = [...args, '--state', seat.disk.folder];
    const env = { ...seat.clock.env, DORAWATCH_LOG_LEVEL: 'debug' };
    const child = this.#start(seat, 'agent/main.js', all, `dorawatch-${agentName(site)}`, env);
    const life: Life = { site, child, startedUs, endedUs: undefined, isKilled: false };
    this.lives.push(life);
    seat.child = child;
    void child.ended.then(() => {
      life.endedUs = Date.now() * 1000;
    });
  }

  /** kill -9; resolves when it is dead. */
  async kill(name: PartName): Promise<void> {
    const { child } = this.#seat(name);
    const life = this.lives.find((each) => each.child === child);
    if (life !== undefined) life.isKilled = true;
    child?.kill('SIGKILL');
    await child?.ended;
  }

  signal(name: PartName, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#seat(name).child?.kill(signal);
  }

  disk(name: PartName): SmallDisk {
    return this.#seat(name).disk;
  }

  clock(site: number): SteppedClock {
    return this.#agent(site).clock;
  }

  /** Programs that are to run and do not: one that ended by itself is a defect. */
  get ended(): readonly string[] {
    const seats = [this.#collector, this.#influxd, ...this.#agents].map(({ child }) => child);
    return seats.flatMap((child) => (child === undefined || child.isRunning ? [] : [child.commandLine]));
  }

  /** SIGTERM to every agent. @returns those that did not end cleanly, in words */
  async stopAgents(limitMs: number): Promise<readonly string[]> {
    const endings = await Promise.all(this.#agents.map(({ child }) => child?.stop('SIGTERM', limitMs)));
    return endings.flatMap((ending, site) =>
      ending?.code === 0 ? [] : [`${agentName(site)} ended with ${ending?.signal ?? ending?.code}`],
    );
  }

  /** Runs `dorawatch ARGS` on the collector's host. @returns its standard output; another exit code than 0 throws */
  async ops(...args: string[]): Promise<string> {
    return await this.#print([`${DIST}collector/ops/main.js`, ...args], 'dorawatch');
  }

  async #print(args: readonly string[], name: string): Promise<string> {
    const env = { DORAWATCH_COLLECTOR: this.address, NO_COLOR: '1' };
    const child = this.#lab.run(this.#collector.host, process.execPath, args, { name, env });
    const ending = await child.ended;
    if (ending.code !== 0) throw new Error(`${child.commandLine}: exit ${ending.code}: ${ending.stderr}`);
    return child.shedChars > 0 ? readFileSync(child.logPath, 'utf8') : ending.stdout;
  }

  /** Waits until `dorawatch status` says that the group is normal. */
  async waitUntilNormal(limitMs: number): Promise<void> {
    for (let leftMs = limitMs; ; leftMs -= POLL_MS) {
      const text = await this.ops('status', '--json');
      if (/"state": *"normal"/.test(text)) return;
      if (leftMs <= 0) throw new Error(`the group was not normal within ${limitMs} ms: ${text}`);
      await pause(POLL_MS);
    }
  }

  /** What a life wrote to its log. */
  logOf(life: Life): string {
    return existsSync(life.child.logPath) ? readFileSync(life.child.logPath, 'utf8') : '';
  }

  #start(seat: Seat, program: string, args: readonly string[], name: string, env: Record<string, string> = {}) {
    const settings = { NO_COLOR: '1', ...env };
    const [command = '', ...words] = seat.disk.command(process.execPath, [`${DIST}${program}`, ...args], settings);
    return this.#lab.run(seat.host, command, words, { name });
  }

  #seat(name: PartName): Seat {
    if (name === 'collector') return this.#collector;
    return name === 'influxd' ? this.#influxd : this.#agent(name);
  }

  #agent(site: number): AgentSeat {
    const seat = this.#agents[site];
    if (seat === undefined) throw new Error(`there is no site ${site}`);
    return seat;
  }
}

/** The product's defaults, but for the rate. */
function collectorYaml(lab: Lab, ratePerSecond: number): string {
  const sites = lab.network.sites.map((_, site) => `  - { name: ${siteName(site)} }`);
  return `groups:
  - name: ${GROUP}
    mode: hot-standby
    servers:
      - { name: primary, address: ${lab.network.primary.address}, role: primary }
      - { name: standby, address: ${lab.network.standby.address}, role: standby }
sites:
${sites.join('\n')}
probe:
  rate: ${ratePerSecond}/s
  drop_time: 3s
detect: { fall: 10, rise: 2 }
influx: { url: ${INFLUXD_URL}, database: ${DATABASE}, exchanges: true }
`;
}
