/** `dorawatch sites`: every site, and who serves it. */
import type { Command } from 'commander';
import type { SiteView } from '../../shared/core/ops-view.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface SitesFlags extends CommonFlags {
  readonly unserved?: boolean;
}

const HELP = `
Agent: connected, silent (connected, but it measures nothing), disconnected, or none (never heard of).
Clients: whether the site's own clients are answered, by broadcast and through its real relay, where the configuration has it tried.

Examples:
  dorawatch sites
  dorawatch sites --unserved            # where clients get no lease now
  dorawatch sites --json | jq -r '.sites[] | select(.agent_state == "none") | .site'`;

export function addSites(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('sites'), 'print one JSON document')
    .description('which server serves each site')
    .option('--unserved', 'only sites that no server serves')
    .addHelpText('after', HELP)
    .action((flags: SitesFlags) => showSites(flags, runtime));
}

async function showSites(flags: SitesFlags, runtime: Runtime): Promise<void> {
  const unserved = flags.unserved === true;
  const view = await withClient(flags, runtime, (client) => client.ask('Sites', { unserved }));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  if (view.sites.length === 0) return runtime.print(unserved ? 'No site is unserved.\n' : 'No sites.\n');
  const columns: Column[] = [
    { head: 'Site', gives: 'shorten' },
    { head: 'Group', drop: 4, gives: 'shorten' },
    { head: 'State' },
    { head: 'Served by', drop: 6, gives: 'wrap' },
    { head: `Since (${runtime.zone})`, drop: 5, gives: 'wrap' },
    { head: 'Last ACK', drop: 1, gives: 'wrap' },
    { head: 'Agent', drop: 2 },
    { head: 'Why', drop: 3 },
  ];
  const rows = view.sites.map((site) => siteRow(site, runtime));
  // Few sites try it, and a wide table is hard to read.
  if (view.sites.some(({ client_state: clients }) => clients !== null)) {
    columns.push({ head: 'Clients', drop: 7 });
    view.sites.forEach(({ client_state: clients }, index) => {
      rows[index]?.push(clients === null ? '-' : runtime.paint(clients));
    });
  }
  const why = view.sites.flatMap(({ client_state, evidence }) =>
    client_state === 'non-serving' && evidence !== null ? [`${evidence}\n`] : [],
  );
  return runtime.print(tableText(columns, rows, runtime) + why.join(''));
}

function siteRow(site: SiteView, { zone, paint }: Runtime): string[] {
  const time = (at: SiteView['since']): string => (at === null ? '-' : localTime(at, zone, { date: true }));
  const servers = site.served_by.length === 0 ? '-' : site.served_by.join(', ');
  const states = [site.site, site.group, paint(site.state), servers];
  return [...states, time(site.since), time(site.last_ack_at), paint(site.agent_state), site.reason ?? '-'];
}
