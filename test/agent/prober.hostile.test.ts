/**
 * A prober with a liar on its wire: answers in the name of servers that are silent, each right in all but one thing, beside an honest
 * server; and the same in a flood. What got in is none, but from the liar who lies about nothing: DHCP has no signatures.
 *
 * UDP checksums are nothing to go by: none was made of these, and a wrong one is read, too (agent/core/net/checksum.ts says why).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { PLAIN_TARGET } from '../../shared/core/assignment.ts';
import type { ResultBatch } from '../../shared/core/batch.ts';
import { OUTCOMES } from '../../shared/core/outcome.ts';
import { cpuNs } from '../bench/process-usage.ts';
import { pause } from '../lab/child.ts';
import { command, tryCommand } from '../lab/command.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { networkSkipReason, ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';

/** As in forger.c: what is wrong in answers for 10.71.0.100 and those after it. */
const WRONG = [
  'nothing',
  'source',
  'xid',
  'chaddr',
  'client-id',
  'op',
  'port',
  'a UDP length beyond the packet',
  'a UDP length below its header',
  'an IP length that cuts it',
  'cut short',
  'a fragment whose rest never comes',
  'fragments that overlap',
  'xid, behind 40 octets of IP options',
  'an option that runs past the end',
] as const;
const FIRST = 100;
const FLOOD_PER_SECOND = 50_000;
const RUN_MS = 5_000;

const target = { group: 'group', sources: [], bucket: null, kind: 'dora', ...PLAIN_TARGET } as const;
const honest = { ...target, server: 'honest', address: SERVER_ADDRESS, ratePerSecond: 20, phase: 0.5 };
const lying = WRONG.map((server, kind) => {
  const phase = kind / WRONG.length;
  return { ...target, server, address: `10.71.0.${FIRST + kind}`, ratePerSecond: 5, phase };
});

/** What became of each server's exchanges, and what else was counted. */
function storyOf(stdout: string) {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  const batches = lines.map((line) => JSON.parse(line) as ResultBatch);
  const rows = batches.flatMap(({ paths, results }) =>
    results.path.map((path, row) => ({
      server: paths[path]?.server,
      outcome: OUTCOMES[results.outcome[row] ?? 0],
      totalUs: results.totalUs[row] ?? 0,
    })),
  );
  const counts = batches.flatMap((batch) => batch.counts);
  type Count = 'foreign' | 'orphans' | 'malformed' | 'unsentStalled';
  const sum = (which: Count): number => counts.reduce((all, each) => all + each[which], 0);
  const of = (server: string, outcome?: string) =>
    rows.filter((row) => row.server === server && (outcome === undefined || row.outcome === outcome));
  return { of, sum };
}

const folder = mkdtempSync(join(tmpdir(), `dwe-hostile-${process.pid}-`));
function compiled(name: string): string {
  const path = join(folder, name.replace(/.*\//, ''));
  const { status, stderr } = tryCommand('cc', ['-O2', '-o', path, new URL(`../${name}.c`, import.meta.url).pathname]);
  if (status !== 0) throw new Error(`expected a C compiler: ${stderr}`);
  return path;
}

/** One run of the prober against all of them. */
async function measured(network: ProbeNetwork, when: string) {
  const assignment = `ASSIGNMENT=${JSON.stringify({ targets: [honest, ...lying] })}`;
  const child = network.command(
    'env',
    assignment,
    process.execPath,
    TYPESCRIPT,
    'test/agent/prober-child.ts',
    'auto',
    'contacted',
  );
  await child.waitForOutput(/\{/, 20_000);
  const [began, before] = [performance.now(), cpuNs(child.pid)];
  await pause(RUN_MS);
  const cpu = Math.round((cpuNs(child.pid) - before) / 1e4 / (performance.now() - began));
  const { stdout } = await child.stop('SIGTERM', 10_000);
  const story = storyOf(stdout);
  const times = story.of('honest', 'acked').map(({ totalUs }) => totalUs);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))];
  t.comment(
    `${when}: of the honest server's ${story.of('honest').length} exchanges ${times.length} acked, ` +
      `${story.of('honest', 'dropped').length} dropped, ${story.of('honest', 'unmeasured').length} unmeasured; ` +
      `p50 ${at(0.5)} µs, p99 ${at(0.99)} µs; agent's CPU ${cpu} %; unsent (stalled) ${story.sum('unsentStalled')}; ` +
      `orphans ${story.sum('orphans')}, foreign ${story.sum('foreign')}, malformed ${story.sum('malformed')}`,
  );
  return story;
}

t.test('answers that a server did not give', { skip: networkSkipReason(), timeout: 120_000 }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(async () => {
    await network.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const mac = /link\/ether (\S+)/.exec(command('ip', ['-n', network.server, 'link', 'show', 'lan']))?.[1] ?? '';
  for (const { address } of lying)
    command('ip', ['-n', network.agent, 'neigh', 'add', address, 'lladdr', mac, 'dev', 'lan', 'nud', 'permanent']);
  await network.serverCommand(compiled('bench/responder'), SERVER_ADDRESS).waitForOutput(/answering/, 10_000);
  const forger = compiled('agent/forger');
  for (const rate of [0, FLOOD_PER_SECOND])
    await t.test(rate === 0 ? 'one for each request' : `a flood of ${rate} a second`, async (t) => {
      const liar = network.serverCommand(forger, 'lan', String(rate));
      await liar.waitForOutput(/listening/, 10_000);
      const story = await measured(network, rate === 0 ? 'before the flood' : 'during the flood');
      const { stdout } = await liar.stop();
      if (rate > 0) t.comment(stdout.trim().split('\n').at(-1));
      for (const wrong of WRONG.slice(1)) {
        const [sent, acked] = [story.of(wrong).length, story.of(wrong, 'acked').length];
        t.ok(sent > 0 && acked === 0, `wrong: ${wrong}: ${acked} of ${sent} got in`);
        t.equal(story.of(wrong, 'naked').length + story.of(wrong, 'unreachable').length, 0);
      }
      t.ok(story.of('nothing', 'acked').length > 0, 'wrong: nothing: a liar in the server’s own place is the server');
      t.ok(story.of('honest', 'acked').length > 0, 'the honest server is heard');
      // In a flood, what the kernel's queue has no room for is lost, as a client's would be.
      if (rate === 0) t.equal(story.of('honest', 'dropped').length, 0, 'and no answer of it is taken for a drop');
      for (const figure of ['orphans', 'foreign', 'malformed'] as const)
        t.ok(story.sum(figure) >= (rate === 0 ? 1 : 1_000), `${story.sum(figure)} counted as ${figure}`);
    });
});
