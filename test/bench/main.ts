/**
 * `npm run bench`: how dorawatch compares, measured in one run on this machine: in turn with its peer where it has one, with
 * the aims beside the figures. It asserts nothing, leaves nothing behind, and takes under ten minutes.
 */
import { cpus } from 'node:os';
import { type Lab, startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { agentCostFigures } from './agent-cost.ts';
import { type Figure, figureTable, type Tell } from './figure.ts';
import { fleetFigures } from './fleet.ts';
import { latencyFigures } from './latency.ts';
import { pageFigures } from './page.ts';
import { pagesFigures } from './pages.ts';
import { rateFigures } from './rate.ts';
import { throughputFigures } from './throughput.ts';

type Part =
  | { readonly run: (lab: Lab, tell: Tell) => Promise<readonly Figure[]>; readonly startServers: 'yes' | 'no' }
  | { readonly runWithoutLab: (tell: Tell) => Promise<readonly Figure[]> };

/** In the order in which they run, each in a lab of its own where it needs one. */
const PARTS: Readonly<Record<string, Part>> = {
  latency: { run: latencyFigures, startServers: 'yes' },
  agent: { run: agentCostFigures, startServers: 'yes' },
  throughput: { run: throughputFigures, startServers: 'no' },
  fleet: { run: fleetFigures, startServers: 'no' },
  rate: { run: rateFigures, startServers: 'yes' },
  page: { runWithoutLab: pageFigures },
  pages: { run: pagesFigures, startServers: 'no' },
};

const USAGE = `Usage: npm run bench [-- PART...]

Measures dorawatch against perfdhcp and tcpdump in network namespaces on this machine, and prints a table. Without a
PART all of them run, in under ten minutes.

  latency     error of the mean latency against tcpdump, at 10/s, beside perfdhcp's
  agent       CPU, memory and octets on the wire of \`dorawatch-agent run\` at 10/s on two servers
  throughput  results a second through stream, log and detector of a collector
  fleet       a collector's CPU, and its status, with 142 sites that sweep 829 subnets
  rate        highest rate of DORAs without loss, beside perfdhcp's: Kea, and a plain responder (needs cc)
  page        how long the page takes to draw 142 sites × 2 servers × 30 days, in Chromium
  pages       acknowledgements of 142 sites' batches while 200 pages are open, beside nobody looking
  --help      this text

Needs root on Linux. On Debian it installs the packages it lacks, and says so first (DORAWATCH_NO_APT=1 forbids it).`;

const began = Date.now();

const tell: Tell = (line) => {
  const seconds = ((Date.now() - began) / 1000).toFixed(0).padStart(4);
  console.log(`${seconds} s  ${line}`);
};

async function bench(names: readonly string[]): Promise<void> {
  const { length, [0]: core } = cpus();
  tell(`${length} cores of ${core?.model ?? 'unknown make'}, node ${process.version}; every ratio is of one run`);
  const figures: Figure[] = [];
  for (const name of names) {
    const part = PARTS[name];
    if (part === undefined) continue;
    if ('runWithoutLab' in part) {
      figures.push(...(await part.runWithoutLab(tell)));
      continue;
    }
    const { startServers } = part;
    await using lab = await startLab({
      size: 'small',
      timers: 'short',
      wanDelayMs: 0,
      logSeverity: 'ERROR',
      startServers,
    });
    figures.push(...(await part.run(lab, tell)));
  }
  tell('done');
  console.log(`\n${figureTable(figures)}`);
}

const words = process.argv.slice(2);
const unknown = words.filter((word) => word !== '--help' && PARTS[word] === undefined);
const reason = labSkipReason();
if (words.includes('--help')) console.log(USAGE);
else if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}\n\n${USAGE}`);
  process.exitCode = 2;
} else if (reason !== false) {
  console.error(`The bench cannot run here: ${reason}.`);
  process.exitCode = 1;
} else await bench(words.length > 0 ? words : Object.keys(PARTS));
