/** `dorawatch alerts`: what people are called for, what is held back and why, and whether those who are to call can be reached. */
import type { Command } from 'commander';
import type { AlertRow, AlertsView, AlertTestView } from '../../shared/core/ops-reply.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import type { Column } from '../core/answers/table-fit.ts';
import { countOf } from '../core/words.ts';
import { type CommonFlags, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { type Page, tableText } from './table.ts';

interface AlertsFlags extends CommonFlags {
  readonly test?: boolean;
}

const HELP = `
firing: whoever is configured under alerts: has been told, or is being told. pending: not for as long as its rule wants, yet.
held: another alert tells of it (one death is one alert), or it is planned; the reason stands beside it.

--test sends an alert that says it is a test (DorawatchTest) to every destination, and prints what each answered. An Alertmanager
forgets it after four minutes.

Examples:
  dorawatch alerts
  dorawatch alerts --test
  dorawatch alerts --json | jq -r '.alerts[] | select(.state == "firing") | .summary'

Exit code 1: with --test, a destination did not take it.`;

export function addAlerts(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('alerts'), 'print one JSON document')
    .description('alerts that are told now, and those that are held back')
    .option('--test', 'send a test alert to every destination')
    .addHelpText('after', HELP)
    .action((flags: AlertsFlags) => (flags.test === true ? sendTest(flags, runtime) : showAlerts(flags, runtime)));
}

async function showAlerts(flags: AlertsFlags, runtime: Runtime): Promise<void> {
  const view = await withClient(flags, runtime, (client) => client.ask('Alerts', {}));
  if (flags.json === true) return runtime.write(jsonDocument(view));
  const none = 'No alerts.\n';
  const columns: readonly Column[] = [
    { head: 'Alert' },
    { head: 'State' },
    { head: 'Severity', drop: 2 },
    { head: `Since (${runtime.zone})`, drop: 1, gives: 'wrap' },
    { head: 'What', gives: 'wrap' },
  ];
  const rows = view.alerts.map((row) => alertCells(row, runtime));
  return runtime.print((rows.length === 0 ? none : tableText(columns, rows, runtime)) + destinationLines(view));
}

function alertCells({ name, state, severity, since, summary, held }: AlertRow, { zone, paint }: Runtime): string[] {
  const what = held === null ? summary : `${summary} (${held})`;
  return [name, paint(state), severity, localTime(since, zone, { date: true }), what];
}

function destinationLines({ destinations }: AlertsView): string {
  if (destinations.length === 0)
    return 'Alerts are sent nowhere: name an alertmanager or a webhook under "alerts:" in the collector\'s configuration.\n';
  return destinations
    .map(({ name, waiting, set_aside: aside, problem }) => {
      const wait = waiting === 0 ? 'told of all' : `${countOf(waiting, 'alert')} waiting`;
      const lost = aside === 0 ? '' : `, ${aside} set aside`;
      return `${name}: ${wait}${lost}${problem === null ? '' : `; ${problem}`}\n`;
    })
    .join('');
}

async function sendTest(flags: AlertsFlags, runtime: Runtime): Promise<void> {
  const view = await withClient(flags, runtime, (client) => client.ask('TestAlerts', {}));
  if (view.answers.some(({ delivered }) => !delivered)) process.exitCode = 1;
  if (flags.json === true) return runtime.write(jsonDocument(view));
  return runtime.print(
    view.answers.length === 0 ? destinationLines({ alerts: [], destinations: [] }) : testText(view, runtime),
  );
}

function testText({ answers }: AlertTestView, page: Page): string {
  const rows = answers.map(({ name, delivered, answer, took_ms: took }) => [
    name,
    delivered ? 'taken' : 'not taken',
    answer,
    `${took} ms`,
  ]);
  const columns: readonly Column[] = [
    { head: 'Destination', gives: 'wrap' },
    { head: 'Test alert' },
    { head: 'Answer', gives: 'wrap' },
    { head: 'Took', drop: 1 },
  ];
  return tableText(columns, rows, page);
}
