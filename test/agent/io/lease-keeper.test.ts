/** The ledger on a real disk: written before the REQUEST, found again by the next start, and not by a copy; disks that fail. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { LEDGER_GENERATION_BYTES } from '../../../agent/core/ledger-limits.ts';
import { LeaseKeeper } from '../../../agent/io/lease-keeper.ts';
import { afterUs, monotonicNs, unixMicros } from '../../../shared/core/units.ts';
import { asking, leaseOf } from '../lease-fixture.ts';
import { pathTo } from '../probe-fixture.ts';

const ANCHOR = unixMicros(1_700_000_000_000_000);
async function eventually(what: () => boolean): Promise<void> {
  for (let waited = 0; waited < 20_000 && !what(); waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A keeper whose clocks stand where they are put. */
function keeperIn(directory: string, startedSeconds = 0) {
  const clock = { seconds: 0 };
  const anchor = afterUs(ANCHOR, startedSeconds * 1e6);
  const monotonic = () => monotonicNs(clock.seconds * 1e9);
  const keeper = new LeaseKeeper({
    directory,
    anchor,
    epochStart: monotonicNs(0),
    clock: { monotonic, wall: () => anchor },
  });
  return { keeper, clock };
}

const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));
const addresses = ({ keeper }: { keeper: LeaseKeeper }) => [...keeper.held].map(({ address }) => address & 0xff);

t.test(
  'what was asked for is on file before onRequest returns; a later start knows what was not given back',
  async (t) => {
    const directory = temporary();
    const path = pathTo();
    const first = keeperIn(directory);
    const [gone, lost, naked, unsent, late] = [1, 2, 3, 4, 5].map((each) => ({
      lease: leaseOf(each),
      exchange: asking(path, each, leaseOf(each)),
    }));
    if (!gone || !lost || !naked || !unsent || !late) throw new Error('five exchanges');
    for (const { exchange, lease } of [gone, lost, naked, unsent, late]) {
      first.keeper.onRequest(exchange, lease);
      t.match(readFileSync(join(directory, 'leases'), 'utf8'), new RegExp(`10\\.77\\.128\\.${lease.address & 0xff} `));
    }
    unsent.exchange.state = { kind: 'offer' };
    first.keeper.onEnding(gone.exchange, { outcome: 'acked', stage: 'ack', lease: gone.lease }, true);
    first.keeper.onEnding(lost.exchange, { outcome: 'dropped', stage: 'ack' }, false);
    first.keeper.onEnding(naked.exchange, { outcome: 'naked', stage: 'ack' }, false);
    first.keeper.onEnding(unsent.exchange, { outcome: 'unmeasured', stage: 'offer' }, false);
    first.keeper.onEnding(late.exchange, { outcome: 'dropped', stage: 'ack' }, false);
    first.keeper.onLateLease(late.exchange, late.lease, true);
    t.strictSame(addresses(first), [2]);
    first.keeper.close();

    const second = keeperIn(directory, 60);
    t.match(second.keeper.finding, { foreign: 0, damagedLines: 0, leases: [{ state: 'left', untilUs: 550e6 }] });
    const [left] = second.keeper.finding.leases;
    if (left === undefined) throw new Error('one lease was left');
    t.ok(second.keeper.isHeld(left));
    second.keeper.onRequest(asking(path, 2, lost.lease), lost.lease);
    t.notOk(second.keeper.isHeld(left), 'it is an exchange again, and ends with it');
    second.keeper.close();
    const much = keeperIn(directory, 3_600);
    t.strictSame(much.keeper.finding.leases, []);
    much.keeper.close();
  },
);

t.test('without a close, as after kill -9: a lease too many may be on file, never one too few', async (t) => {
  const directory = temporary();
  const path = pathTo();
  const first = keeperIn(directory);
  t.teardown(() => first.keeper.close());
  for (const each of [1, 2]) first.keeper.onRequest(asking(path, each, leaseOf(each)), leaseOf(each));
  const second = keeperIn(directory, 1);
  t.strictSame(addresses(second), [1, 2]);
  second.keeper.close();
});

t.test('a copy of the directory, and a file that is none: nothing there is ours', async (t) => {
  const [directory, copy] = [temporary(), temporary()];
  const first = keeperIn(directory);
  first.keeper.onRequest(asking(pathTo(), 1, leaseOf(1)), leaseOf(1));
  first.keeper.close();
  cpSync(directory, copy, { recursive: true });
  const cloned = keeperIn(copy);
  t.match(cloned.keeper.finding, { foreign: 1, leases: [] });
  t.strictSame(addresses(cloned), []);
  cloned.keeper.close();
  const path = join(directory, 'leases');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, `${text.slice(text.indexOf('\n') + 1)}nonsense\n`);
  const headless = keeperIn(directory);
  t.match(headless.keeper.finding, { foreign: 1, damagedLines: 1, leases: [] });
  headless.keeper.close();
  writeFileSync(path, new Uint8Array(4_096).fill(0xff));
  const noise = keeperIn(directory);
  t.match(noise.keeper.finding, { foreign: 0, leases: [] });
  noise.keeper.close();
});

t.test('a disk that takes no writing is trouble, and is tried again', async (t) => {
  const directory = temporary();
  mkdirSync(join(directory, 'leases.new'));
  const one = keeperIn(directory);
  t.teardown(() => one.keeper.close());
  t.match(one.keeper.trouble, /the lease ledger cannot be written \(EISDIR/);
  const exchange = asking(pathTo(), 1, leaseOf(1));
  one.keeper.onRequest(exchange, leaseOf(1));
  t.strictSame(addresses(one), [1], 'in memory it is known');
  rmdirSync(join(directory, 'leases.new'));
  one.clock.seconds = 11;
  await eventually(() => one.keeper.trouble === null);
  t.equal(one.keeper.trouble, null);
  t.match(readFileSync(join(directory, 'leases'), 'utf8'), /asked 1 /);
});

t.test('the file is bounded: a new generation has what is open, and the one before is kept for people', async (t) => {
  const directory = temporary();
  const one = keeperIn(directory);
  t.teardown(() => one.keeper.close());
  const path = pathTo();
  const kept = leaseOf(250);
  one.keeper.onRequest(asking(path, 250, kept), kept);
  const [lease, exchange] = [leaseOf(1), asking(path, 1, leaseOf(1))];
  for (let written = 0; written < LEDGER_GENERATION_BYTES; written += 80) {
    one.keeper.onRequest(exchange, lease);
    one.keeper.onEnding(exchange, { outcome: 'acked', stage: 'ack', lease }, true);
  }
  await eventually(() => statSync(join(directory, 'leases')).size < 2_000);
  t.ok(statSync(join(directory, 'leases')).size < 2_000);
  t.ok(statSync(join(directory, 'leases.before')).size > LEDGER_GENERATION_BYTES);
  t.strictSame(addresses(one), [250]);
});
