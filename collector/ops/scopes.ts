/** `dorawatch scopes`: the subnets that sites list, and whether they are served. */
import type { Command } from 'commander';
import type { ScopeView } from '../../shared/core/ops-reply.ts';
import { countText } from '../core/answers/availability-text.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface ScopesFlags extends CommonFlags {
  readonly group?: string;
  readonly unserved?: boolean;
}

const HELP = `
A scope is a subnet that a site lists in the configuration (subnets:). Agents ask every server for them in turn, beside their
ordinary probes. Non-serving: not answered although a server answers the site's other probes, so that its pool is exhausted or
the subnet missing. While no server serves the site nothing is said of its scopes. Unknown: nothing was learned for an hour.

Examples:
  dorawatch scopes --unserved
  dorawatch scopes --group corsham-dhcp --json | jq -r '.scopes[] | select(.state == "non-serving") | .scope'`;

export function addScopes(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('scopes'), 'print one JSON document')
    .description("which of the sites' subnets are served")
    .option('--group <name>', 'only as this group serves them')
    .option('--unserved', 'only those that are not served though a server serves')
    .addHelpText('after', HELP)
    .action((flags: ScopesFlags) => showScopes(flags, runtime));
}

async function showScopes(flags: ScopesFlags, runtime: Runtime): Promise<void> {
  const unserved = flags.unserved === true;
  const request = { group: flags.group ?? null, unserved };
  const view = await withClient(flags, runtime, (client) => client.ask('Scopes', request));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  if (view.scopes.length === 0) {
    return runtime.print(
      unserved ? 'No scope is unserved.\n' : 'No scopes: no site lists any (subnets: in the configuration).\n',
    );
  }
  const columns: readonly Column[] = [
    { head: 'Scope' },
    { head: 'Site', gives: 'shorten' },
    { head: 'Group', drop: 3, gives: 'shorten' },
    { head: 'State' },
    { head: `Since (${runtime.zone})`, drop: 4, gives: 'wrap' },
    { head: 'Last served', drop: 1, gives: 'wrap' },
    { head: 'Answered', drop: 2 },
    { head: 'Why', drop: 5 },
  ];
  const rows = view.scopes.map((scope) => scopeRow(scope, runtime));
  const why = view.scopes.flatMap(({ scope, site, evidence }) =>
    evidence === null ? [] : [`${scope} at ${site}: ${evidence}\n`],
  );
  return runtime.print(tableText(columns, rows, runtime) + why.join(''));
}

function scopeRow(row: ScopeView, { zone, paint }: Runtime): readonly string[] {
  const time = (at: ScopeView['since']): string => (at === null ? '-' : localTime(at, zone, { date: true }));
  const answered = `${countText(row.answered)} of ${countText(row.exchanges)}`;
  const where = [row.scope, row.site, row.group, paint(row.state)];
  return [...where, time(row.since), time(row.last_served_at), answered, row.reason ?? '-'];
}
