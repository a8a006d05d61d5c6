/**
 * The command line of `probe`: which flags there are, what `--help` says of them, and which of perfdhcp's are refused, each
 * by name and with the reason. A flag that is silently ignored would be a measurement of something else.
 */
import { Argument, Command, Option } from 'commander';

/** Flags as given; an array where perfdhcp would take the flag more than once. */
export interface ProbeFlags {
  readonly count?: readonly string[];
  readonly rate?: readonly string[];
  readonly clients?: readonly string[];
  readonly period?: readonly string[];
  readonly dropTime?: readonly string[];
  readonly maxDrop?: readonly string[];
  readonly exitWait?: readonly string[];
  readonly report?: readonly string[];
  readonly discoverOnly?: boolean;
  readonly firstServer?: boolean;
  readonly base?: readonly string[];
  readonly broadcast?: boolean;
  readonly local?: readonly string[];
  readonly localPort?: readonly string[];
  readonly serverPort?: readonly string[];
  readonly option?: readonly string[];
  readonly preload?: readonly string[];
  readonly seed?: readonly string[];
  readonly unique?: boolean;
  readonly diagnostics?: readonly string[];
  readonly json?: boolean;
  readonly exchanges?: boolean;
  readonly keepLeases?: boolean;
}

/** What perfdhcp has and a probe has not: flag, whether it takes a value, and why not. */
const REFUSED: readonly (readonly [flag: string, value: 'value' | 'none', reason: string])[] = [
  ['-4', 'none', 'IPv4 is all there is; leave it out'],
  ['-6', 'none', 'DHCPv6 is not probed'],
  ['-a', 'value', 'aggressivity was removed from perfdhcp too'],
  ['-A', 'value', 'encapsulation is DHCPv6 relaying'],
  ['-c', 'none', 'rapid commit would skip the REQUEST, which is half of what is measured'],
  ['-C', 'value', 'for machines there is --json'],
  ['-e', 'value', 'lease types are DHCPv6'],
  ['-E', 'value', 'there are no packet templates, so no offsets into them'],
  ['-f', 'value', 'renewals are not probed: every exchange begins at DISCOVER'],
  ['-F', 'value', 'every ACK is followed by a RELEASE already (see --keep-leases)'],
  ['-g', 'value', 'there is one way to run'],
  ['-I', 'value', 'there are no packet templates, so no offsets into them'],
  ['-J', 'value', 'answers would go to relays that are not this host (see -l)'],
  ['-M', 'value', 'identities are consecutive, from a base that -b sets'],
  ['-O', 'value', 'there are no packet templates, so no offsets into them'],
  ['-S', 'value', 'there are no packet templates, so no offsets into them'],
  ['-T', 'value', 'there are no packet templates; -o adds options'],
  ['-v', 'none', 'the version is told by `dorawatch-agent --version`'],
  ['-w', 'value', 'a shell can run a command before and after'],
  ['-X', 'value', 'there are no packet templates, so no offsets into them'],
  ['-y', 'value', 'a high `secs` can make a pair fail over; a monitor must not'],
  ['-Y', 'value', 'a high `secs` can make a pair fail over; a monitor must not'],
  ['--scenario', 'value', 'avalanche is a load test, and basic is what this is'],
];

const EXAMPLES = `
Examples:
  dorawatch-agent probe 10.77.1.2                          one exchange: is it serving?
  dorawatch-agent probe 10.77.1.2 -n 100 -r 10 -R 100 -d 3
  dorawatch-agent probe 10.77.1.2 -r 10 -p 60 --json --exchanges > run.json
  dorawatch-agent probe 10.77.1.2 -i -r 50 -p 10           DISCOVER and OFFER only: no lease is taken

An exchange that takes longer than -d, from its DISCOVER to its ACK, is a drop. Without -r exchanges run as
fast as answers come, as many at a time as there are identities (-R, 32 unless given; 64 at most).
Exit code: 0 all answered, 1 error, 2 wrong arguments, 3 some exchanges failed.
Needs CAP_NET_RAW, and CAP_NET_BIND_SERVICE for port 67; root has both.
`;

/** The command; `run` is given what was read, and refusals as complete sentences. */
export function probeCommand(
  run: (server: string, flags: ProbeFlags, refusals: readonly string[]) => Promise<void>,
): Command {
  const command = new Command('probe')
    .summary('exchange DORAs with one server and report, with the flags of perfdhcp')
    .description('Exchange DORAs with one DHCP server, as a relay, and report how each went.')
    .addArgument(new Argument('<server>', 'address or name of the server'))
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(dorawatch-agent probe --help lists the flags)');
  addFlags(command);
  for (const [flag, value] of REFUSED)
    command.addOption(new Option(value === 'value' ? `${longFor(flag)} [value]` : longFor(flag)).hideHelp());
  return command.action(async (server: string, flags: Record<string, unknown>) => {
    const refusals = REFUSED.filter(([flag]) => flags[attribute(flag)] !== undefined);
    await run(
      server,
      flags,
      refusals.map(([flag, , reason]) => `${flag}: not taken here: ${reason}`),
    );
  });
}

function addFlags(command: Command): void {
  const valued = (flag: string, description: string): void => {
    command.option(flag, description, (value: string, before: string[] = []) => [...before, value]);
  };
  valued('-n, --count <n>', 'exchanges to begin, then end');
  valued('-r, --rate <n>', 'exchanges a second; due times do not wait for answers');
  valued('-R, --clients <n>', 'identities; default: as many as rate × drop time need');
  valued('-p, --period <s>', 'seconds to go on, then end');
  valued('-d, --drop-time <s>', 'drop time of a whole exchange in seconds (default: 1)');
  valued('-D, --max-drop <n|n%>', 'end after n drops, or when n % of the exchanges are drops');
  valued(
    '-W, --exit-wait <us>',
    'MICROSECONDS to wait for late answers at the end; last answers are waited for anyway',
  );
  valued('-t, --report <s>', 'print an interim line every so many seconds');
  command.option('-i, --discover-only', 'DISCOVER and OFFER only');
  command.option('-1, --first-server', "send every REQUEST to the first OFFER's server identifier");
  valued('-b, --base <mac=…>', 'MAC of the first identity (default: 02:…, derived from this host and the server)');
  command.option('-B, --broadcast', 'ask for answers by broadcast');
  valued('-l, --local <address|interface>', 'relay address to send from (default: by route)');
  valued('-L, --local-port <port>', 'our UDP port (default: 67)');
  valued('-N, --server-port <port>', "the server's UDP port (default: 67)");
  valued('-o, --option <code,hex>', 'add an option to DISCOVER and REQUEST; may be repeated');
  valued('-P, --preload <n>', 'DISCOVERs to send before the run, not counted');
  valued('-s, --seed <n>', 'another set of identities for each number (xids are random whatever it is)');
  command.option('-u, --unique', 'count addresses given to two identities at a time');
  valued('-x, --diagnostics <letters>', 'a plan, e end, i pace, l leases, s server, t times, T packets');
  command.option('--json', 'print one JSON document instead of the report');
  command.option('--exchanges', 'with --json: every exchange in it');
  command.option('--keep-leases', 'send no RELEASE, as perfdhcp');
}

/** Commander wants a name for each attribute; short flags that exist under another case would share one. */
function longFor(flag: string): string {
  return flag.startsWith('--') ? flag : `${flag}, --refused-${flag.charCodeAt(1)}`;
}

function attribute(flag: string): string {
  return flag.startsWith('--') ? flag.slice(2) : `refused${flag.charCodeAt(1)}`;
}
