/**
 * `npm run test:chaos -- --seed 7 --minutes 10`: chaos by hand, in full. The last line is the verdict; the exit code is 0 for
 * a row of zeros, 1 for anything else. Without a seed one is drawn and printed, so that any run can be repeated.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { labSkipReason } from '../lab/requirements.ts';
import { runChaos } from './chaos.ts';
import type { Evidence } from './checker/evidence.ts';
import { judge, verdictLine, verdictNotes } from './checker/verdict.ts';
import { type FaultKind, MINUTES_MAX, MINUTES_MIN } from './schedule.ts';

const USAGE = `Usage: npm run test:chaos [-- --seed N] [--minutes M] [--sites N] [--kinds kill,pause,cut,weather,clock,full-disk]
                                 [--evidence FILE] [--judge FILE]

Breaks a real lab (agents, collector, influxd, Kea) by a seeded schedule for M minutes (default 10), and holds the store
and the transitions against what was on the wire. Needs root on Linux.
--evidence keeps what the verdict rests on in a file; --judge gives the verdict on such a file again, and runs nothing.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    sites: { type: 'string', default: '2' },
    kinds: { type: 'string' },
    evidence: { type: 'string' },
    judge: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** `npm run` and its shell may be killed without a word to us: who runs on for nobody ends as if told to. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 1_000).unref();
}

function tellVerdict(evidence: Evidence, what: string): void {
  const verdict = judge(evidence);
  for (const line of verdictNotes(verdict)) console.log(line);
  console.log(`${what}: ${verdictLine(verdict)}`);
  process.exitCode = verdict.isClean ? 0 : 1;
}

async function run(seed: number, minutes: number, sites: number): Promise<void> {
  endWithParent();
  const kinds = values.kinds?.split(',') as FaultKind[] | undefined;
  const chosen = kinds === undefined ? {} : { kinds };
  const evidence = await runChaos({ seed, minutes, sites, ...chosen, tell: (line) => console.log(line) });
  if (values.evidence !== undefined) writeFileSync(values.evidence, JSON.stringify(evidence));
  tellVerdict(evidence, `seed ${seed}`);
}

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const minutes = Number(values.minutes);
const sites = Number(values.sites);
const isAsked = Number.isInteger(seed) && minutes >= MINUTES_MIN && minutes <= MINUTES_MAX && sites >= 1 && sites <= 8;
if (values.help) console.log(USAGE);
else if (values.judge !== undefined)
  tellVerdict(JSON.parse(readFileSync(values.judge, 'utf8')) as Evidence, values.judge);
else if (!isAsked) {
  console.error(`--seed is whole, --minutes ${MINUTES_MIN} to ${MINUTES_MAX}, --sites 1 to 8\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  const reason = labSkipReason();
  if (reason === false) await run(seed, minutes, sites);
  else {
    console.error(`Chaos cannot run here: ${reason}.`);
    process.exitCode = 1;
  }
}
