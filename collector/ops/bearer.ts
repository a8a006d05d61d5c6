/** `dorawatch bearer`: tokens for the page, for programs that ask the API, and for Prometheus. */
import type { Command } from 'commander';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { roleOption } from './people.ts';
import { type CommonFlags, durationReader, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface CreateFlags extends CommonFlags {
  readonly role: string;
  readonly ttl: number;
}

const HELP = `
Who has the token is who it names, over HTTP alone: at the page's login, or as "Authorization: Bearer TOKEN". It is printed once; the
collector keeps its SHA-256. It is taken back with everything else of that name: dorawatch people revoke NAME.
Prometheus: authorization: { credentials_file: /etc/prometheus/dorawatch.token }.

Examples:
  dorawatch bearer create anna --role operator
  dorawatch bearer create prometheus --role viewer --ttl 365d
  dorawatch bearer list`;

export function addBearer(program: Command, runtime: Runtime): void {
  const bearer = program
    .command('bearer')
    .description('tokens for the page and the HTTP API (admins)')
    .addHelpText('after', HELP);
  withCommonOptions(bearer.command('create'), 'print the token as one JSON document')
    .description('make a token')
    .argument('<name>', 'whose it is: a person, or a program')
    .addOption(roleOption())
    .option('--ttl <time>', 'how long it is good, 366d at most', durationReader(1000), 30 * 86_400_000)
    .addHelpText('after', HELP)
    .action((name: string, flags: CreateFlags) => create(name, flags, runtime));
  withCommonOptions(bearer.command('list'), 'print one JSON document')
    .description('tokens that are good')
    .action((flags: CommonFlags) => list(flags, runtime));
}

async function create(name: string, { role, ttl, ...flags }: CreateFlags, runtime: Runtime): Promise<void> {
  const given = await withClient(flags, runtime, (client) => client.ask('CreateBearer', { name, role, ttl_ms: ttl }));
  if (flags.json === true) return runtime.write(jsonDocument(given));
  const end = localTime(given.until, runtime.zone, { date: true });
  return runtime.print(
    `For ${name}, ${role}, until ${end} (${runtime.zone}); it is not shown again:\n${given.token}\n`,
  );
}

async function list(flags: CommonFlags, runtime: Runtime): Promise<void> {
  const view = await withClient(flags, runtime, (client) => client.ask('Bearers', {}));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  if (view.bearers.length === 0) return runtime.print('There is none. dorawatch bearer create NAME --role viewer\n');
  const time = (at: (typeof view.bearers)[number]['at']): string => localTime(at, runtime.zone, { date: true });
  const rows = view.bearers.map(({ id, name, role, at, until, by }) => [id, name, role, time(at), time(until), by]);
  const columns = [
    { head: 'Id' },
    { head: 'Name', gives: 'shorten' as const },
    { head: 'Role' },
    { head: `Made (${runtime.zone})`, drop: 2 },
    { head: 'Good until' },
    { head: 'By', drop: 1 },
  ];
  return runtime.print(tableText(columns, rows, runtime));
}
