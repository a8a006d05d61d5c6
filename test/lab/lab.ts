/**
 * The lab as one object: network, pair, children, captures, and an end that always comes. It is synchronous where it must
 * be: the `exit` handler of Node runs nothing asynchronous, and a lab that outlives its test leaves servers behind.
 * Docker was refused: it needs a daemon and images, namespaces need root alone.
 */

import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TYPESCRIPT } from '../typescript.ts';
import { type ChildOptions, LabChild } from './child.ts';
import { LabError } from './command.ts';
import type { KeaTimers } from './kea-config.ts';
import { type HaMode, HEALTHY_STATE } from './kea-pair.ts';
import type { KeaServer } from './kea-server.ts';
import { LabEvents } from './lab-event.ts';
import { type LabOptions, type Making, makeServer, timersOf } from './lab-options.ts';
import { CHILD_LIMIT, DELAY_LINE_START_LIMIT_MS, LAB_LIMIT } from './limits.ts';
import { Mariadbd } from './mariadbd.ts';
import {
  buildNetwork,
  type ExtraPart,
  type Host,
  isAlive,
  type Network,
  networkPrefix,
  type Part,
  planNetwork,
  removeNetwork,
  setCut,
  sweepNetworks,
} from './namespaces.ts';
import { FAIR_WEATHER, type Weather } from './weather.ts';

/** What a child of the lab is given beside its command. */
export type RunOptions = {
  /** Name of its log file; the command's when absent. */
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

const FOLDER_PREFIX = 'dorawatch-lab-';
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const DELAY_LINE = fileURLToPath(new URL('delay-line.ts', import.meta.url));
const open = new Set<Lab>();
let counter = 0;

/** A running lab; `close()` (or `await using`) ends all that it started. */
export class Lab implements AsyncDisposable {
  readonly network: Network;
  /** Folder of everything that the lab writes; gone after close. */
  readonly folder: string;
  readonly events = new LabEvents();
  readonly primary: KeaServer;
  readonly standby: KeaServer;
  readonly timers: KeaTimers;
  readonly mode: HaMode;
  readonly #database: Mariadbd | undefined;
  readonly #making: Making;
  readonly #successors: KeaServer[] = [];
  readonly #children = new Set<LabChild>();
  readonly #delayLines: LabChild[] = [];
  /** By gateway interface. */
  readonly #weather = new Map<string, { readonly line: LabChild; readonly path: string }>();
  readonly #weatherSeed: number | undefined;
  #childCount = 0;

  constructor(options: LabOptions) {
    if (open.size >= LAB_LIMIT) throw new LabError('LIMIT', `${LAB_LIMIT} labs are open in this process`);
    counter += 1;
    this.timers = timersOf(options.timers);
    this.mode = options.pair?.mode ?? 'hot-standby';
    this.#weatherSeed = options.weatherSeed;
    const extras = [...(options.extras ?? []), ...(options.leases === undefined ? [] : ['database' as const])];
    this.network = planNetwork(networkPrefix(process.pid, counter), {
      wanDelayMs: options.wanDelayMs ?? 20,
      sites: options.sites ?? 1,
      extras,
    });
    this.folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
    mkdirSync(join(this.folder, 'logs'));
    this.#database = this.#makeDatabase();
    const leases = this.#database?.leaseDatabase(options.leases);
    this.#making = { options, network: this.network, folder: this.folder, events: this.events, leases };
    this.primary = makeServer('primary', this.#making);
    this.standby = makeServer('standby', this.#making);
    open.add(this);
    guardProcess(options.onSignals ?? 'close');
  }

  /** Makes the namespaces and links; `startLab` calls it. */
  async build(): Promise<void> {
    const kind = this.#weatherSeed === undefined ? undefined : 'delay-line';
    await buildNetwork(this.network, (host) => this.#connectSlowly(host), kind);
    await this.#database?.create();
  }

  /** The pair's shared database; a lab without one has no business here. */
  get database(): Mariadbd {
    if (this.#database === undefined) throw new LabError('LIMIT', 'this lab has no database: ask for `leases`');
    return this.#database;
  }

  /** A host that was asked for with `extras`. */
  extra(part: ExtraPart): Host {
    const host = this.network.extras[part];
    if (host === undefined) throw new LabError('LIMIT', `this lab has no ${part}: ask for it with \`extras\``);
    return host;
  }

  /** The first site's host. */
  get site(): Host {
    const first = this.network.sites[0];
    if (first === undefined) throw new LabError('LIMIT', 'a lab has at least one site');
    return first;
  }

  /** Children still running, servers and WAN not among them. */
  get children(): readonly LabChild[] {
    return [...this.#children].filter((child) => !this.#delayLines.includes(child));
  }

  /** Starts a command inside a namespace (a name, or a host of the network); the lab ends it if nobody else does. */
  run(where: string | Host, name: string, args: readonly string[], options: RunOptions = {}): LabChild {
    const namespace = typeof where === 'string' ? where : where.namespace;
    if (this.#children.size >= CHILD_LIMIT) throw new LabError('LIMIT', `a lab owns ${CHILD_LIMIT} children at most`);
    this.#childCount += 1;
    const logName = `${options.name ?? name.split('/').pop()}-${this.#childCount}.log`;
    const childOptions: ChildOptions = {
      logPath: join(this.folder, 'logs', logName),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    };
    const child = new LabChild('ip', ['netns', 'exec', namespace, name, ...args], childOptions);
    this.#children.add(child);
    void child.ended.then(() => this.#children.delete(child));
    return child;
  }

  /** Drops every packet on a link, both ways, without a word; `site` is the WAN. */
  cut(part: Part): void {
    this.events.during('cut', part, () => setCut(this.network, this.#host(part), 'cut'));
  }

  /** Ends a cut; the link's delay is as it was. */
  mend(part: Part): void {
    this.events.during('mended', part, () => setCut(this.network, this.#host(part), 'mended'));
  }

  /** What a site's WAN does to frames from now on; undefined: nothing but its delay. Needs `weatherSeed`. */
  setWeather(host: Host, weather: Weather | undefined): void {
    const known = this.#weather.get(host.gatewayInterface);
    if (known === undefined) throw new LabError('LIMIT', `${host.namespace} has no delay line: ask for a weatherSeed`);
    writeFileSync(known.path, JSON.stringify(weather ?? FAIR_WEATHER));
    known.line.kill('SIGUSR2');
  }

  /** A server that is to take another's place in the pair, on an extra host; not started. */
  successor(of: 'primary' | 'standby', part: ExtraPart): KeaServer {
    const server = makeServer(of, this.#making, { name: `${of}-at-${part}`, host: this.extra(part) });
    this.#successors.push(server);
    return server;
  }

  /** Starts both servers and waits until the pair is as it should be. Returns the ms that each took to load. */
  async startPair(limitMs = 120_000): Promise<{ readonly primaryMs: number; readonly standbyMs: number }> {
    this.primary.start();
    this.standby.start();
    const [primaryMs, standbyMs] = await Promise.all([this.primary.ready(), this.standby.ready()]);
    await this.settled(limitMs);
    return { primaryMs, standbyMs };
  }

  /** Waits until both servers say what healthy ones of their mode say, as after a start or a fail-back. */
  async settled(limitMs = 120_000): Promise<void> {
    const healthy = HEALTHY_STATE[this.mode];
    await Promise.all([
      this.primary.waitForState([healthy.primary], limitMs),
      this.standby.waitForState([healthy.standby], limitMs),
    ]);
  }

  /** Ends children and servers politely, then everything else. Safe to call twice. */
  async close(): Promise<void> {
    if (!open.has(this)) return;
    // The WAN last: what still says goodbye needs it.
    await Promise.all(this.children.map((child) => child.stop()));
    await Promise.all(this.#delayLines.map((line) => line.stop('SIGKILL')));
    const servers = [this.primary, this.standby, ...this.#successors];
    await Promise.all([...servers, this.#database].map((each) => each?.kill()));
    this.closeNow();
  }

  /** The same at once and synchronously: every process in the lab's namespaces is killed. */
  closeNow(): void {
    if (!open.delete(this)) return;
    removeNetwork(this.network.prefix);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #connectSlowly(host: Host): Promise<void> {
    const ends = [host.namespace, host.interface, this.network.gateway, host.gatewayInterface];
    const path = join(this.folder, `weather-${host.gatewayInterface}.json`);
    const dice = String((this.#weatherSeed ?? 0) + 2 * this.#delayLines.length);
    const args = [TYPESCRIPT, DELAY_LINE, String(host.delayMs), ...ends, path, dice];
    const line = this.run(this.network.gateway, process.execPath, args, { name: 'delay-line', cwd: REPOSITORY });
    this.#delayLines.push(line);
    this.#weather.set(host.gatewayInterface, { line, path });
    await line.waitForOutput(/carrying/, DELAY_LINE_START_LIMIT_MS);
  }

  #makeDatabase(): Mariadbd | undefined {
    const host = this.network.extras.database;
    if (host === undefined) return undefined;
    return new Mariadbd({ host, folder: join(this.folder, 'database'), events: this.events });
  }

  #host(part: Part): Host {
    if (part === 'site') return this.site;
    return part === 'primary' || part === 'standby' || part === 'collector' ? this.network[part] : this.extra(part);
  }
}

/** Sweeps what dead owners left, builds a lab, and starts its pair unless told otherwise. */
export async function startLab(options: LabOptions): Promise<Lab> {
  sweep();
  const lab = new Lab(options);
  try {
    await lab.build();
    if (options.startServers !== 'no') await lab.startPair();
    return lab;
  } catch (error) {
    await lab.close();
    throw error;
  }
}

/** Removes namespaces, processes and folders of labs whose owner is dead. */
export function sweep(): void {
  sweepNetworks();
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    // Anyone may make a name in /tmp; only what this user made is ours to remove.
    if (lstatSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
  }
}

function closeAll(): void {
  for (const lab of [...open]) lab.closeNow();
}

/** Once a process: whatever ends it, the labs end first. A signal keeps its meaning, as it is raised again. */
function guardProcess(onSignals: 'close' | 'no'): void {
  if (!process.listeners('exit').includes(closeAll)) process.on('exit', closeAll);
  if (onSignals === 'no') return;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    if (process.listeners(signal).includes(closeOnSignal)) continue;
    process.on(signal, closeOnSignal);
  }
}

function closeOnSignal(signal: NodeJS.Signals): void {
  closeAll();
  process.removeListener(signal, closeOnSignal);
  process.kill(process.pid, signal);
}
