/**
 * `dorawatch complete groups|sites|servers|agents|people`, which completion scripts call and no help shows: names, one a line. Somebody waits
 * with a finger on Tab, so it gives up within a second, and says nothing when there is nothing to say.
 */
import { Argument, type Command } from 'commander';
import { errorText } from '../../shared/core/error-text.ts';
import type { OpsClient } from './client.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';

interface CompleteFlags extends CommonFlags {
  readonly group?: string;
}

type Kind = 'groups' | 'sites' | 'servers' | 'agents' | 'people';

const PATIENCE_MS = 1000;

export function addComplete(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('complete', { hidden: true }), null)
    .description('names for completion scripts, one a line')
    .addArgument(new Argument('<kind>', 'which names').choices(['groups', 'sites', 'servers', 'agents', 'people']))
    .option('--group <name>', 'servers of this group alone')
    .action((kind: Kind, flags: CompleteFlags) => complete(kind, flags, runtime));
}

async function complete(kind: Kind, flags: CompleteFlags, runtime: Runtime): Promise<void> {
  setTimeout(() => process.exit(0), PATIENCE_MS).unref();
  try {
    const names = await withClient(flags, runtime, (client) => namesOf(client, kind, flags.group ?? null));
    for (const name of [...new Set(names)].sort()) await runtime.write(`${name}\n`);
  } catch (error) {
    // A word in the middle of what is being typed would be in the way; whoever looks for the reason can ask for it.
    if ((runtime.environment['DORAWATCH_LOG_LEVEL'] ?? '') === 'debug') process.stderr.write(`${errorText(error)}\n`);
  }
}

async function namesOf(client: OpsClient, kind: Kind, group: string | null): Promise<readonly string[]> {
  if (kind === 'sites') return (await client.ask('Sites', { unserved: false })).sites.map(({ site }) => site);
  if (kind === 'people') return (await client.ask('People', {})).people.map(({ name }) => name);
  if (kind === 'agents') return (await client.ask('Agents', {})).agents.map(({ id }) => id);
  const { groups } = await client.ask('State', { group: kind === 'servers' ? group : null });
  return kind === 'groups'
    ? groups.map(({ name }) => name)
    : groups.flatMap(({ servers }) => servers.map(({ name }) => name));
}
