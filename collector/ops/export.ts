/** `dorawatch export`: every stored exchange of a period, one a line, for whoever wants to compute something else. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ExchangeView } from '../../shared/core/ops-reply.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { withProgressLine } from '../../shared/io/progress-line.ts';
import { csvLine, jsonLine } from '../core/answers/ops-json.ts';
import type { OpsClient } from './client.ts';
import { type CommonFlags, type Runtime, TIMES_HELP, timeReader, withClient, withCommonOptions } from './runtime.ts';

interface ExportFlags extends CommonFlags {
  readonly since: UnixMicros;
  readonly until?: UnixMicros;
  readonly group?: string;
  readonly csv?: boolean;
}

const HELP = `
Oldest first, by when the DISCOVER left (collector's clock). Choose --json (one object a line) or --csv.
${TIMES_HELP}

Examples:
  dorawatch export --since -1h --json | jq -r 'select(.outcome != "acked") | .sent_at'
  dorawatch export --since 11:30 --until 12:00 --group corsham-dhcp --csv > exchanges.csv`;

const COLUMNS = [
  'agent',
  'epoch',
  'sequence',
  'index',
  'site',
  'group',
  'server',
  'bucket',
  'identity',
  'sent_at',
  'outcome',
  'stage',
  'offer_us',
  'ack_us',
  'total_us',
  'late_us',
  'released',
  'stamped',
  'clock_offset_us',
  'scope',
  'interface',
  'exchange_kind',
] as const satisfies readonly (keyof ExchangeView)[];

export function addExport(program: Command, runtime: Runtime): void {
  const time = timeReader(runtime);
  withCommonOptions(program.command('export'), 'one JSON object a line')
    .description('every stored exchange of a period')
    .requiredOption('--since <time>', 'from this moment on', time)
    .option('--until <time>', 'before this moment (default: now)', time)
    .option('--group <name>', 'only exchanges with servers of this group')
    .option('--csv', 'comma-separated values with a head line')
    .addHelpText('after', HELP)
    .action((flags: ExportFlags) => showExport(flags, runtime));
}

async function showExport(flags: ExportFlags, runtime: Runtime): Promise<void> {
  const csv = flags.csv === true;
  if (csv === (flags.json === true)) throw new InvalidArgumentError('choose one of --json and --csv');
  const { since, until = null, group = null } = flags;
  const line = csv ? csvLine : jsonLine;
  let written = 0;
  const write = async (client: OpsClient): Promise<void> => {
    // A refusal comes before the head.
    let head = csv ? `${COLUMNS.join(',')}\r\n` : '';
    for await (const { exchanges } of client.stream('Export', { group, since, until })) {
      await runtime.write(head + exchanges.map(line).join(''));
      head = '';
      written += exchanges.length;
    }
    await runtime.write(head);
  };
  await withClient(flags, runtime, (client) => {
    // Where the exchanges themselves are shown, they are the progress.
    if (process.stdout.isTTY === true) return write(client);
    return withProgressLine(
      (seconds) => `${written} exchanges in ${seconds} s`,
      () => write(client),
    );
  });
}
