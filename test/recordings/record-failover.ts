/**
 * Records a real failover: `node --import=./.config/typescript.mjs test/recordings/record-failover.ts` (root, seven minutes).
 * A Kea pair with Kea's own HA timers, an agent on each of three sites and a collector, all as built; one site's agent is
 * killed, then the primary is, and comes back. What the agents sent is read from the collector's log, octet by octet, and
 * written with the lab's own times of those deeds, which are the truth that readers hold their findings against.
 *
 * Rejected: the log's directory as it is; a store of another program's version is nobody's fixture.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openInbox } from '../../collector/io/inbox.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { type LabChild, pause } from '../lab/child.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Deed, type Heard, RECORDED_GROUP, RECORDED_SITES, writeRecording } from './recording.ts';

const DIST = new URL('../../dist/', import.meta.url).pathname;
const FILE = new URL('failover.jsonl.gz', import.meta.url).pathname;
const RATE_PER_SECOND = 10;
const PORT = 6767;
/** Before the primary is killed, and between what follows. */
const QUIET_MS = 30_000;
/** The last of it can be told on in real time by whoever plays it. */
const END_MS = 240_000;
const LIMIT_MS = 300_000;

const tell = (line: string): void => console.log(`${new Date().toISOString()}  ${line}`);

const yamlOf = ({ network }: Lab): string => `groups:
  - name: ${RECORDED_GROUP}
    mode: hot-standby
    servers:
      - { name: primary, address: ${network.primary.address}, role: primary }
      - { name: standby, address: ${network.standby.address}, role: standby }
sites: [${RECORDED_SITES.map((name) => `{ name: ${name} }`).join(', ')}]
probe: { rate: ${RATE_PER_SECOND}/s }
`;

/** The programs of a lab, each with its state in the lab's folder. */
class Cast {
  readonly collectorState: string;
  readonly #lab: Lab;
  readonly #address: string;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#address = `${lab.network.collector.address}:${PORT}`;
    this.collectorState = join(lab.folder, 'collector-state');
    writeFileSync(join(lab.folder, 'collector.yaml'), yamlOf(lab));
  }

  async collector(): Promise<LabChild> {
    const config = join(this.#lab.folder, 'collector.yaml');
    const args = [
      'serve',
      '--insecure-listen',
      '--config',
      config,
      '--state',
      this.collectorState,
      '--grpc',
      this.#address,
    ];
    const child = this.#run(this.#lab.network.collector, 'collector/main.js', args);
    await child.waitForOutput(/collector ready/, 20_000);
    return child;
  }

  agent(site: number): LabChild {
    const name = RECORDED_SITES[site] ?? '';
    const state = join(this.#lab.folder, `agent-${name}`);
    mkdirSync(state, { recursive: true });
    const host = this.#lab.network.sites[site] ?? this.#lab.network.collector;
    const args = ['run', '--collector', this.#address, '--site', name, '--id', `agent-${site + 1}`, '--state', state];
    return this.#run(host, 'agent/main.js', args);
  }

  news(): LabChild {
    const args = ['events', '--follow', '--group', RECORDED_GROUP, '--json', '--collector', this.#address];
    return this.#run(this.#lab.network.collector, 'collector/ops/main.js', args);
  }

  #run(host: Lab['network']['collector'], program: string, args: readonly string[]): LabChild {
    return this.#lab.run(host, process.execPath, [`${DIST}${program}`, ...args], { env: { NO_COLOR: '1' } });
  }
}

async function play(lab: Lab, cast: Cast): Promise<readonly Deed[]> {
  const collector = await cast.collector();
  const news = cast.news();
  const agents = RECORDED_SITES.map((_, site) => cast.agent(site));
  const seen = (pattern: RegExp): Promise<unknown> => news.waitForOutput(pattern, LIMIT_MS);
  await seen(/"server":"primary".*"to":"serving"/);
  tell('the primary serves');
  await pause(QUIET_MS);
  lab.events.during('killed', 'london', () => agents[2]?.kill('SIGKILL'));
  await pause(QUIET_MS);
  await lab.primary.kill();
  tell('primary killed');
  await seen(/"kind":"failover"/);
  tell('failed over');
  await pause(QUIET_MS);
  lab.primary.start();
  await lab.settled(LIMIT_MS);
  await seen(/"kind":"fail-back"/);
  tell('failed back');
  await pause(END_MS);
  for (const agent of agents) await agent.stop('SIGTERM', 10_000);
  await news.stop();
  await collector.stop('SIGTERM', 20_000);
  return lab.events.all
    .filter(({ deed, part }) => (deed === 'killed' || deed === 'started') && (part === 'primary' || part === 'london'))
    .map(({ deed, part, beforeUs, afterUs }) => ({ deed, part, beforeUs, afterUs }));
}

async function heardBy(state: string): Promise<readonly Heard[]> {
  const inbox = await openInbox(join(state, 'log'));
  const heard: Heard[] = [];
  for await (const { entry } of inbox.read(1)) {
    if (entry.kind === 'batch') {
      const { agent, site, epoch, sequence } = entry.batch;
      const octets = Buffer.from(encodeBatch(entry.batch)).toString('base64');
      heard.push({ kind: 'batch', agent, site, epoch, sequence, receivedAt: entry.receivedAt, octets });
    } else if (entry.kind === 'clock') {
      const { kind, agent, epoch, receivedAt, at, offsetUs, errorUs } = entry;
      heard.push({ kind, agent, epoch, receivedAt, at, offsetUs, errorUs });
    }
  }
  await inbox.close();
  return heard;
}

await using lab = await startLab({ size: 'production', timers: 'long', sites: RECORDED_SITES.length });
const cast = new Cast(lab);
const deeds = await play(lab, cast);
const heard = await heardBy(cast.collectorState);
const servers = { primary: lab.network.primary.address, standby: lab.network.standby.address };
writeRecording(FILE, { servers, deeds, ratePerSecond: RATE_PER_SECOND }, heard);
tell(`${heard.length} messages in ${FILE}`);
