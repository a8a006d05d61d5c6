/**
 * The clients' own way, and source ports of an exchange's own, on real things: a Kea pair behind a real dhcrelay and behind a
 * NAT that pins flows, and a rogue dnsmasq. One lab for all; the prober runs for a few seconds each time, at five a second.
 */

import t from 'tap';
import { PLAIN_TARGET, type Target } from '../../shared/core/assignment.ts';
import type { PathCounts, ResultBatch, Sighting } from '../../shared/core/batch.ts';
import { OUTCOMES } from '../../shared/core/outcome.ts';
import { pause } from '../lab/child.ts';
import { CLIENT_INTERFACE, ClientSegment, ROGUE_ADDRESS, ROGUE_MAC, SEGMENT_GATEWAY } from '../lab/client-segment.ts';
import { command } from '../lab/command.ts';
import type { Lab } from '../lab/lab.ts';
import { startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { TYPESCRIPT } from '../typescript.ts';

const RUN_MS = 2_500;
/** What stands before the pair, as a network load balancer does; nobody has it as an address. */
const BALANCER = '10.77.5.1';
const target = {
  group: 'group',
  sources: [],
  bucket: null,
  kind: 'dora',
  ratePerSecond: 5,
  phase: 0,
  ...PLAIN_TARGET,
} as const;
const CLIENT: Target = { ...target, server: '', address: '255.255.255.255', interface: CLIENT_INTERFACE };
const serverAt = (address: string): Target => ({ ...target, server: 'primary', address });

/** Keeps koffi from loading, as where it is not installed. */
const WITHOUT_KOFFI = `data:text/javascript,import M from "node:module"; const load = M._load;
  M._load = (name, ...rest) => { if (name === "koffi") throw new Error("not installed"); return load(name, ...rest); };`;

/** What a run said of one target. */
interface Told {
  readonly outcomes: readonly string[];
  readonly released: number;
  readonly sightings: readonly Sighting[];
  readonly counts: readonly PathCounts[];
}

function toldOf(stdout: string, on: string | null): Told {
  const batches = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ResultBatch);
  const isAsked = ({ paths }: ResultBatch, path: number): boolean => paths[path]?.interface === on;
  const rows = batches.flatMap((batch) =>
    batch.results.path.flatMap((path, row) => (isAsked(batch, path) ? [{ results: batch.results, row }] : [])),
  );
  return {
    outcomes: rows.map(({ results, row }) => OUTCOMES[results.outcome[row] ?? -1] ?? ''),
    released: rows.filter(({ results, row }) => results.released[row] === 1).length,
    sightings: batches.flatMap((batch) => batch.sightings.filter(({ path }) => isAsked(batch, path))),
    counts: batches.flatMap((batch) => batch.counts.filter(({ path }) => isAsked(batch, path))),
  };
}

interface RunOptions {
  readonly relayPort?: boolean;
  readonly preload?: string;
  /** Done while the prober is at work. */
  readonly during?: () => Promise<void> | void;
}

/** Runs a prober at the site. */
async function run(lab: Lab, targets: readonly Target[], { relayPort = false, preload, during }: RunOptions = {}) {
  const imports = [TYPESCRIPT, ...(preload === undefined ? [] : ['--import', preload])];
  const args = [...imports, 'test/agent/prober-child.ts', 'auto', 'contacted'];
  const env = { ASSIGNMENT: JSON.stringify({ targets, relayPort }) };
  const child = lab.run(lab.site, process.execPath, args, { name: 'prober', cwd: process.cwd(), env });
  await child.waitForOutput(/"due":[1-9]/, 60_000);
  await pause(RUN_MS);
  await during?.();
  const ended = await child.stop('SIGTERM', 20_000);
  return { client: toldOf(ended.stdout, CLIENT_INTERFACE), direct: toldOf(ended.stdout, null), stderr: ended.stderr };
}

/** Each outcome that there was; when the prober ends, those of the last moment are not waited for. */
const all = ({ outcomes }: Told): readonly string[] => [...new Set(outcomes)].filter((each) => each !== 'unmeasured');
const serversOf = ({ sightings }: Told): readonly string[] =>
  [...new Set(sightings.map((each) => each.serverIdentifier ?? ''))].sort();
const inside = (namespace: string, ...line: readonly string[]): string =>
  command('ip', ['netns', 'exec', namespace, ...line]);

t.test('real relay, real servers', { skip: labSkipReason(), timeout: 240_000 }, async (t) => {
  const lab = await startLab({ size: 'small', timers: 'short', wanDelayMs: 0 });
  t.teardown(() => lab.close());
  const { network, site } = lab;
  const primary = network.primary.address;
  const segment = new ClientSegment(lab);
  const relay = await segment.relay();
  /** Kea says an empty list as an error. */
  const leasesLeft = (): Promise<string> =>
    lab.primary.command('lease4-get-all').then(
      (said) => JSON.stringify(said),
      (error: Error) => error.message,
    );

  await t.test('a broadcast through the relay is answered, and says by whom and with what', async (t) => {
    const { client, stderr } = await run(lab, [CLIENT]);
    t.ok(client.outcomes.length > 8, stderr);
    t.same(all(client), ['acked']);
    t.equal(client.released, client.outcomes.length);
    t.match(await leasesLeft(), /\b0 IPv4 lease/, 'the RELEASE went the same way, and was taken');
    t.same(
      client.sightings.map(({ stage }) => stage),
      ['offer', 'ack'],
    );
    t.match(client.sightings[0], {
      source: SEGMENT_GATEWAY,
      serverIdentifier: primary,
      mac: /^[0-9a-f:]{17}$/,
      address: /^10\.80\.1\./,
      subnetMask: '255.255.255.0',
      routers: ['10.80.1.1'],
      leaseSeconds: 4000,
    });
  });

  await t.test('without koffi, and on an interface with an address', async (t) => {
    inside(site.namespace, 'ip', 'addr', 'add', '10.80.1.9/24', 'dev', CLIENT_INTERFACE);
    t.teardown(() => inside(site.namespace, 'ip', 'addr', 'del', '10.80.1.9/24', 'dev', CLIENT_INTERFACE));
    for (const preload of [undefined, WITHOUT_KOFFI]) {
      const { client, stderr } = await run(lab, [CLIENT], preload === undefined ? {} : { preload });
      t.same(all(client), ['acked'], stderr);
      t.same(serversOf(client), [primary]);
      t.equal(client.sightings[0]?.mac === null, preload !== undefined, 'who sent the frame is seen with koffi alone');
    }
  });

  await t.test('a rogue server is seen beside the right one', async (t) => {
    const rogue = await segment.rogue();
    const { client } = await run(lab, [CLIENT]);
    await rogue.stop();
    t.same(serversOf(client), [ROGUE_ADDRESS, primary]);
    t.match(
      client.sightings.find(({ serverIdentifier }) => serverIdentifier === ROGUE_ADDRESS),
      { source: ROGUE_ADDRESS, mac: ROGUE_MAC, address: /^10\.66\.0\./, routers: [ROGUE_ADDRESS], leaseSeconds: 300 },
    );
    const strays = client.counts.filter(({ duplicates, foreign, orphans }) => duplicates + foreign + orphans > 0);
    t.same(strays, [], 'two OFFERs are no repetition');
  });

  await t.test('an interface that is not there, off or unplugged sends nothing, and says why', async (t) => {
    const unsent = async (on: Target, said: RegExp) => {
      const { client, stderr } = await run(lab, [on, { ...CLIENT, interface: 'gone0' }]);
      t.same(client.outcomes, []);
      t.ok(client.counts.every(({ due, unsentSendError }) => due === unsentSendError));
      t.match(stderr, said);
      t.match(stderr, /there is no interface gone0; tried again in a minute/);
    };
    segment.set('site', 'down');
    await unsent(CLIENT, /interface clients is switched off/);
    segment.set('site', 'up');
    segment.set('gateway', 'down');
    await unsent(CLIENT, /interface clients has no carrier/);
    segment.set('gateway', 'up');
  });

  await t.test('with the relay dead, clients are not answered and the direct way is', async (t) => {
    await relay.stop('SIGKILL');
    const { client, direct } = await run(lab, [CLIENT, serverAt(primary)]);
    t.same(all(client), ['dropped']);
    t.ok(client.outcomes.length > 5);
    t.same(all(direct), ['acked']);
  });

  await t.test('a port of its own for each exchange is not pinned to where the last one went', async (t) => {
    const pin = (address: string): void => {
      const rule = `ip daddr ${BALANCER} udp dport 67 dnat to ${address}`;
      const table = `table ip balancer {\n chain pre {\n type nat hook prerouting priority dstnat\n ${rule}\n }\n}`;
      inside(network.gateway, 'nft', `add table ip balancer\ndelete table ip balancer\n${table}`);
    };
    const after = async (relayPort: boolean) => {
      pin(network.standby.address);
      let heldPorts = '';
      const { direct } = await run(lab, [serverAt(BALANCER)], {
        relayPort,
        during: async () => {
          // The standby is silent. From now on new flows go to the primary; a NAT keeps to what it knows of old ones.
          pin(primary);
          heldPorts = inside(site.namespace, 'cat', '/proc/net/udp');
          await pause(RUN_MS);
        },
      });
      return { direct, holds67: /:0043 /.test(heldPorts) };
    };
    const pinned = await after(false);
    t.same(all(pinned.direct), ['dropped'], 'from port 67 to 67 it is one flow, for ever');
    t.ok(pinned.holds67);
    const fresh = await after(true);
    t.same(all(fresh.direct), ['dropped', 'acked']);
    t.notOk(fresh.holds67, 'port 67 is free for anyone else');
    t.equal(fresh.direct.released, fresh.direct.outcomes.filter((each) => each === 'acked').length);
    const flows = inside(network.gateway, 'conntrack', '-L', '-p', 'udp', '--orig-dst', BALANCER);
    const ports = [...flows.matchAll(/dst=10\.77\.5\.1 sport=(\d+)/g)]
      .map(([, port]) => Number(port))
      .filter((port) => port !== 67);
    t.equal(ports.length, fresh.direct.outcomes.length, 'one flow an exchange');
    t.ok(ports.every((port) => port >= 49_152));
  });
});
