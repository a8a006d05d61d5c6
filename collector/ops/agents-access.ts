/** `dorawatch agents pending | approve | reject | revoke`: who may come in as an agent, decided by admins. */
import type { Command } from 'commander';
import type { PendingRow, PendingView } from '../../shared/core/access-view.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { countOf } from '../core/words.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

const PENDING_HELP = `
Agents that have shown a token which needs approval (dorawatch token create --approve), and since when. Key: the fingerprint of
the key that the host has made. An approved agent has not come back for its certificate yet.

Examples:
  dorawatch agents pending
  dorawatch agents approve agent-0a1b2c3d4e
  dorawatch agents reject agent-0a1b2c3d4e`;

const REVOKE_HELP = `
Its connections are cut at once, and no certificate that it has is believed again, also after a restart. What it has reported stays.
To replace an agent's host: revoke it, and join the new one with a new token.

Examples:
  dorawatch agents revoke agent-0a1b2c3d4e
  dorawatch token create --site corsham`;

/** @param agents the command that these stand under */
export function addAgentsAccess(agents: Command, runtime: Runtime): void {
  withCommonOptions(agents.command('pending'), 'print one JSON document')
    .description('agents that wait for approval')
    .addHelpText('after', PENDING_HELP)
    .action(async (_flags: CommonFlags, command: Command) => {
      const given: CommonFlags = command.optsWithGlobals();
      await print(await withClient(given, runtime, (client) => client.ask('PendingAgents', {})), given, runtime);
    });
  for (const [name, method, description] of [
    ['approve', 'ApproveAgent', 'let one that waits in'],
    ['reject', 'RejectAgent', 'keep one that waits out'],
  ] as const) {
    withCommonOptions(agents.command(name), 'print who is left as one JSON document')
      .description(description)
      .argument('<agent>', 'as agents pending shows it')
      .addHelpText('after', PENDING_HELP)
      .action(async (agent: string, _flags: CommonFlags, command: Command) => {
        const given: CommonFlags = command.optsWithGlobals();
        await print(await withClient(given, runtime, (client) => client.ask(method, { agent })), given, runtime);
      });
  }
  withCommonOptions(agents.command('revoke'), 'print what was cut as one JSON document')
    .description('throw an agent out')
    .argument('<agent>', 'as agents shows it')
    .addHelpText('after', REVOKE_HELP)
    .action((agent: string, _flags: CommonFlags, command: Command) =>
      revoke(agent, command.optsWithGlobals(), runtime),
    );
}

async function revoke(agent: string, flags: CommonFlags, runtime: Runtime): Promise<void> {
  const revoked = await withClient(flags, runtime, (client) => client.ask('RevokeAgent', { agent }));
  if (flags.json === true) return runtime.write(jsonDocument(revoked));
  const { was_enrolled: wasEnrolled, cut } = revoked;
  const before = wasEnrolled ? '' : ' It had no valid certificate from this collector.';
  return runtime.print(`Agent ${agent} is out; ${countOf(cut, 'connection')} cut.${before}\n`);
}

function print(view: PendingView, flags: CommonFlags, runtime: Runtime): Promise<void> {
  if (flags.json === true) return runtime.write(jsonDocument(view));
  if (view.pending.length === 0) return runtime.print('No agent waits for approval.\n');
  const columns: readonly Column[] = [
    { head: 'Agent', gives: 'shorten' },
    { head: 'Site', gives: 'shorten' },
    { head: 'State' },
    { head: `Since (${runtime.zone})`, drop: 3, gives: 'wrap' },
    { head: 'From', drop: 4 },
    { head: 'Version', drop: 1 },
    { head: 'Key', drop: 2, gives: 'wrap' },
  ];
  return runtime.print(
    tableText(
      columns,
      view.pending.map((row) => cells(row, runtime)),
      runtime,
    ),
  );
}

const cells = (row: PendingRow, { zone }: Runtime): readonly string[] => [
  row.agent,
  row.site,
  row.state,
  localTime(row.since, zone, { date: true }),
  row.address ?? '-',
  row.version,
  row.key.slice(0, 16),
];
