/**
 * Whether agents notice that people look: 142 sites report as ever, while 200 pages are open and the metrics are read every
 * second, in turn with nobody looking. The primary stops and comes back in each turn, so that findings are told and every page
 * asks anew. What an agent notices is how long its acknowledgement takes; the collector's CPU stands beside it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LabChild, pause } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { type Figure, median, type Tell } from './figure.ts';
import { fleetYaml } from './fleet-shape.ts';
import type { ReadersRun } from './page-readers.ts';
import { cpuNs } from './process-usage.ts';
import type { FleetRun } from './synthetic-fleet.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const COLLECTOR = join(REPOSITORY, 'dist/collector/main.js');
const FLEET = fileURLToPath(new URL('synthetic-fleet.ts', import.meta.url));
const READERS = fileURLToPath(new URL('page-readers.ts', import.meta.url));
const SIZE = { sites: 142, subnets: 829 };
const PAGES = 200;
/** Turns without and with readers, one after the other. */
const ROUNDS = 3;
const TURN_S = 24;
const SETTLE_S = 12;
/** What a turn's beginning still has of the other. */
const EDGE_MS = 4_000;
/** A second of an agent's results is stored in tens of ms whoever looks: an agent's patience is seconds. */
const AIM_WORST_MS = 500;

/** One turn: from and to on the wall clock, ms, and what the collector used of a core. */
interface Turn {
  readonly isRead: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly cores: number;
}

export async function pagesFigures(lab: Lab, tell: Tell): Promise<readonly Figure[]> {
  const { address } = lab.network.collector;
  const config = join(lab.folder, 'pages.yaml');
  writeFileSync(config, fleetYaml(SIZE));
  const start = (name: string, ...words: string[]): LabChild =>
    lab.run(lab.network.collector, process.execPath, words, { name, cwd: REPOSITORY });
  const doors = ['--grpc', `${address}:6767`, '--http', `${address}:6768`];
  const state = join(lab.folder, 'pages');
  const collector = start(
    'collector',
    COLLECTOR,
    'serve',
    '--insecure-listen',
    '--config',
    config,
    '--state',
    state,
    ...doors,
  );
  await collector.waitForOutput(/collector ready/, 20_000);
  const seconds = SETTLE_S + 2 * ROUNDS * (TURN_S + 2);
  const fleet = start(
    'fleet',
    ...[TYPESCRIPT, FLEET, `${address}:6767`, SIZE.sites, SIZE.subnets, seconds, TURN_S].map(String),
  );
  await pause(SETTLE_S * 1000);
  const turns: Turn[] = [];
  for (let turn = 0; turn < 2 * ROUNDS; turn += 1) {
    const isRead = turn % 2 === 1;
    const readers = isRead ? start('readers', TYPESCRIPT, READERS, `http://${address}:6768`, String(PAGES)) : undefined;
    await readers?.waitForOutput(/pages open/, 20_000);
    turns.push(await measuredTurn(collector.pid, isRead));
    if (readers !== undefined) tell(readersText(JSON.parse((await readers.stop()).stdout) as ReadersRun));
  }
  const { stdout, stderr } = await fleet.ended;
  await collector.stop();
  if (stdout.trim() === '') throw new Error(`the fleet ended early: ${stderr.slice(-500)}`);
  return compared(turns, JSON.parse(stdout) as FleetRun, tell);
}

async function measuredTurn(pid: number, isRead: boolean): Promise<Turn> {
  const [fromMs, began, used] = [Date.now(), performance.now(), cpuNs(pid)];
  await pause(TURN_S * 1000);
  const cores = (cpuNs(pid) - used) / ((performance.now() - began) * 1e6);
  return { isRead, fromMs: fromMs + EDGE_MS, toMs: Date.now(), cores };
}

const readersText = ({ streams, asked, scrapes, failed, findings, bytes }: ReadersRun): string =>
  `pages: ${streams} open, ${findings} findings read, ${asked} questions, ${scrapes} scrapes, ${failed} failed, ${(bytes / 1e6).toFixed(0)} MB read`;

function compared(turns: readonly Turn[], fleet: FleetRun, tell: Tell): readonly Figure[] {
  const told = turns.map((turn) => ({ ...turn, ...quantiles(turn, fleet) }));
  for (const { isRead, acks, half, worst, cores } of told)
    tell(
      `${isRead ? `${PAGES} pages` : 'nobody  '}: ${acks} batches acknowledged in ${half.toFixed(1)} ms (median), ${worst.toFixed(0)} ms (p99.9); ${cores.toFixed(2)} cores`,
    );
  const of = (isRead: boolean, figure: 'half' | 'worst' | 'cores'): number =>
    median(told.filter((turn) => turn.isRead === isRead).map((turn) => turn[figure]));
  const row = (name: string, figure: 'half' | 'worst' | 'cores', text: (value: number) => string, aim = Infinity) => ({
    name: `${name}, ${PAGES} pages and a scrape a second (nobody: ${text(of(false, figure))})`,
    dorawatch: text(of(true, figure)),
    peer: '',
    ratio: of(true, figure) / of(false, figure),
    aim: aim === Infinity ? '' : `< ${text(aim)}`,
    isMet: aim === Infinity ? undefined : of(true, figure) < aim,
  });
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    row('acknowledged in, median', 'half', ms, 2 * of(false, 'half')),
    row('acknowledged in, p99.9', 'worst', ms, AIM_WORST_MS),
    row("collector's cores", 'cores', (value) => value.toFixed(2)),
  ];
}

function quantiles({ fromMs, toMs }: Turn, { acks }: FleetRun) {
  const own = acks.filter(([at]) => at >= fromMs && at < toMs).map(([, ms]) => ms);
  own.sort((a, b) => a - b);
  const at = (share: number): number => own[Math.min(own.length - 1, Math.floor(own.length * share))] ?? Number.NaN;
  return { acks: own.length, half: at(0.5), worst: at(0.999) };
}
