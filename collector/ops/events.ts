/** `dorawatch events`: what happened, oldest first, and with --follow what happens next. */
import type { Command } from 'commander';
import type { EventsRequest } from '../../shared/core/ops-request.ts';
import type { EventRow } from '../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { isSharp, lengthText, localTime, uncertaintyText } from '../core/answers/clock-text.ts';
import { isSaid } from '../core/answers/event-rows.ts';
import { eventSentence } from '../core/answers/event-sentence.ts';
import { jsonLine } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import type { OpsClient } from './client.ts';
import { type CommonFlags, type Runtime, TIMES_HELP, timeReader, withClient, withCommonOptions } from './runtime.ts';
import { tableText } from './table.ts';

interface EventsFlags extends CommonFlags {
  readonly group?: string;
  readonly since?: UnixMicros;
  readonly until?: UnixMicros;
  readonly paths?: boolean;
  readonly follow?: boolean;
}

const HELP = `
${TIMES_HELP}

Examples:
  dorawatch events --since yesterday
  dorawatch events --group corsham-dhcp --since 11:30 --until 12:00
  dorawatch events --paths --since -2h              # also what single sites saw
  dorawatch events --follow --json | while read -r event; do notify "$event"; done`;

export function addEvents(program: Command, runtime: Runtime): void {
  const time = timeReader(runtime);
  withCommonOptions(program.command('events'), 'print one JSON object a line')
    .description('transitions, gaps, failovers, marks, pauses and maintenance, oldest first')
    .option('--group <name>', 'only events of this group, and those of no group')
    .option('--since <time>', 'from this moment on', time)
    .option('--until <time>', 'before this moment', time)
    .option('--paths', "also each site's own view of a server")
    .option('--follow', 'go on with what happens next, until interrupted')
    .addHelpText('after', HELP)
    .action((flags: EventsFlags) => withClient(flags, runtime, (client) => showEvents(client, flags, runtime)));
}

async function showEvents(client: OpsClient, flags: EventsFlags, runtime: Runtime): Promise<void> {
  const { group = null, since = null, until = null, paths = false, follow = false } = flags;
  const request: EventsRequest = { group, since, until, paths, follow };
  const events = client.stream('Events', request);
  if (flags.json === true) {
    for await (const event of events) await runtime.write(jsonLine(event));
    return;
  }
  // A live list cannot know the widths of what is to come: it prints lines instead of a table.
  if (follow) for await (const event of events) await runtime.print(`${eventCells(event, runtime).join('  ')}\n`);
  else await writeTable(events, runtime);
}

async function writeTable(events: AsyncIterable<EventRow>, runtime: Runtime): Promise<void> {
  const rows: (readonly string[])[] = [];
  for await (const event of events) rows.push(eventCells(event, runtime));
  if (rows.length === 0) return runtime.print('No events.\n');
  const columns: readonly Column[] = [
    { head: `Time (${runtime.zone})`, gives: 'wrap' },
    { head: '±', drop: 2 },
    { head: 'Group', drop: 3, gives: 'shorten' },
    { head: 'Event', gives: 'wrap' },
    { head: 'Why', drop: 4 },
    { head: 'Detected after', drop: 1 },
  ];
  return runtime.print(tableText(columns, rows, runtime));
}

function eventCells(event: EventRow, { zone, clock }: Runtime): readonly string[] {
  const { at, earliest, latest, detected_at: detected, group, reason } = event;
  const half = earliest === null || latest === null ? '-' : uncertaintyText((latest - earliest) / 2000);
  const delay = detected === null || isSaid(event) ? '-' : lengthText(Math.max(0, detected - at) / 1000);
  const time = localTime(at, zone, { date: true, tenths: isSharp(event) });
  return [time, half, group ?? '-', eventSentence(event, clock.wall()), reason ?? '-', delay];
}
