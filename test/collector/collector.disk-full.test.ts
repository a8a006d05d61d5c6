/**
 * A collector whose disk fills up: nothing is acknowledged that is not stored, people are told, and when there is room it goes
 * on by itself. The disk is a small tmpfs, which takes root.
 */

import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { RETENTION_DEFAULTS } from '../../collector/core/config/collector-config.ts';
import { ALL_SITES } from '../../collector/core/rollup/rollup-fold.ts';
import { openInbox } from '../../collector/io/inbox.ts';
import { startRollups } from '../../collector/io/rollups.ts';
import { createClock } from '../../shared/io/clock.ts';
import { createLogger } from '../../shared/io/logger.ts';
import { batches } from './fake-agent.ts';
import { hotStandby } from './hot-standby.ts';
import { run, startCollectorProcess } from './programs.ts';
import { StubbornAgent } from './stubborn-agent.ts';

const CONFIG = hotStandby('corsham');
const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

function fill(path: string): void {
  for (const octets of [1 << 20, 1 << 12]) {
    for (;;) {
      try {
        appendFileSync(path, Buffer.alloc(octets));
      } catch {
        // Not a page is free: what was to be reached.
        break;
      }
    }
  }
}

t.test('a full disk', { skip: isRoot ? false : 'mounting a small disk takes root', timeout: 180_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'dorawatch-'));
  const disk = join(directory, 'disk');
  const config = join(directory, 'collector.yaml');
  mkdirSync(disk);
  writeFileSync(config, CONFIG);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'dorawatch', disk]).status !== 0) {
    t.comment('a tmpfs cannot be mounted here');
    return;
  }
  t.teardown(() => spawnSync('umount', ['-l', disk]));
  const state = join(disk, 'state');
  const seconds = 90;
  const anchorUs = Math.round(createClock().wall() - (seconds + 10) * 1e6);
  const made = batches({ anchorUs, seconds });
  const agent = new StubbornAgent({ agent: 'agent-1', site: 'corsham', anchorUs });
  const collector = await startCollectorProcess(config, state);
  t.teardown(() => {
    agent.disconnect();
    collector.kill('SIGKILL');
  });
  const asked = (...args: string[]) => run('collector/ops/main.ts', [...args, '--collector', collector.address]);
  agent.connect(collector.address);
  for (const batch of made.slice(0, 30)) agent.measured(batch);
  await agent.heard(30);
  t.equal(agent.left, 0);

  const filler = join(disk, 'filler');
  fill(filler);
  for (const batch of made.slice(30, 60)) agent.measured(batch);
  for (let tries = 0; agent.left === 0 && tries < 20; tries += 1) await pause(100);
  const mark = await asked('mark', 'Primary taken down');
  t.equal(mark.code, 1, 'a mark that cannot be stored is refused');
  t.match(mark.stderr, /disk is full/);
  const status = JSON.parse((await asked('status', '--json')).stdout);
  t.match(status.store.problem, /disk is full/);
  t.match((await asked('status')).stdout, /store: .*disk is full/);
  const left = agent.left;
  agent.connect(collector.address);
  await pause(500);
  t.ok(left > 0 && agent.left === left, `${left} batches stay with their agent`);

  rmSync(filler);
  for (const batch of made.slice(60)) agent.measured(batch);
  for (let tries = 0; agent.left > 0 && tries < 60; tries += 1) {
    agent.connect(collector.address);
    await Promise.race([agent.heard(Number.POSITIVE_INFINITY), pause(1000)]);
  }
  t.equal(agent.left, 0, 'all is acknowledged, without a restart');
  t.equal(JSON.parse((await asked('status', '--json')).stdout).store.problem, null);
  t.equal((await asked('mark', 'Primary taken down')).code, 0);
  collector.kill('SIGKILL');
  await collector.ended;

  const again = await startCollectorProcess(config, state);
  t.teardown(() => again.kill('SIGKILL'));
  const all = ['export', '--since', '2020-01-01T00:00:00Z', '--json', '--collector', again.address];
  const rows = (await run('collector/ops/main.ts', all)).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const names = rows.map(({ sequence, index }) => `${sequence}/${index}`);
  const measured = made.flatMap(({ sequence, results }) => results.path.map((_, index) => `${sequence}/${index}`));
  t.strictSame(names.sort(), measured.sort(), 'after a kill and a start each exchange is there once');
  const asks = async (...args: string[]) =>
    JSON.parse((await run('collector/ops/main.ts', [...args, '--json', '--collector', again.address])).stdout);
  const { measured: figures } = await asks('report', '--group', 'corsham-dhcp', '--since', '2020-01-01T00:00:00Z');
  t.match(figures, { exchanges: names.length, source: 'raw' }, 'a report counts them');
  for (let tries = 0; tries < 50; tries += 1) {
    const { consumers } = await asks('status');
    if (consumers.every(({ lag_entries }: { lag_entries: number }) => lag_entries === 0)) break;
    await pause(200);
  }
  const [primary] = (await asks('status')).groups[0].servers;
  const last = rows.filter(({ server, outcome }) => server === 'primary' && outcome === 'acked').at(-1);
  const apartMs = Date.parse(primary.last_served_at) - Date.parse(last.sent_at);
  t.ok(Math.abs(apartMs) < 1000, 'the read model has folded them to the last');
  again.kill('SIGTERM');
  t.equal((await again.ended).code, 0);
  t.same(await rolledUp(state), { sites: names.length, servers: names.length }, 'rollups count each once');
});

/** Exchanges that the rollups of a closed collector count, in the rows of sites and in those of servers. */
async function rolledUp(state: string): Promise<{ readonly sites: number; readonly servers: number }> {
  const inbox = await openInbox(join(state, 'log'));
  const logger = createLogger('test', 'silent');
  const directory = join(state, 'rollups');
  const rollups = await startRollups({
    inbox,
    directory,
    clock: createClock(),
    logger,
    retention: () => RETENTION_DEFAULTS,
  });
  const query = { group: 'corsham-dhcp', resolution: 'minute', from: 0, to: 2 ** 32 - 2 } as const;
  const counted = { sites: 0, servers: 0 };
  for await (const { name, rollup } of rollups.store.read(query)) {
    const { acked, droppedOffer, droppedAck } = rollup.counts;
    counted[name.site === ALL_SITES ? 'servers' : 'sites'] += acked + droppedOffer + droppedAck;
  }
  await rollups.close();
  await inbox.close();
  return counted;
}
