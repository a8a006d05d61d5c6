/** `dorawatch mark`: what a person did and when, so that the report can say how long the servers took to follow. */
import type { Command } from 'commander';
import type { UnixMicros } from '../../shared/core/units.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { type CommonFlags, type Runtime, TIMES_HELP, timeReader, withClient, withCommonOptions } from './runtime.ts';

interface MarkFlags extends CommonFlags {
  readonly group?: string;
  readonly server?: string;
  readonly site?: string;
  readonly at?: UnixMicros;
  readonly actor?: string;
  readonly ref?: string;
}

const HELP = `
Without --at the mark stands at the collector's present. It is confirmed when it is on disk.
${TIMES_HELP}

Examples:
  dorawatch mark "Primary server taken down" --group corsham-dhcp
  dorawatch mark "Primary is re-enabled" --group corsham-dhcp --at 11:41:57 --actor ada --ref CHG0012`;

export function addMark(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('mark'), 'print the mark as one JSON document')
    .description('put what was done on the timeline')
    .argument('<text>', 'what happened, in words for the report')
    .option('--group <name>', 'the group that it is about; without one it is in every report')
    .option('--server <name>', 'the server that it is about')
    .option('--site <name>', 'the site that it is about')
    .option('--at <time>', 'when it happened', timeReader(runtime))
    .option('--actor <who>', 'who did it')
    .option('--ref <text>', 'a change number or ticket')
    .addHelpText('after', HELP)
    .action((text: string, flags: MarkFlags) => addOne(text, flags, runtime));
}

async function addOne(text: string, flags: MarkFlags, runtime: Runtime): Promise<void> {
  const { group = null, server = null, site = null, at = null, actor = null, ref = null } = flags;
  const request = { text, at, group, server, site, actor, ref };
  const mark = await withClient(flags, runtime, (client) => client.ask('AddMark', request));
  if (flags.json === true) return runtime.write(jsonDocument(mark));
  return runtime.print(
    `Marked "${mark.text}" at ${localTime(mark.at, runtime.zone, { date: true })} (${runtime.zone}).\n`,
  );
}
