/** `dorawatch audit`: who did what and when, from the list that nobody can take a line out of. */
import type { Command } from 'commander';
import type { AuditRow } from '../../shared/core/people-view.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonLine } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { type CommonFlags, type Runtime, TIMES_HELP, timeReader, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface AuditFlags extends CommonFlags {
  readonly since?: UnixMicros;
  readonly until?: UnixMicros;
  readonly who?: string;
}

const HELP = `
Marks, pauses, maintenance, probes, drills, imports, keeps, tokens, logins, revocations, and what somebody wanted without the right to. A line
is on disk (access/journal.jsonl in the collector's state directory) before what it says is done. Without enrolment everybody is "local", and
what was typed as --actor stands beside it. "collector" is the collector itself, or its command line on its own host.
${TIMES_HELP}

Examples:
  dorawatch audit --since -7d
  dorawatch audit --who anna --since 2026-03-01T00:00:00Z
  dorawatch audit --who agent:corsham-1
  dorawatch audit --json | jq 'select(.act == "rights-refused")'`;

export function addAudit(program: Command, runtime: Runtime): void {
  const time = timeReader(runtime);
  withCommonOptions(program.command('audit'), 'print one JSON document a line')
    .description('who did what (admins)')
    .option('--since <time>', 'from this moment on', time)
    .option('--until <time>', 'before this moment', time)
    .option('--who <name>', 'only what this person, agent ("agent:NAME") or typed actor did')
    .addHelpText('after', HELP)
    .action((flags: AuditFlags) => audit(flags, runtime));
}

async function audit(flags: AuditFlags, runtime: Runtime): Promise<void> {
  const { since = null, until = null, who = null } = flags;
  await withClient(flags, runtime, async (client) => {
    const rows: AuditRow[] = [];
    for await (const row of client.stream('Audit', { since, until, who })) {
      if (flags.json === true) await runtime.write(`${jsonLine(row)}`);
      else rows.push(row);
    }
    if (flags.json !== true)
      await runtime.print(
        rows.length === 0
          ? 'Nothing.\n'
          : tableText(
              columns(runtime),
              rows.map((row) => cells(row, runtime)),
              runtime,
            ),
      );
  });
}

const columns = ({ zone }: Runtime): readonly Column[] => [
  { head: `When (${zone})`, gives: 'wrap' },
  { head: 'Who', gives: 'wrap' },
  { head: 'Role', drop: 1 },
  { head: 'From', drop: 2 },
  { head: 'Did' },
  { head: 'What', gives: 'wrap' },
];

function cells({ at, who, actor, role, from, act, about }: AuditRow, { zone }: Runtime): readonly string[] {
  return [localTime(at, zone, { date: true }), whoText(who, actor), role ?? '-', from ?? '-', act, about];
}

/** "local (ada)", "anna", "anna (ben)". */
function whoText(who: string, actor: string | null): string {
  if (actor === null) return who;
  return actor.startsWith(`${who} (`) ? actor : `${who} (${actor})`;
}
