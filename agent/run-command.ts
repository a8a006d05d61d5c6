/**
 * `dorawatch-agent run`: flags in, an agent that runs until SIGTERM or SIGINT. What stops it from starting is one line that
 * says what to do, and exit code 1 (2 for wrong flags). Rejected: exiting when the collector is not there; sites boot in any
 * order, and what is measured meanwhile is wanted.
 */
import type { Command } from 'commander';
import { createClock } from '../shared/io/clock.ts';
import { createLogger } from '../shared/io/logger.ts';
import { packageVersion } from '../shared/io/package-version.ts';
import { type Agent, startAgent } from './agent.ts';
import { type AgentFlags, readAgentFlags } from './core/agent-config.ts';
import { startProber } from './prober.ts';

/** Adds `run` to the program. */
export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('probe what the collector assigns, and report to it; until SIGTERM')
    .requiredOption('--collector <host:port>', 'where the collector listens')
    .requiredOption('--site <name>', "this host's site, as the collector's configuration names it")
    .requiredOption('--state <directory>', 'where name, spool and last assignment are kept; made when missing')
    .option('--id <name>', 'name of this agent; default: made once and kept in the state directory')
    .action((flags: AgentFlags) => runAgent(flags));
}

async function runAgent(flags: AgentFlags): Promise<void> {
  const config = readAgentFlags(flags);
  if (!('collector' in config)) {
    for (const mistake of config) process.stderr.write(`dorawatch-agent: ${mistake}\n`);
    process.exitCode = 2;
    return;
  }
  const logger = createLogger('dorawatch-agent');
  const clock = createClock();
  let agent: Agent;
  try {
    agent = await startAgent({ config, version: packageVersion(), clock, logger, startProber });
  } catch (error) {
    // Errors with a code are ours and say what to do; anything else is a defect and keeps its stack.
    if (!(error instanceof Error && 'code' in error)) throw error;
    process.stderr.write(`dorawatch-agent: ${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  const stop = () => {
    process.removeListener('SIGTERM', stop);
    process.removeListener('SIGINT', stop);
    logger.info('stopping: exchanges in flight are finished first; a second signal ends at once');
    // Nothing else holds the process then; a timer or socket left over must not either.
    void agent.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
