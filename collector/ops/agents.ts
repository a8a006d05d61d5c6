/** `dorawatch agents`: every agent heard of, how well it measures and what it still has to send. */
import type { Command } from 'commander';
import type { AgentView } from '../../shared/core/ops-view.ts';
import { countText } from '../core/answers/availability-text.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { addAgentsAccess } from './agents-access.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

const HELP = `
Clock: the agent's clock minus the collector's, and how well that is known. Backlog: batches not yet acknowledged.
Loop delay: the agent's worst stall lately; above some 100 ms the host is overloaded and latencies are in doubt.

Refused: batches that the collector would not take (malformed, or other content under a name that it has); its log says why.
Throttled: times that an agent was not read from for a while because it sent more than any agent needs to.
Lost: batches that an agent had to throw away before any collector had them, and the exchanges in them; ever. What is wrong
with an agent (its spool, its clock, another host with its id) is said below the table.
Leases: addresses that its probes hold now, of the most that they can hold at once whatever happens; --json has them by server
and scope. Behind: the agent's version is older than the collector's; it goes on as before. An agent that rests has targets and probes none of them; why stands below the table.

Examples:
  dorawatch agents
  dorawatch agents --json | jq -r '.agents[] | select(.connected | not) | .id'`;

export function addAgents(program: Command, runtime: Runtime): void {
  const agents = withCommonOptions(program.command('agents'), 'print one JSON document');
  agents
    .description('the agents and how they are doing')
    .addHelpText('after', HELP)
    .action((flags: CommonFlags) => showAgents(flags, runtime));
  addAgentsAccess(agents, runtime);
}

async function showAgents(flags: CommonFlags, runtime: Runtime): Promise<void> {
  const view = await withClient(flags, runtime, (client) => client.ask('Agents', {}));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  if (view.agents.length === 0) {
    return runtime.print(
      'No agent has connected yet. On a site host: dorawatch-agent run --collector HOST:PORT --site SITE --state DIR\n',
    );
  }
  const columns: Column[] = [
    { head: 'Agent', gives: 'shorten' },
    { head: 'Site', drop: 10, gives: 'shorten' },
    { head: 'Version', drop: 3 },
    { head: 'State' },
    { head: `Last seen (${runtime.zone})`, drop: 9, gives: 'wrap' },
    { head: 'Clock', drop: 6 },
    { head: 'Backlog', drop: 7 },
    { head: 'Assignment', drop: 1 },
    { head: 'Loop delay', drop: 2 },
    { head: 'Refused', drop: 5 },
  ];
  const rows = view.agents.map((agent) => agentRow(agent, runtime));
  if (view.agents.some(({ leases_worst: worst }) => worst !== null)) {
    columns.push({ head: 'Leases', drop: 8 });
    for (const [index, agent] of view.agents.entries()) rows[index]?.push(leasesText(agent));
  }
  // Rare, and a wide table is hard to read: the column and the lines are there only when there is something to say.
  if (view.agents.some((agent) => agent.lost_batches > 0)) {
    columns.push({ head: 'Lost', drop: 11 });
    for (const [index, agent] of view.agents.entries()) rows[index]?.push(lostText(agent));
  }
  if (view.agents.some((agent) => (agent.throttled ?? 0) > 0)) {
    columns.push({ head: 'Throttled', drop: 4 });
    for (const [index, agent] of view.agents.entries()) rows[index]?.push(countText(agent.throttled ?? 0));
  }
  const remarks = view.agents.flatMap(({ id, trouble, resting }) => [
    ...(trouble === null ? [] : [`${id}: ${trouble}\n`]),
    ...(resting === null ? [] : [`${id} probes nothing: ${resting}\n`]),
  ]);
  return runtime.print(tableText(columns, rows, runtime) + remarks.join(''));
}

function lostText({ lost_batches: batches, lost_exchanges: exchanges }: AgentView): string {
  return batches === 0 ? '-' : `${countText(batches)} (${countText(exchanges)} exchanges)`;
}

function leasesText({ leases_held: held, leases_worst: worst }: AgentView): string {
  return held === null || worst === null ? '-' : `${countText(held)} of ${countText(worst)}`;
}

function agentRow(agent: AgentView, { zone, paint }: Runtime): string[] {
  const text = (value: number | null, unit = ''): string => (value === null ? '-' : `${value}${unit}`);
  return [
    agent.id,
    agent.site,
    agent.behind === true ? `${agent.version} (behind)` : (agent.version ?? '-'),
    paint(agent.connected ? (agent.resting === null ? 'connected' : 'resting') : 'disconnected'),
    agent.last_seen === null ? '-' : localTime(agent.last_seen, zone, { date: true }),
    clockText(agent),
    text(agent.backlog_batches),
    text(agent.assignment_version),
    agent.loop_delay_max_ms === null ? '-' : `${agent.loop_delay_max_ms.toFixed(1)} ms`,
    text(agent.refused_batches),
  ];
}

function clockText({ clock_offset_us: offset, clock_error_us: error }: AgentView): string {
  if (offset === null || error === null) return 'not measured';
  return `${offset < 0 ? '-' : '+'}${(Math.abs(offset) / 1000).toFixed(2)} ± ${(error / 1000).toFixed(2)} ms`;
}
