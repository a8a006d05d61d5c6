/**
 * `dorawatch probe --site SITE SERVER`: one exchange with a server from a site's agent, now, in full. The octets come over the wire
 * and are read here, so that a terminal of a later version sees more in the same answer.
 */
import { type Command, Option } from 'commander';
import { withProgressLine } from '../../shared/io/progress-line.ts';
import { probeJson } from '../core/ad-hoc/probe-json.ts';
import { probeText } from '../core/ad-hoc/probe-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { type CommonFlags, durationReader, type Runtime, withClient, withCommonOptions } from './runtime.ts';

interface ProbeFlags extends CommonFlags {
  readonly site: string;
  readonly group?: string;
  readonly agent?: string;
  readonly kind?: 'dora' | 'do';
  readonly wait?: number;
  readonly hex?: boolean;
  readonly actor?: string;
}

const HELP = `
The site's agent sends a DISCOVER as its own probes are sent (same relay address, same options, another identity), goes on to the
ACK, and releases what it was given. Every message is shown in both directions with all of its fields and options. Nothing of it
counts: it is in no state, report, export or metric. An agent makes one at a time, and six a minute with one server.

SERVER is a name, a group and name (corsham-dhcp/primary), or an address that the configuration has.

Examples:
  dorawatch probe --site corsham primary
  dorawatch probe --site corsham corsham-dhcp/standby --hex
  dorawatch probe --site corsham 10.0.0.2 --kind do              # DISCOVER and OFFER only: no lease
  dorawatch probe --site corsham primary --wait 5s               # a slow server: wait for longer than probes do
  dorawatch probe --site corsham primary --json | jq '.messages[1].options'

Exit codes: 0 answered, 3 not answered (or a NAK), 1 there was no exchange, 2 bad arguments.`;

export function addProbe(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('probe'), 'print the exchange as one JSON document, decoded and as hex')
    .description("one exchange from a site's agent, now, decoded in full")
    .argument('<server>', 'whom to ask')
    .requiredOption('--site <name>', 'the site whose agent asks')
    .option('--group <name>', 'the group of the server, where several have one of that name')
    .option('--agent <id>', "which of the site's agents; the one heard last if not said")
    .addOption(
      new Option('--kind <kind>', 'how far it goes; as the probes of this server do if not said').choices([
        'dora',
        'do',
      ]),
    )
    .option(
      '--wait <duration>',
      'how long answers are waited for, up to 10s; as long as probes wait if not said',
      durationReader(1),
    )
    .option('--hex', 'a hex dump of each message too')
    .option('--actor <who>', "who asks, for the collector's log")
    .addHelpText('after', HELP)
    .action((server: string, flags: ProbeFlags) => probe(server, flags, runtime));
}

async function probe(server: string, flags: ProbeFlags, runtime: Runtime): Promise<void> {
  const { site, group = null, agent = null, kind = null, wait: wait_ms = null, actor = null } = flags;
  const request = { site, server, group, agent, kind, wait_ms, actor };
  const progress = (seconds: number): string => `waiting for the agent of ${site}: ${seconds} s`;
  const view = await withClient(flags, runtime, (client) =>
    withProgressLine(progress, () => client.ask('Probe', request)),
  );
  if (view.outcome !== 'acked') process.exitCode = 3;
  if (flags.json === true) return runtime.write(jsonDocument(probeJson(view)));
  const { zone, width, paint } = runtime;
  return runtime.write(probeText(view, { zone, width, paint, hex: flags.hex === true }));
}
