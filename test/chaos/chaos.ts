/**
 * One run of chaos: the lab, its parts, a schedule done to them, and the evidence gathered at the end for the checker. What
 * the parts are, what is done, and what is judged are files of their own; this is where they meet.
 */
import { startCapture, startCaptureAt } from '../lab/capture.ts';
import { pause } from '../lab/child.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import {
  type Disturbance,
  type Evidence,
  eventRows,
  gapRows,
  INFLUX_QUERY,
  influxExchanges,
  ownWords,
  shedExchanges,
  storedExchanges,
} from './checker/evidence.ts';
import { agentName, type Life, Parts, siteName } from './parts.ts';
import { type DoneFault, runSchedule, type Tell } from './run.ts';
import { type FaultKind, scheduleOf } from './schedule.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly sites: number;
  readonly kinds?: readonly FaultKind[];
  readonly tell: Tell;
}

/** Over all sites, per server: each exchange of an identity is seconds from its next, so that the two are never confused. */
const RATE_PER_SECOND = 10;
const DROP_TIME_US = 3_000_000;
const NORMAL_LIMIT_MS = 60_000;
const DRAIN_LIMIT_MS = 90_000;
const DRAIN_POLL_MS = 2_000;
const STOP_LIMIT_MS = 20_000;
const SINCE = '-1440m';

/** Runs it to its evidence; nothing is left behind, whatever happens. */
export async function runChaos(options: ChaosOptions): Promise<Evidence> {
  const { tell, seed, minutes, sites, kinds } = options;
  const topology = { sites, hasInflux: true, ...(kinds === undefined ? {} : { kinds }) };
  const schedule = scheduleOf(seed, minutes, topology);
  await using lab = await startLab({ size: 'small', timers: 'short', sites, weatherSeed: seed });
  const atSites = await Promise.all(
    lab.network.sites.map(({ namespace, interface: link }, site) =>
      startCaptureAt(lab, [{ namespace, interface: link, name: siteName(site) }]),
    ),
  );
  const atServers = await startCapture(lab);
  const parts = await Parts.prepare(lab, RATE_PER_SECOND);
  parts.startInfluxd();
  parts.startCollector();
  await parts.collectorReady();
  for (let site = 0; site < sites; site += 1) parts.startAgent(site);
  await parts.waitUntilNormal(NORMAL_LIMIT_MS);
  tell(`the pair is normal, seen from ${sites} sites; seed ${seed}, ${minutes} minutes`);
  const done = await runSchedule(lab, parts, schedule, tell);
  const said = parts.ended.map((line) => `ended by itself: ${line}`);
  await drained(parts, tell);
  said.push(...(await parts.stopAgents(STOP_LIMIT_MS)));
  await written(parts, tell);
  const serversSaw = await atServers.stop();
  const sitesSaw = await Promise.all(atSites.map((capture) => capture.stop()));
  if ([serversSaw, ...sitesSaw].some(({ droppedByKernel }) => droppedByKernel > 0))
    throw new Error('the captures are not whole: the machine was too busy for them');
  for (const line of said) tell(line);
  const shed = shedExchanges(await parts.ops('agents', '--json'));
  const events = await parts.ops('events', '--since', SINCE, '--paths', '--json');
  return {
    ...serverEvidence(lab),
    servers: serversSaw.exchanges,
    sites: sitesSaw.map(({ exchanges }, site) => ({
      site: siteName(site),
      agent: agentName(site),
      shed: shed.get(agentName(site)) ?? 0,
      wire: exchanges,
    })),
    lives: parts.lives.map((life) => lifeEvidence(parts, life)),
    stored: storedExchanges(await parts.ops('export', '--since', SINCE, '--json')),
    influx: influxExchanges(await parts.query(INFLUX_QUERY)),
    rows: eventRows(events),
    gaps: gapRows(events),
    disturbances: done.map(disturbance),
  };
}

/** Waits until no agent has anything left to send; one that never gets there is judged as it is. */
async function drained(parts: Parts, tell: Tell): Promise<void> {
  for (let leftMs = DRAIN_LIMIT_MS; leftMs > 0; leftMs -= DRAIN_POLL_MS) {
    const { agents } = JSON.parse(await parts.ops('agents', '--json')) as {
      readonly agents: readonly { readonly connected: boolean; readonly backlog_batches: number | null }[];
    };
    const isDone = agents.every(({ connected, backlog_batches: left }) => connected && left !== null && left <= 2);
    if (agents.length >= parts.sites && isDone) return;
    await pause(DRAIN_POLL_MS);
  }
  tell(`not every agent has drained its backlog within ${DRAIN_LIMIT_MS / 1000} s of the tail's end`);
}

/** Waits until InfluxDB has all that is in the log. */
async function written(parts: Parts, tell: Tell): Promise<void> {
  let last = '';
  for (let leftMs = DRAIN_LIMIT_MS; leftMs > 0; leftMs -= DRAIN_POLL_MS) {
    const { consumers } = JSON.parse(await parts.ops('status', '--json')) as {
      readonly consumers: readonly { readonly name: string; readonly lag_entries: number }[];
    };
    const influx = consumers.find(({ name }) => name === 'influx');
    last = JSON.stringify(influx);
    if (influx?.lag_entries === 0) return;
    await pause(DRAIN_POLL_MS);
  }
  tell(`InfluxDB has not all of the log ${DRAIN_LIMIT_MS / 1000} s after the agents ended: ${last}`);
}

function serverEvidence({ network }: Lab): Pick<Evidence, 'serverNames' | 'dropTimeUs'> {
  const names = { [network.primary.address]: 'primary', [network.standby.address]: 'standby' };
  return { serverNames: names, dropTimeUs: DROP_TIME_US };
}

function lifeEvidence(parts: Parts, life: Life): Evidence['lives'][number] {
  const { site, startedUs, endedUs = Number.MAX_SAFE_INTEGER, isKilled } = life;
  return { agent: agentName(site), startedUs, endedUs, isKilled, ...ownWords(parts.logOf(life)) };
}

function disturbance({ fault, began, ended }: DoneFault): Disturbance {
  return { kind: fault.kind, target: fault.target, fromUs: began.beforeUs, untilUs: ended.afterUs };
}
