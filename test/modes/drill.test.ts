/**
 * `dorawatch drill` on a real pair that would not fail over by itself at night (max-unacked-clients 10): probes that tell how long
 * they wait make it, and only until it is done. Then a drill whose command fails, and what Kea says of itself in the same lab:
 * cut off from its clients by a firewall it goes on saying that it serves.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { pause } from '../lab/child.ts';
import { command } from '../lab/command.ts';
import type { Lab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { askedGroupOf, type Stage, setStage } from './stage.ts';

const GROUP = 'corsham-dhcp';

interface DrillRecord {
  readonly result: string;
  readonly problem: string | null;
  readonly checks: readonly { readonly what: string; readonly ok: boolean; readonly measured_ms: number | null }[];
  readonly steps: readonly { readonly text: string }[];
  readonly report: { readonly failovers: readonly { readonly planned: string | null }[] };
}

const yaml = (lab: Lab): string =>
  `groups:\n${askedGroupOf(lab, GROUP, 'hot-standby', 'standby')}\nsites: [{ name: corsham }]\nprobe: { rate: 10/s }\n`;

const stateOf = async ({ programs }: Stage) =>
  await programs.json<{
    groups: {
      state: string;
      servers: { name: string; kea: { state: string } | null }[];
      maintenance: { source: string; text: string }[];
    }[];
  }>('status');

t.test('a drill, and what Kea says of itself', { skip: labSkipReason(), timeout: 400_000 }, async (t) => {
  const stage = await setStage(t, {
    lab: { pair: { mode: 'hot-standby', settings: { 'max-unacked-clients': 10 } } },
    yaml,
  });
  const { lab, events, programs } = stage;
  const out = join(lab.folder, 'drill');
  const up = join(lab.folder, 'up');
  const drill = (...args: string[]) =>
    programs.ops('drill', '--group', GROUP, '--yes', '--out', out, '--hold', '3s', ...args);
  // The command asks for the server; the lab owns it, and starts it.
  const starter = setInterval(() => {
    if (existsSync(up) && !lab.primary.isRunning) lab.primary.start();
  }, 200);
  t.teardown(() => clearInterval(starter));

  await t.test('passes, on a pair that waits for clients', async (t) => {
    const down = `kill -9 ${lab.primary.pid}`;
    const limits = ['--max-gap', '90s', '--limit', '120s', '--raise-secs', '--ref', 'CHG123', '--actor', 'ada'];
    const printed = await drill('--down', down, '--up', `touch ${up}`, ...limits);
    t.comment(printed.stdout, printed.stderr);
    t.equal(printed.code, 0);
    const record = JSON.parse(readFileSync(`${out}.json`, 'utf8')) as DrillRecord;
    t.match(record, { result: 'passed', problem: null });
    t.ok(record.checks.every(({ ok }) => ok));
    t.same(new Set(record.report.failovers.map(({ planned }) => planned)), new Set(['Drill']), 'it was planned');
    t.same((await stateOf(stage)).groups[0]?.maintenance, [], 'and is over');
    t.match(
      record.steps.map(({ text }) => text),
      [/taken down/, /has taken over/, /brought back/, /serves again/],
    );
    const text = readFileSync(`${out}.md`, 'utf8');
    t.match(text, /Drill: primary taken down/);
    t.match(text, /CHG123/);
  });

  await t.test('a command that fails ends it, with the way back', async (t) => {
    const printed = await drill('--down', 'exit 7', '--up', `touch ${up}`);
    t.equal(printed.code, 1);
    t.match(printed.stderr, /"exit 7" ended with 7/);
    t.match(printed.stderr, /where things stand: normal/);
    t.match(JSON.parse(readFileSync(`${out}.json`, 'utf8')) as DrillRecord, { result: 'ended early' });
  });

  await t.test('a server that is cut off from its clients says that it serves', async (t) => {
    const word = (await stateOf(stage)).groups[0]?.servers.map(({ kea }) => kea?.state);
    t.same(word, ['hot-standby', 'hot-standby']);
    const { namespace } = lab.network.primary;
    const nft = (...args: string[]) => command('ip', ['netns', 'exec', namespace, 'nft', ...args]);
    nft('add', 'table', 'ip', 'firewall');
    nft('add', 'chain', 'ip', 'firewall', 'in', '{ type filter hook input priority 0; }');
    nft('add', 'rule', 'ip', 'firewall', 'in', 'udp', 'dport', '67', 'drop');
    const row = await events.next({ kind: 'kea', to: 'says-serving' });
    t.match(
      row.text,
      /^Primary says it serves \(hot-standby, scopes primary\), but is silent to the one site that reports/,
    );
    nft('delete', 'table', 'ip', 'firewall');
    await events.next({ kind: 'kea', to: 'agrees' });
  });

  await t.test('maintenance is told as planned', async (t) => {
    await lab.standby.command('ha-maintenance-start');
    const row = await events.next({ kind: 'kea', to: 'maintenance' });
    t.match(row.text, /as planned/);
    t.match((await stateOf(stage)).groups[0]?.maintenance, [{ source: 'kea', text: /is in maintenance, as Kea says/ }]);
    await lab.standby.command('ha-maintenance-cancel');
    await pause(2_000);
  });
});
