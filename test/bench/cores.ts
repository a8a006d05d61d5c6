/**
 * Who runs on which core: a tool that is compared on one, who answers it on another, the same for both tools. Left to the
 * scheduler, the tool with more threads would be given more machine, and the ratio would be a property of the host.
 */
import { availableParallelism } from 'node:os';
import type { LabChild } from '../lab/child.ts';
import { tryCommand } from '../lab/command.ts';
import type { Lab } from '../lab/lab.ts';
import type { Host } from '../lab/namespaces.ts';

/** The core of whatever asks. */
export const TOOL_CORE = '0';
/** The core of whatever answers; the same one where there is no other. */
export const SERVER_CORE = availableParallelism() > 1 ? '1' : '0';

/**
 * Round robin, before every ordinary process: a bench is not to measure its neighbours. (`nice` says nothing across sessions
 * where the kernel groups processes by session.)
 */
const PRIORITY = ['-r', '5'];

/** Starts a command in a namespace of the lab on one core, before whatever else the machine is doing. */
export function runPinned(lab: Lab, host: Host, core: string, words: readonly string[]): LabChild {
  const name = words[0]?.split('/').pop() ?? 'command';
  return lab.run(host, 'chrt', [...PRIORITY, 'taskset', '-c', core, ...words], { name });
}

/** The same for all threads of a process that runs already. */
export function pin(pid: number, core: string): void {
  tryCommand('taskset', ['-a', '-c', '-p', core, String(pid)]);
  tryCommand('chrt', ['-a', ...PRIORITY.slice(0, 1), '-p', ...PRIORITY.slice(1), String(pid)]);
}
