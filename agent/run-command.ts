/**
 * `dorawatch-agent run`: flags in, an agent that runs until SIGTERM or SIGINT. What stops it from starting is one line that
 * says what to do, and exit code 1 (2 for wrong flags). Rejected: exiting when the collector is not there; sites boot in any
 * order, and what is measured meanwhile is wanted.
 */
import { Command } from 'commander';
import { type Clock, createClock } from '../shared/io/clock.ts';
import { createLogger, type Logger } from '../shared/io/logger.ts';
import { createMetricsWriter } from '../shared/io/metrics-page.ts';
import { packageVersion } from '../shared/io/package-version.ts';
import { openSupervision } from '../shared/io/supervision.ts';
import { type Agent, startAgent } from './agent.ts';
import {
  type AgentConfig,
  type AgentFlags,
  DEFAULT_METRICS,
  DEFAULT_STATE,
  readAgentFlags,
} from './core/agent-config.ts';
import { agentFamilies } from './core/metrics/agent-families.ts';
import { keptEnrolment } from './io/enrolment-file.ts';
import { type MetricsHttp, serveMetrics } from './io/metrics-http.ts';
import { processFamilies } from './io/process-figures.ts';
import { startProber } from './prober.ts';

const EXAMPLES = `
Examples:
  dorawatch-agent run                                                 (after dorawatch-agent join)
  dorawatch-agent run --state /srv/dorawatch --metrics 10.0.0.7:6769
  dorawatch-agent run --collector 127.0.0.1:6767 --site corsham --state ./state --id corsham-1
  dorawatch-agent run --collector 127.0.0.1:6767 --site corsham --state ./state --metrics off

Without an enrolment the stream is plain text, for a collector on the same host or a network that is trusted: --collector and --site say where
and for whom. With one, both come from it, and nobody but its collector is believed. A proxy: --proxy, or DORAWATCH_PROXY.

What to probe is pushed by the collector; while it is away the agent probes on and keeps its batches in the state directory.
Beyond --spool-bytes or --spool-age the oldest batches go, and the collector is told which. While the disk takes no writing
they wait in memory (8 MiB). Prometheus scrapes http://HOST:PORT/metrics; when the port is taken the agent warns and probes on. SIGTERM and SIGINT finish the exchanges in flight first; a second SIGINT ends at once. DORAWATCH_LOG_LEVEL (debug, info, warn, error) sets how much is logged.
Exit code: 0 ended by a signal, 1 error, 2 wrong arguments. Needs CAP_NET_RAW, and CAP_NET_BIND_SERVICE for port 67; root has both.
`;

/** The `run` command. @param done is told the exit code */
export function runCommand(done: (exitCode: number) => void): Command {
  return new Command('run')
    .description('probe what the collector assigns, and report to it; until SIGTERM')
    .option('--collector <host:port>', 'where the collector listens (default: as enrolled)')
    .option('--site <name>', "this host's site, as the collector's configuration names it (default: as enrolled)")
    .option('--state <directory>', 'where name, spool and enrolment are kept; made when missing', DEFAULT_STATE)
    .option('--id <name>', 'name of this agent; default: made once and kept in the state directory')
    .option('--spool-bytes <size>', 'bound on the batches kept for a collector that is away (default: 256MiB)')
    .option('--spool-age <span>', 'how old they may get (default: 7d)')
    .option(
      '--proxy <url>',
      'HTTP proxy on the way to the collector: http://HOST:PORT, or "off" (default: as enrolled)',
    )
    .option('--metrics <host:port>', `where its metrics are served, or "off" (default: ${DEFAULT_METRICS})`)
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(dorawatch-agent run --help shows how)')
    .action(async (flags: AgentFlags) => done(await runAgent(flags)));
}

/** Runs until a signal. @returns the exit code */
async function runAgent(flags: AgentFlags): Promise<number> {
  try {
    const enrolment = await keptEnrolment(flags.state);
    return await runConfigured(readAgentFlags(flags, { enrolment, proxy: process.env['DORAWATCH_PROXY'] ?? '' }));
  } catch (error) {
    // Errors with a code are ours and say what to do; anything else is a defect and keeps its stack.
    if (!(error instanceof Error && 'code' in error)) throw error;
    process.stderr.write(`dorawatch-agent: ${error.message}\n`);
    return 1;
  }
}

async function runConfigured(config: AgentConfig | readonly string[]): Promise<number> {
  if (!('collector' in config)) {
    for (const mistake of config) process.stderr.write(`dorawatch-agent: ${mistake}\n`);
    process.stderr.write('dorawatch-agent: `dorawatch-agent run --help` shows how\n');
    return 2;
  }
  const logger = createLogger('dorawatch-agent');
  const clock = createClock();
  const supervision = openSupervision({ env: process.env, warn: (text) => logger.warn(text) });
  const agent = await startAgent({ config, version: packageVersion(), clock, logger, startProber });
  const metrics = await startMetrics(agent, config, { clock, logger });
  supervision.ready(() => agent.work());
  await stopSignal();
  supervision.stopping();
  logger.info('stopping: exchanges in flight are finished first; a second SIGINT ends at once');
  await agent.stop();
  await metrics?.close();
  return 0;
}

async function startMetrics(
  agent: Agent,
  { metrics }: AgentConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<MetricsHttp | null> {
  if (metrics === undefined) return null;
  const writer = createMetricsWriter({
    prefix: 'dorawatch_agent',
    runtime: false,
    shedElsewhere: () => agent.figures.exchanges.shed,
  });
  const version = packageVersion();
  const own = processFamilies(clock);
  const families = () => [...agentFamilies(agent.figures, version), ...own()];
  return serveMetrics(metrics, (format) => writer.page(families(), format), logger);
}

/**
 * Resolves at the first SIGTERM or SIGINT. A further SIGTERM changes nothing, for supervisors and scripts send it twice; a
 * further SIGINT, a person's, has its usual effect.
 */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.removeListener('SIGINT', stop);
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
