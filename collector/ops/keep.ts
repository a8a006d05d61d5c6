/** `dorawatch keep`: exempts the raw results of an incident from retention, so that they can still be exported next year. */
import { type Command, InvalidArgumentError } from 'commander';
import type { KeepView } from '../../shared/core/ops-reply.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { type CommonFlags, type Runtime, TIMES_HELP, timeReader, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface KeepFlags extends CommonFlags {
  readonly since?: UnixMicros;
  readonly until?: UnixMicros;
  readonly actor?: string;
  readonly list?: boolean;
}

const HELP = `
Raw results (every exchange, for export and replay) go after retention.raw, 14 days by default; counts by the minute and by
the hour stay longer, transitions and marks for ever. What is kept stays for ever too: there is no way to let go of it again.
Keep a period before its raw results have gone; the answer says how many there are. Periods that touch become one.
${TIMES_HELP}

Examples:
  dorawatch keep --since 11:30 --until 12:00
  dorawatch keep --since "2026-03-01 11:30" --until "2026-03-01 12:00" --actor ada
  dorawatch keep --list                                       # what is kept already`;

export function addKeep(program: Command, runtime: Runtime): void {
  const time = timeReader(runtime);
  withCommonOptions(program.command('keep'), 'print what is kept as one JSON document')
    .description('keep the raw results of a period for ever')
    .option('--since <time>', 'from this moment on', time)
    .option('--until <time>', 'before this moment', time)
    .option('--actor <who>', 'who asks')
    .option('--list', 'show the periods that are kept')
    .addHelpText('after', HELP)
    .action((flags: KeepFlags) => (flags.list === true ? list(flags, runtime) : keep(flags, runtime)));
}

async function keep(flags: KeepFlags, runtime: Runtime): Promise<void> {
  const { since, until, actor = null } = flags;
  if (since === undefined || until === undefined)
    throw new InvalidArgumentError('keep needs --since and --until; --list shows what is kept');
  const kept = await withClient(flags, runtime, (client) => client.ask('Keep', { since, until, actor }));
  if (flags.json === true) return runtime.write(jsonDocument(kept));
  const period = `${moment(kept.since, runtime)} to ${moment(kept.until, runtime)} (${runtime.zone})`;
  return runtime.print(`Kept for ever: ${period}, ${heldText(kept)}.\n`);
}

async function list(flags: KeepFlags, runtime: Runtime): Promise<void> {
  const { since, until, actor } = flags;
  if ([since, until, actor].some((given) => given !== undefined))
    throw new InvalidArgumentError('--list shows every period; it goes without --since, --until and --actor');
  const kept = await withClient(flags, runtime, (client) => client.ask('Kept', {}));
  if (flags.json === true) return runtime.write(jsonDocument(kept));
  if (kept.periods.length === 0) return runtime.write('No period is kept.\n');
  const rows = kept.periods.map((period) => [moment(period.since, runtime), moment(period.until, runtime)]);
  return runtime.print(tableText([{ head: `Kept from (${runtime.zone})` }, { head: 'Until' }], rows, runtime));
}

const moment = (at: UnixMicros, { zone }: Runtime): string => localTime(at, zone, { date: true });

/** A period may be kept before anything of it is here, and by mistake after everything of it has gone: both have to be seen. */
function heldText({ batches, bytes }: KeepView): string {
  if (batches === 0) return 'but nothing of it is stored: no results came from then yet, or they are gone';
  const size = bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`;
  return `${batches} ${batches === 1 ? 'batch' : 'batches'}, ${size} so far`;
}
