/** `dorawatch keep`: exempts the raw results of an incident from retention, so that they can still be exported next year. */
import type { Command } from 'commander';
import type { UnixMicros } from '../../shared/core/units.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { type CommonFlags, type Runtime, TIMES_HELP, timeReader, withClient, withCommonOptions } from './runtime.ts';

interface KeepFlags extends CommonFlags {
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  readonly actor?: string;
}

const HELP = `
Raw results (every exchange, for export and replay) go after retention.raw, 14 days by default; counts by the minute and by
the hour stay longer, transitions and marks for ever. What is kept stays for ever too: there is no way to let go of it again.
Keep a period before its raw results have gone; the answer says how many there are.
${TIMES_HELP}

Examples:
  dorawatch keep --since 11:30 --until 12:00
  dorawatch keep --since "2026-03-01 11:30" --until "2026-03-01 12:00" --actor ada`;

export function addKeep(program: Command, runtime: Runtime): void {
  const time = timeReader(runtime);
  withCommonOptions(program.command('keep'), 'print what is kept as one JSON document')
    .description('keep the raw results of a period for ever')
    .requiredOption('--since <time>', 'from this moment on', time)
    .requiredOption('--until <time>', 'before this moment', time)
    .option('--actor <who>', 'who asks')
    .addHelpText('after', HELP)
    .action((flags: KeepFlags) => keep(flags, runtime));
}

async function keep(flags: KeepFlags, runtime: Runtime): Promise<void> {
  const { since, until, actor = null } = flags;
  const kept = await withClient(flags, runtime, (client) => client.ask('Keep', { since, until, actor }));
  if (flags.json === true) return runtime.write(jsonDocument(kept));
  const moment = (at: UnixMicros): string => localTime(at, runtime.zone, { date: true });
  const held = `${kept.batches} ${kept.batches === 1 ? 'batch' : 'batches'}, ${(kept.bytes / 1e6).toFixed(1)} MB`;
  return runtime.write(
    `Kept for ever: ${moment(kept.since)} to ${moment(kept.until)} (${runtime.zone}), ${held} so far.\n`,
  );
}
