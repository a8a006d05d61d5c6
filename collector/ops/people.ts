/** `dorawatch people`: who may come in, who is invited, and who is thrown out. */
import { type Command, Option } from 'commander';
import type { PersonRow } from '../../shared/core/people-view.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { PERSON_ROLES } from '../core/access/roles.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { type CommonFlags, durationReader, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface InviteFlags extends CommonFlags {
  readonly role: string;
  readonly ttl: number;
}

const HELP = `
viewer reads everything; operator also marks, pauses, plans maintenance, probes, drills, imports and keeps; admin also decides who comes
in, and reads the audit list. To give somebody another role, invite them again; to take rights away, revoke them first.

Examples:
  dorawatch people list
  dorawatch people invite anna --role operator        prints a token, for: dorawatch login --token …
  dorawatch people revoke anna                        certificate, bearer tokens, invitation and live connections, at once`;

export function addPeople(program: Command, runtime: Runtime): void {
  const people = program
    .command('people')
    .description('who may come in, and as what (admins)')
    .addHelpText('after', HELP);
  withCommonOptions(people.command('list'), 'print one JSON document')
    .description('everybody who may come in, is invited, or was thrown out')
    .action((flags: CommonFlags) => list(flags, runtime));
  withCommonOptions(people.command('invite'), 'print the token as one JSON document')
    .description('make a token for a person to log in with')
    .argument('<name>', 'letters, digits, ".", "_" and "-"')
    .addOption(roleOption())
    .option('--ttl <time>', 'how long the token is good', durationReader(1000), 86_400_000)
    .addHelpText('after', HELP)
    .action((name: string, flags: InviteFlags) => invite(name, flags, runtime));
  withCommonOptions(people.command('revoke'), 'print what was taken back as one JSON document')
    .description('throw a person out, at once')
    .argument('<person>', 'their name')
    .addHelpText('after', HELP)
    .action((name: string, flags: CommonFlags) => revoke(name, flags, runtime));
}

/** --role, which has to be given. */
export const roleOption = (): Option =>
  new Option('--role <role>', 'what it may do').choices(PERSON_ROLES).makeOptionMandatory();

async function list(flags: CommonFlags, runtime: Runtime): Promise<void> {
  const view = await withClient(flags, runtime, (client) => client.ask('People', {}));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  if (view.people.length === 0) return runtime.print('Nobody yet. dorawatch people invite NAME --role ROLE\n');
  const columns: readonly Column[] = [
    { head: 'Name', gives: 'shorten' },
    { head: 'Role' },
    { head: `Certificate until (${runtime.zone})`, gives: 'wrap' },
    { head: 'Bearer tokens', drop: 2 },
    { head: 'Invited until', drop: 3, gives: 'wrap' },
    { head: 'Thrown out', drop: 1, gives: 'wrap' },
  ];
  return runtime.print(
    tableText(
      columns,
      view.people.map((row) => cells(row, runtime)),
      runtime,
    ),
  );
}

function cells(row: PersonRow, { zone }: Runtime): readonly string[] {
  const time = (at: UnixMicros | null): string => (at === null ? '-' : localTime(at, zone, { date: true }));
  return [
    row.name,
    row.role,
    time(row.certificate_until),
    String(row.bearers),
    time(row.invited_until),
    time(row.revoked_at),
  ];
}

async function invite(name: string, { role, ttl, ...flags }: InviteFlags, runtime: Runtime): Promise<void> {
  const given = await withClient(flags, runtime, (client) => client.ask('InvitePerson', { name, role, ttl_ms: ttl }));
  if (flags.json === true) return runtime.write(jsonDocument(given));
  const end = localTime(given.until, runtime.zone, { date: true });
  return runtime.print(
    `${name} may log in as ${role}, once, until ${end} (${runtime.zone}):\n  dorawatch login --collector HOST:PORT --token ${given.token}\n`,
  );
}

async function revoke(name: string, flags: CommonFlags, runtime: Runtime): Promise<void> {
  const view = await withClient(flags, runtime, (client) => client.ask('RevokePerson', { name }));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  const tokens = `${view.bearers} bearer token${view.bearers === 1 ? '' : 's'}`;
  const certificate = view.was_enrolled ? 'the certificate' : 'no certificate that was good';
  return runtime.print(`${name} is out: ${certificate} and ${tokens} taken back, ${view.cut} connections cut.\n`);
}
