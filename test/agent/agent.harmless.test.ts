/**
 * What an agent does to a pair, and what it leaves behind: real Kea whose servers cannot talk to each other, so that every
 * client that goes unanswered could count towards a takeover. An hour's worth of probes at 1/s (3,600) goes to each server in
 * half a minute, by as many identities as the default settings have (31).
 */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { GROUP, Programs, SITE } from '../failover/programs.ts';
import { startCapture } from '../lab/capture.ts';
import { pause } from '../lab/child.ts';
import { command, LabError } from '../lab/command.ts';
import type { KeaServer } from '../lab/kea-server.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';

const HOUR_OF_PROBES = 3_600;
const CLIENTS = 31;
/** Several heartbeats, each of which is logged as failed. */
const QUIET_MS = 6_000;
const TIMERS = { heartbeatDelayMs: 1_000, maxResponseDelayMs: 4_000, maxAckDelayMs: 1_000, maxUnackedClients: 10 };

const yaml = (lab: Lab): string => `groups:
  - name: ${GROUP}
    mode: hot-standby
    servers:
      - { name: primary, address: ${lab.network.primary.address}, role: primary }
      - { name: standby, address: ${lab.network.standby.address}, role: standby }
sites: [{ name: ${SITE} }]
probe: { rate: 150/s, drop_time: 200ms, clients: ${CLIENTS}, release: always }
`;

/** The part of status-get that counts clients, as the server sees its partner. */
interface Partner {
  readonly 'communication-interrupted'?: boolean;
  readonly 'connecting-clients'?: number;
  readonly 'unacked-clients'?: number;
  readonly 'analyzed-packets'?: number;
}

async function partnerOf(server: KeaServer): Promise<Partner & { readonly state: string }> {
  const status = (await server.command('status-get')) as {
    'high-availability': [{ 'ha-servers': { local: { state: string }; remote: Partner } }];
  };
  const { local, remote } = status['high-availability'][0]['ha-servers'];
  return { ...remote, state: local.state };
}

/** Addresses that a server holds for anybody. */
async function validLeases(server: KeaServer): Promise<readonly string[]> {
  try {
    const { leases } = (await server.command('lease4-get-all')) as {
      leases: { 'ip-address': string; state: number; 'valid-lft': number }[];
    };
    return leases.filter((lease) => lease.state === 0 && lease['valid-lft'] > 0).map((lease) => lease['ip-address']);
  } catch (error) {
    // An empty answer is a failure to Kea.
    if (error instanceof LabError && /0 IPv4 lease/.test(error.message)) return [];
    throw error;
  }
}

async function eventually(what: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 250) {
    if (await what()) return true;
    await pause(250);
  }
  return false;
}

/** How often each kind of HA line has been logged so far. */
function haLines(server: KeaServer): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [kind] of readFileSync(server.logPath, 'utf8').matchAll(/\bHA_[A-Z0-9_]+/g))
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function haKindsSince(
  servers: readonly KeaServer[],
  before: readonly ReadonlyMap<string, number>[],
): readonly (readonly string[])[] {
  return servers.map((server, index) =>
    [...haLines(server)]
      .filter(([kind, count]) => count > (before[index]?.get(kind) ?? 0))
      .map(([kind]) => kind)
      .sort(),
  );
}

/** Kinds of HA lines that each server logs in so long. */
async function haKinds(servers: readonly KeaServer[], ms: number): Promise<readonly (readonly string[])[]> {
  const before = servers.map(haLines);
  await pause(ms);
  return haKindsSince(servers, before);
}

t.test(
  'a pair that cannot talk, an hour of probes, and an agent that is killed',
  { skip: labSkipReason(), timeout: 240_000 },
  async (t) => {
    await using lab = await startLab({ size: 'small', timers: TIMERS });
    const { primary, standby } = lab;
    const servers = [primary, standby];
    const inStandby = ['netns', 'exec', standby.namespace, 'nft'];
    command('ip', [...inStandby, '-f', '-'], {
      input: ['input', 'output']
        .map(
          (hook) =>
            `add table ip t\nadd chain ip t ${hook} { type filter hook ${hook} priority 0; }\nadd rule ip t ${hook} tcp dport 8000 reject with tcp reset\n`,
        )
        .join(''),
    });
    t.ok(await eventually(async () => (await partnerOf(standby))['communication-interrupted'] === true, 30_000));
    await primary.waitForState(['partner-down'], 30_000);
    const quiet = await haKinds(servers, QUIET_MS);

    const capture = await startCapture(lab);
    const programs = new Programs(lab, { ratePerSecond: 150, yaml: yaml(lab) });
    await programs.startCollector().waitForOutput(/collector ready/, 20_000);
    programs.startAgent();
    const before = servers.map(haLines);
    const begun = Date.now();
    const probed = (): number =>
      capture.read().packets.filter(({ message, server }) => message === 'DISCOVER' && server === standby.address)
        .length;
    let worst = 0;
    while (probed() < HOUR_OF_PROBES && Date.now() - begun < 90_000) {
      const seen = await partnerOf(standby);
      worst = Math.max(worst, seen['unacked-clients'] ?? 0);
      if (seen.state !== 'hot-standby') t.fail(`the standby is ${seen.state}`);
      await pause(2_000);
    }
    const seen = await partnerOf(standby);
    t.equal(worst, 0, 'no client ever counted as unacked');
    t.match(seen, { state: 'hot-standby', 'communication-interrupted': true, 'unacked-clients': 0 });
    t.ok((seen['connecting-clients'] ?? 0) > 0, 'the standby does look at its clients');
    t.ok((seen['connecting-clients'] ?? 0) <= CLIENTS);
    t.comment(`${probed()} DISCOVERs in ${Math.round((Date.now() - begun) / 1000)} s: ${JSON.stringify(seen)}`);

    const added = haKindsSince(servers, before).map((kinds, index) =>
      kinds.filter((kind) => !quiet[index]?.includes(kind)),
    );
    t.strictSame(added, [[], ['HA_COMMUNICATION_INTERRUPTED_CLIENT4']], 'it names each client once, as information');
    const ended = await programs.agent.stop('SIGTERM', 20_000);
    t.equal(ended.code, 0);
    t.strictSame(await validLeases(primary), [], 'after SIGTERM no lease is left');
    t.strictSame(await haKinds(servers, QUIET_MS), quiet, "and Kea's HA log says what it said without the agent");

    let left: readonly string[] = [];
    for (let tries = 0; tries < 5 && left.length === 0; tries += 1) {
      const agent = programs.startAgent();
      await agent.waitForOutput(/connected to the collector/, 20_000);
      await pause(2_500);
      agent.kill('SIGKILL');
      await agent.ended;
      left = await validLeases(primary);
    }
    t.ok(left.length > 0, `kill -9 leaves leases (${left.length})`);
    const next = programs.startAgent();
    await next.waitForOutput(/released \d+ leases? left by the last start/, 20_000);
    t.comment(/released \d+ leases? left by the last start/.exec(next.stdout + next.stderr)?.[0]);
    await next.stop('SIGTERM', 20_000);
    t.strictSame(await validLeases(primary), [], 'the next start gave them back');

    const { packets, droppedByKernel } = await capture.stop();
    t.equal(droppedByKernel, 0);
    const own = packets.filter(({ giaddr, source }) => source === giaddr);
    t.ok(own.length > 4 * HOUR_OF_PROBES);
    t.strictSame(
      own.filter(({ secs }) => secs !== 0),
      [],
      'secs is 0 in every packet',
    );
    for (const { address } of servers) {
      const to = own.filter(({ server }) => server === address);
      t.equal(new Set(to.map(({ chaddr }) => chaddr)).size, CLIENTS);
      t.equal(new Set(to.map(({ clientId }) => clientId)).size, CLIENTS);
    }

    // That the counter counts: as many clients that say how long they have waited do make the standby take over.
    const waiting = ['-r', '20', '-R', '12', '-p', '8', '-Y', '1', '-y', '7', '-l', lab.site.address, standby.address];
    await lab.run(lab.site, 'perfdhcp', ['-4', ...waiting]).ended;
    t.ok(await eventually(async () => (await partnerOf(standby)).state === 'partner-down', 20_000), 'raised secs do');
  },
);
