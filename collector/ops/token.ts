/** `dorawatch token`: what lets an agent of a site in, once or some times; made, listed and withdrawn by admins. */
import { type Command, InvalidArgumentError } from 'commander';
import type { TokenRow, TokensView } from '../../shared/core/access-view.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { type CommonFlags, durationReader, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface CreateFlags extends CommonFlags {
  readonly site: string;
  readonly ttl: number;
  readonly uses: number;
  readonly approve?: boolean;
}

const CREATE_HELP = `
The token carries the fingerprint of the collector's CA, so that the agent knows whom to believe. It is printed once and kept
nowhere; whoever has it can come in as an agent of the site, as often as it says, until it is over. With --approve each such
agent waits until an admin has looked at it: dorawatch agents pending.

Examples:
  dorawatch token create --site corsham
  dorawatch-agent join --collector HOST:6767 --token TOKEN --state DIR      then, on the site's host
  dorawatch token create --site leeds --uses 2 --ttl 7d --approve`;

const LIST_HELP = `
Those that can still be used; their secrets are kept nowhere.

Examples:
  dorawatch token list
  dorawatch token list --json | jq -r '.tokens[] | select(.site == "corsham") | .id'`;

const WITHDRAW_HELP = `
Who came in by it stays in (dorawatch agents revoke); who waits by it for approval does not come in any more.

Example:
  dorawatch token withdraw 1f0c77ab`;

const DAY_MS = 86_400_000;

export function addToken(program: Command, runtime: Runtime): void {
  const token = program.command('token').description('tokens that let agents in');
  withCommonOptions(token.command('create'), 'print the token and its row as one JSON document')
    .description('make a token for agents of a site')
    .requiredOption('--site <name>', 'the site that they may speak for')
    .option('--ttl <time>', 'how long it can be used, up to 90d', durationReader(1000), DAY_MS)
    .option('--uses <n>', 'how many agents it is for', readUses, 1)
    .option('--approve', 'an admin has to approve each')
    .addHelpText('after', CREATE_HELP)
    .action((flags: CreateFlags) => create(flags, runtime));
  withCommonOptions(token.command('list'), 'print one JSON document')
    .description('tokens that can be used')
    .addHelpText('after', LIST_HELP)
    .action(async (flags: CommonFlags) =>
      print(await withClient(flags, runtime, (client) => client.ask('Tokens', {})), flags, runtime),
    );
  withCommonOptions(token.command('withdraw'), 'print those that are left as one JSON document')
    .description('let a token be used no more')
    .argument('<id>', 'as token list shows it')
    .addHelpText('after', WITHDRAW_HELP)
    .action(async (id: string, flags: CommonFlags) =>
      print(await withClient(flags, runtime, (client) => client.ask('WithdrawToken', { id })), flags, runtime),
    );
}

function readUses(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a number, 1 or more.');
}

async function create(flags: CreateFlags, runtime: Runtime): Promise<void> {
  const { site, ttl, uses, approve = false } = flags;
  const made = await withClient(flags, runtime, (client) =>
    client.ask('CreateToken', { site, ttl_ms: ttl, uses, approval: approve }),
  );
  if (flags.json === true) return runtime.write(jsonDocument(made));
  const { row } = made;
  const until = row === null ? '' : `, until ${localTime(row.until, runtime.zone, { date: true })} (${runtime.zone})`;
  // The token alone on its line and never folded: it is pasted.
  await runtime.print(`For ${uses === 1 ? 'one agent' : `${uses} agents`} of site ${site}${until}:\n`);
  await runtime.write(`${made.token}\n`);
  return runtime.print(`On the host: dorawatch-agent join --collector HOST:PORT --token TOKEN --state DIR\n`);
}

function print(view: TokensView, flags: CommonFlags, runtime: Runtime): Promise<void> {
  if (flags.json === true) return runtime.write(jsonDocument(view));
  if (view.tokens.length === 0) return runtime.print('No token can be used.\n');
  const columns: readonly Column[] = [
    { head: 'Token' },
    { head: 'Lets in', gives: 'wrap' },
    { head: 'Uses left' },
    { head: `Until (${runtime.zone})`, drop: 2, gives: 'wrap' },
    { head: 'By', drop: 1, gives: 'shorten' },
  ];
  return runtime.print(
    tableText(
      columns,
      view.tokens.map((row) => cells(row, runtime)),
      runtime,
    ),
  );
}

const cells = (row: TokenRow, { zone }: Runtime): readonly string[] => [
  row.id,
  row.kind === 'agent'
    ? `agents of ${row.site ?? '-'}${row.approval ? ', approved' : ''}`
    : `${row.name ?? '-'} as ${row.role ?? '-'}`,
  `${row.uses_left} of ${row.uses}`,
  localTime(row.until, zone, { date: true }),
  row.by,
];
