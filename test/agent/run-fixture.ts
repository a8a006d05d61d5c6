/** The agent's command line among real programs: a collector beside it, folders for their state, and its usual flags. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabChild } from '../lab/child.ts';
import { type ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';

const COLLECTOR = '127.0.0.1:6767';
const CONFIG = `
groups:
  - { name: g, mode: independent, servers: [{ name: one, address: ${SERVER_ADDRESS} }, { name: lost, address: 192.0.2.1 }] }
sites: [{ name: corsham }]
probe: { rate: 20/s, drop_time: 1s }
`;

/** A folder that nobody may write to and everybody read. */
export function folder(t: { teardown: (end: () => void) => void }): string {
  const path = mkdtempSync(join(tmpdir(), 'dorawatch-bad-'));
  chmodSync(path, 0o755);
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts a collector in the agent's namespace, on the usual port. */
export async function startCollector(network: ProbeNetwork, directory: string): Promise<LabChild> {
  writeFileSync(join(directory, 'collector.yaml'), CONFIG);
  const args = [
    'serve',
    '--insecure-listen',
    '--config',
    join(directory, 'collector.yaml'),
    '--state',
    join(directory, 'collector'),
  ];
  const collector = network.run(network.agent, 'collector/main.ts', args);
  await collector.waitForOutput(/collector ready/, 20_000);
  return collector;
}

/** The flags of `run` towards that collector. */
export const runFlags = (state: string, ...more: readonly string[]): readonly string[] => [
  'run',
  '--collector',
  COLLECTOR,
  '--site',
  'corsham',
  '--state',
  state,
  ...more,
];
