/**
 * `npm run demo`: a real failover for a person to watch. It builds the lab, starts collector and agent, kills the primary,
 * waits for the takeover and the return, and prints the table that was once typed by hand. Nothing is left behind, unless
 * `--keep` asks for it; then it prints the commands to try, and ends with Ctrl-C.
 */
import { pause } from '../lab/child.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { GROUP, Programs } from './programs.ts';
import { beginProbing, failOverAndBack, SHORT_PACE, type Tell } from './story.ts';

const DEMO_PACE = { ...SHORT_PACE, quietMs: 5_000 };
const began = Date.now();

const tell: Tell = (line) => {
  const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(5);
  console.log(`${seconds} s  ${line}`);
};

const USAGE = `Usage: npm run demo [-- --keep]

Shows a real failover of a Kea hot-standby pair in network namespaces on this machine, in under 90 seconds.

  --keep   leave the lab running at the end and print the commands to try (Ctrl-C ends it)
  --help   this text

Needs root on Linux. On Debian it installs the packages it lacks, and says so first (DORAWATCH_NO_APT=1 forbids it).`;

async function demo(keep: boolean): Promise<void> {
  tell(
    'building the lab: a site, a gateway, two Kea servers (142 sites, 829 subnets, 14,404 reservations), 20 ms of WAN each way',
  );
  await using lab = await startLab({ size: 'production', timers: 'short' });
  const { heartbeatDelayMs, maxResponseDelayMs } = lab.timers;
  tell(
    `hot-standby pair ready; HA timers are shortened for the demo: heartbeat ${heartbeatDelayMs / 1000} s, max-response ${maxResponseDelayMs / 1000} s (Kea's defaults: 10 s, 60 s)`,
  );
  const programs = new Programs(lab, { ratePerSecond: 10 });
  await beginProbing(programs, tell);
  await failOverAndBack(lab, programs, DEMO_PACE, tell);
  const report = await programs.ops('report', '--group', GROUP, '--since', '-10m');
  console.log(`\n$ dorawatch report --group ${GROUP} --since -10m\n\n${report.stdout}`);
  if (keep) await stay(lab, programs);
  else await programs.agent.stop('SIGTERM', 10_000);
}

/** Leaves everything running until the person ends it; the lab's own signal guard takes it down then. */
async function stay(lab: Lab, programs: Programs): Promise<void> {
  const ops = (words: string): string =>
    `  ${programs.commandLine(lab.network.collector, 'collector/ops/main.js', [words, '--collector', programs.address])}`;
  console.log(
    [
      'The lab keeps running. Try, in another terminal:',
      '',
      ops('status'),
      ops('events --follow'),
      ops('agents'),
      `  kill -9 ${lab.primary.pid}    # the primary's Kea`,
      '',
      'Ctrl-C ends it and removes everything.',
    ].join('\n'),
  );
  while (lab.children.length > 0) await pause(1_000);
}

/** `npm run` and its shell may be killed without a word to us: who runs on for nobody ends as if told to. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 1_000).unref();
}

const words = process.argv.slice(2);
const unknown = words.filter((word) => word !== '--keep' && word !== '--help');
const reason = labSkipReason();
if (words.includes('--help')) console.log(USAGE);
else if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}\n\n${USAGE}`);
  process.exitCode = 2;
} else if (reason !== false) {
  console.error(
    `The demo cannot run here: ${reason}.\nIt needs root on Linux with network namespaces, and (Debian packages) kea-dhcp4-server, kea-admin, tcpdump, iproute2.`,
  );
  process.exitCode = 1;
} else {
  endWithParent();
  await demo(words.includes('--keep'));
}
