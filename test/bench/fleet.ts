/**
 * What a fleet of the size that dorawatch is made for costs one collector: 142 sites, each with an agent that probes two servers
 * and sweeps its part of 829 subnets, one exchange a second a path. CPU is the collector's own, by the kernel's count, after the
 * sessions have settled; the status is asked for once a second meanwhile.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { type Figure, median, type Tell } from './figure.ts';
import { fleetYaml } from './fleet-shape.ts';
import { cpuNs, residentMegabytes } from './process-usage.ts';
import type { FleetRun } from './synthetic-fleet.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const COLLECTOR = join(REPOSITORY, 'dist/collector/main.js');
const FLEET = fileURLToPath(new URL('synthetic-fleet.ts', import.meta.url));
const SITES = 142;
const SUBNETS = 829;
const SECONDS = 60;
/** Sessions, first batches and the compiler of the engine are over by then. */
const SETTLE_MS = 20_000;
const MEASURE_MS = 30_000;
const AIM_CORES = 0.5;
const AIM_STATUS_MS = 50;

export async function fleetFigures(lab: Lab, tell: Tell): Promise<readonly Figure[]> {
  const config = join(lab.folder, 'fleet.yaml');
  writeFileSync(config, fleetYaml({ sites: SITES, subnets: SUBNETS }));
  const address = `${lab.network.collector.address}:6767`;
  const args = [
    'serve',
    '--insecure-listen',
    '--config',
    config,
    '--state',
    join(lab.folder, 'fleet'),
    '--grpc',
    address,
  ];
  const collector = lab.run(lab.network.collector, process.execPath, [COLLECTOR, ...args], { name: 'collector' });
  await collector.waitForOutput(/collector ready/, 20_000);
  const words = [TYPESCRIPT, FLEET, address, String(SITES), String(SUBNETS), String(SECONDS)];
  const fleet = lab.run(lab.network.collector, process.execPath, words, { name: 'fleet', cwd: REPOSITORY });
  await pause(SETTLE_MS);
  const before = { cpu: cpuNs(collector.pid), at: performance.now() };
  await pause(MEASURE_MS);
  const cores = (cpuNs(collector.pid) - before.cpu) / ((performance.now() - before.at) * 1e6);
  const megabytes = residentMegabytes(collector.pid);
  const { stdout, stderr } = await fleet.ended;
  await collector.stop();
  const line = stdout.trim();
  if (line === '') throw new Error(`the fleet ended early: ${stderr.slice(-500)}`);
  const run = JSON.parse(line) as FleetRun;
  tell(
    `fleet: ${run.exchanges} exchanges in ${run.batches} batches, ${run.acked} acknowledged; ${megabytes.toFixed(0)} MB resident`,
  );
  // The first few are asked while everything begins.
  const settled = run.statusMs.slice(SETTLE_MS / 1000);
  const worst = Math.max(...settled);
  tell(
    `fleet: status in ${median(settled).toFixed(1)} ms (median), ${worst.toFixed(1)} ms at most, of ${settled.length}`,
  );
  return [
    aimed(`collector's cores, ${SITES} sites, ${SUBNETS} subnets, 1/s a path`, cores, AIM_CORES, (value) =>
      value.toFixed(2),
    ),
    aimed('status there, median', median(settled), AIM_STATUS_MS, (value) => `${value.toFixed(1)} ms`),
  ];
}

function aimed(name: string, value: number, aim: number, text: (value: number) => string): Figure {
  return { name, dorawatch: text(value), peer: '', ratio: value / aim, aim: `< ${text(aim)}`, isMet: value < aim };
}
