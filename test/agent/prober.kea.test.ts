/**
 * The prober against a real Kea pair: what it says of itself arrives and is gone along with, each subnet is asked for by
 * either option and gives an address of its own, and what servers give is told. One lab and one run of some seconds for all;
 * the wire is read by the lab's own reader and the naive codec.
 */

import t from 'tap';
import type { Target } from '../../shared/core/assignment.ts';
import { PLAIN_TARGET } from '../../shared/core/assignment.ts';
import type { PathRef, ResultBatch, Sighting } from '../../shared/core/batch.ts';
import { OUTCOMES } from '../../shared/core/outcome.ts';
import { startCaptureAt } from '../lab/capture.ts';
import { pause } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import { startLab } from '../lab/lab.ts';
import { readCapture } from '../lab/pcap.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { type NaiveMessage, naiveDecode } from '../oracle/dhcp4.ts';
import { TYPESCRIPT } from '../typescript.ts';

const RUN_MS = 9000;
/** With the networks that Kea may answer from: the last two share one, and within that it gives from whichever it gave last. */
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  '10.80.1.0/24': ['10.80.1.'],
  '10.80.2.0/24': ['10.80.2.', '10.80.5.'],
  '10.80.5.0/24': ['10.80.2.', '10.80.5.'],
};
const SCOPES = Object.keys(GIVEN);
/** In no server's configuration. */
const MISSING = '10.99.9.0/24';
const IDENTIFY = {
  macPrefix: '06:00:5e',
  vendorClass: 'dorawatch',
  userClass: 'probe',
  circuitId: 'lan 3',
  remoteId: 'corsham',
};
const [DISCOVER, REQUEST, RELEASE] = ['01', '03', '07'];

/** A path's rows and sightings, all batches together. */
interface Seen {
  readonly ref: PathRef;
  readonly outcomes: string[];
  readonly sightings: Sighting[];
}

function seenOf(stdout: string): readonly Seen[] {
  const paths = new Map<string, Seen>();
  for (const line of stdout.split('\n').filter((each) => each.startsWith('{'))) {
    const batch = JSON.parse(line) as ResultBatch;
    const at = batch.paths.map((ref): Seen => {
      const name = JSON.stringify(ref);
      const seen = paths.get(name) ?? { ref, outcomes: [], sightings: [] };
      paths.set(name, seen);
      return seen;
    });
    batch.results.path.forEach((path, row) => {
      at[path]?.outcomes.push(OUTCOMES[batch.results.outcome[row] ?? 0] ?? '');
    });
    for (const sighting of batch.sightings) at[sighting.path]?.sightings.push(sighting);
  }
  return [...paths.values()];
}

const optionOf = ({ options }: NaiveMessage, code: number): string | undefined =>
  options.find(([each]) => each === code)?.[1];
const hexOf = (text: string): string => Buffer.from(text).toString('hex');

/** Runs a prober at the site, with everything on the site's wire as messages. */
async function probed(lab: Lab, targets: readonly Target[]) {
  const place = { namespace: lab.site.namespace, interface: lab.site.interface, name: 'prober' };
  const capture = await startCaptureAt(lab, [place]);
  const env = { ASSIGNMENT: JSON.stringify({ targets, identify: IDENTIFY }) };
  const args = [TYPESCRIPT, 'test/agent/prober-child.ts', 'auto', 'never'];
  const child = lab.run(lab.site, process.execPath, args, { name: 'prober', cwd: process.cwd(), env });
  await child.waitForOutput(/"outcome":\[\d/, 60_000);
  await pause(RUN_MS);
  const ended = await child.stop('SIGTERM', 20_000);
  await capture.stop();
  const messages = capture.paths
    .flatMap((path) => readCapture(path))
    .map(({ payload, destination }) => ({ message: naiveDecode(payload), destination }))
    .flatMap(({ message, destination }) => (typeof message === 'string' ? [] : [{ ...message, destination }]));
  return { seen: seenOf(ended.stdout), ended, sent: messages.filter(({ op }) => op === 1) };
}

t.test('real Kea', { skip: labSkipReason(), timeout: 180_000 }, async (t) => {
  const lab = await startLab({ size: 'small', timers: 'short' });
  t.teardown(() => lab.close());
  const { primary, standby } = lab.network;
  const target = { group: 'g', sources: [], bucket: null, phase: 0, ...PLAIN_TARGET };
  const at = { ...target, server: 'primary', address: primary.address };
  const run = await probed(lab, [
    { ...at, kind: 'dora', ratePerSecond: 2 },
    { ...at, kind: 'dora', ratePerSecond: 4, phase: 0.3, scopes: [...SCOPES, MISSING] },
    { ...at, kind: 'do', ratePerSecond: 4, phase: 0.6, scopes: SCOPES, selection: 'subnet-selection' },
    { ...target, server: 'standby', address: standby.address, kind: 'do', ratePerSecond: 2, raiseSecs: true },
  ]);
  const pathsOf = (kind: string, scope: string | null, server = 'primary') =>
    run.seen.filter(({ ref }) => ref.kind === kind && ref.scope === scope && ref.server === server);

  await t.test('a sweep visits each scope, by 82.5 and by 118, and each gives an address of its own', async (t) => {
    t.equal(run.ended.code, 0, run.ended.stderr);
    for (const kind of ['dora', 'do'])
      for (const scope of SCOPES) {
        const [path] = pathsOf(kind, scope);
        t.ok((path?.outcomes.length ?? 0) >= 4, `${kind} ${scope}: ${path?.outcomes.join()}`);
        t.ok(path?.outcomes.every((outcome) => outcome === 'acked'));
        const given = path?.sightings.map(({ address }) => address) ?? [];
        const isOwn = (address: string): boolean => GIVEN[scope]?.some((start) => address.startsWith(start)) === true;
        t.ok(given.length > 0 && given.every(isOwn), `${kind} ${scope}: ${given}`);
      }
    const [missing] = pathsOf('dora', MISSING);
    // Those of the last moment are not waited for.
    const judged = missing?.outcomes.filter((outcome) => outcome !== 'unmeasured') ?? [];
    t.ok(judged.length >= 3 && judged.every((outcome) => outcome === 'dropped'), 'a scope that is missing is silent');
    t.ok(pathsOf('dora', null).every(({ outcomes }) => outcomes.every((outcome) => outcome === 'acked')));
  });

  await t.test('what servers give is told', async (t) => {
    const [sighting] = pathsOf('dora', '10.80.1.0/24')[0]?.sightings ?? [];
    t.match(sighting, {
      source: primary.address,
      serverIdentifier: primary.address,
      expected: true,
      subnetMask: '255.255.255.0',
      leaseSeconds: 4000,
      routers: ['10.80.1.1'],
      nameServers: ['10.200.0.53', '10.200.1.53'],
      domain: 'site-1.example.org',
      nextServer: null,
    });
    const probe = run.seen.flatMap(({ ref, sightings }) => (ref.scope === null ? sightings : []));
    t.ok(probe.some(({ stage, leaseSeconds }) => stage === 'ack' && leaseSeconds === 600));
  });

  await t.test('every packet of ours says whose it is, option 82 last', async (t) => {
    t.ok(run.sent.length > 50);
    for (const message of run.sent) {
      const type = optionOf(message, 53);
      const subOptions = `0105${hexOf('lan 3')}0207${hexOf('corsham')}`;
      const isMarked =
        message.chaddr.startsWith('06005e') &&
        optionOf(message, 60) === hexOf('dorawatch') &&
        optionOf(message, 77) === `05${hexOf('probe')}` &&
        optionOf(message, 82)?.startsWith(subOptions) === true;
      if (!isMarked) t.fail(`type ${type}: ${JSON.stringify(message)}`);
      t.equal(message.options.filter(([code]) => code !== 255).at(-1)?.[0], 82, `type ${type}`);
    }
    for (const type of [DISCOVER, REQUEST, RELEASE])
      t.ok(
        run.sent.some((message) => optionOf(message, 53) === type),
        `type ${type} was sent`,
      );
  });

  await t.test('secs are 0, but for the target of a drill, whose clients wait ever longer', async (t) => {
    const secsTo = (address: string) =>
      run.sent.filter(({ destination }) => destination === address).map(({ secs }) => secs);
    t.ok(secsTo(primary.address).every((secs) => secs === 0));
    const waited = secsTo(standby.address);
    t.same(
      waited,
      [...waited].sort((a, b) => a - b),
    );
    t.ok((waited.at(-1) ?? 0) >= 5, `${waited}`);
  });
});
