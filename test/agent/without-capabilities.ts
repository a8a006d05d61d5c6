/** Runs the agent's command line as nobody, without any capability: what an operator forgot. */

import { spawnSync } from 'node:child_process';
import { TYPESCRIPT } from '../typescript.ts';

const agent = [process.execPath, TYPESCRIPT, 'agent/main.ts', ...process.argv.slice(2)];
const ended = spawnSync(
  'setpriv',
  ['--reuid=65534', '--clear-groups', '--bounding-set=-all', '--inh-caps=-all', ...agent],
  {
    stdio: 'inherit',
  },
);
process.exitCode = ended.status ?? 1;
