/**
 * Results a second through a real collector process: stream, log (flushed), acknowledgement, and the fold with its detector.
 * Two sizes of batch, since most of what a small batch costs is the batch: a second of one site at 10/s on two servers has 20
 * results, a second of a load test 1,000. The agent is synthetic, a process of its own on the same machine.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabChild } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { type Figure, median, type Tell } from './figure.ts';
import type { SyntheticRun } from './synthetic-agent.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const COLLECTOR = join(REPOSITORY, 'dist/collector/main.js');
const OPS = join(REPOSITORY, 'dist/collector/ops/main.js');
const SYNTHETIC = fileURLToPath(new URL('synthetic-agent.ts', import.meta.url));
const AIM_PER_SECOND = 100_000;
const RUNS = 3;
const START_LIMIT_MS = 20_000;

/** Results a batch, and results a run. */
const SIZES = [
  { perBatch: 1_000, results: 500_000 },
  { perBatch: 20, results: 100_000 },
] as const;

const YAML = `groups:
  - name: corsham-dhcp
    mode: independent
    servers:
      - { name: primary, address: 10.77.1.2 }
      - { name: standby, address: 10.77.2.2 }
sites:
  - { name: corsham }
`;

export async function throughputFigures(lab: Lab, tell: Tell): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [index, { perBatch, results }] of SIZES.entries()) {
    const address = `${lab.network.collector.address}:${6767 + index}`;
    const collector = await startCollector(lab, address, String(perBatch));
    const words = [TYPESCRIPT, SYNTHETIC, address, String(perBatch), String(results), String(RUNS)];
    const agent = lab.run(lab.network.collector, process.execPath, words, { name: 'synthetic-agent', cwd: REPOSITORY });
    const { stdout, stderr } = await agent.ended;
    tell(
      `throughput, ${perBatch} results a batch: ${await countTransitions(lab, address)} transitions found in ${RUNS} runs`,
    );
    await collector.stop();
    const runs = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as SyntheticRun);
    if (runs.length < RUNS) throw new Error(`the synthetic agent ended early: ${stderr.slice(-500)}`);
    for (const run of runs) tell(`throughput, ${perBatch} results a batch: ${runText(run)}`);
    figures.push(throughputFigure(perBatch, median(runs.map(perSecond))));
  }
  return figures;
}

async function startCollector(lab: Lab, address: string, name: string): Promise<LabChild> {
  const config = join(lab.folder, `${name}.yaml`);
  writeFileSync(config, YAML);
  const args = [
    COLLECTOR,
    'serve',
    '--insecure-listen',
    '--config',
    config,
    '--state',
    join(lab.folder, `state-${name}`),
    '--grpc',
    address,
  ];
  const collector = lab.run(lab.network.collector, process.execPath, args, { name: 'collector' });
  await collector.waitForOutput(/collector ready/, START_LIMIT_MS);
  return collector;
}

/** Server verdicts in the read model: in each run one server goes silent and comes back. */
async function countTransitions(lab: Lab, address: string): Promise<number> {
  const words = [OPS, 'events', '--collector', address, '--json'];
  const { stdout } = await lab.run(lab.network.collector, process.execPath, words, { name: 'dorawatch' }).ended;
  return stdout.split('\n').filter((line) => line.includes('"kind":"transition"')).length;
}

const perSecond = ({ results, foldedMs }: SyntheticRun): number => (results * 1000) / foldedMs;

function runText(run: SyntheticRun): string {
  const { results, ackedMs, foldedMs } = run;
  const seconds = `acknowledged in ${(ackedMs / 1000).toFixed(2)} s, folded in ${(foldedMs / 1000).toFixed(2)} s`;
  return `${results} ${seconds}: ${perSecond(run).toFixed(0)}/s`;
}

/** The aim is for a load, which comes in large batches; the small ones are for comparison. */
function throughputFigure(perBatch: number, rate: number): Figure {
  const hasAim = perBatch === SIZES[0].perBatch;
  return {
    name: `results/s acknowledged and folded, ${perBatch} a batch`,
    dorawatch: `${rate.toFixed(0)}/s`,
    peer: '',
    ratio: rate / AIM_PER_SECOND,
    aim: hasAim ? '>= 100000/s' : '',
    isMet: hasAim ? rate >= AIM_PER_SECOND : undefined,
  };
}
