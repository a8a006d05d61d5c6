#!/usr/bin/env node
/**
 * The command line of dorawatch-collector. Everything that it does is in collector.ts; this file turns arguments and
 * signals into calls, and failures into sentences and exit codes (0 done, 1 failed, 2 bad arguments).
 */
import { Command, CommanderError } from 'commander';
import { errorText } from '../shared/core/error-text.ts';
import { createClock } from '../shared/io/clock.ts';
import { addCompletion } from '../shared/io/completion-command.ts';
import { createLogger, type Logger } from '../shared/io/logger.ts';
import { packageVersion } from '../shared/io/package-version.ts';
import { openSupervision } from '../shared/io/supervision.ts';
import { addCa } from './ca-command.ts';
import { addCheckConfig } from './check-config.ts';
import { type Collector, startCollector } from './collector.ts';
import { addInit, passphraseOf } from './init-command.ts';
import type { TlsFiles } from './io/tls-pair.ts';
import { addReplay } from './replay-command.ts';

interface ServeFlags {
  readonly config: string;
  readonly state: string;
  readonly grpc: string;
  readonly http: string;
  readonly insecureListen?: boolean;
  readonly caKey?: string;
  readonly caPassphraseFile?: string;
  readonly httpCert?: string;
  readonly httpKey?: string;
}

const EXAMPLES = `
Examples:
  dorawatch-collector check-config collector.yaml
  dorawatch-collector serve --config collector.yaml --state /var/lib/dorawatch-collector
  dorawatch-collector serve --config collector.yaml --state DIR --grpc 0.0.0.0:6767 --http 0.0.0.0:6768
  dorawatch-collector replay --state DIR --config other.yaml

SIGHUP reads the configuration and tls/ again and re-assigns every agent; a file with mistakes is refused whole and the old one
goes on. SIGTERM and SIGINT close cleanly. DORAWATCH_LOG_LEVEL (debug, info, warn, error) sets how much is logged.`;

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('dorawatch-collector')
    .description('Receives what the agents measure and finds out which DHCP server really serves, and since when.')
    .version(packageVersion())
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .showHelpAfterError('(dorawatch-collector --help shows how)');
  program
    .command('serve')
    .description('run the collector')
    .requiredOption('--config <file>', 'YAML file with groups, sites and probing')
    .requiredOption('--state <dir>', 'directory for the log and the read model; made when it is not there')
    .option('--grpc <host:port>', 'where agents and the dorawatch command connect', '127.0.0.1:6767')
    .option('--http <host:port>', 'where the page, the API and health are served; "off": nowhere', '127.0.0.1:6768')
    .option(
      '--http-cert <file>',
      'certificate of the HTTP port, PEM, what is between it and a root after it; then it speaks HTTPS',
    )
    .option('--http-key <file>', 'its key, PEM; both are read again when they change')
    .option('--insecure-listen', 'speak plain text, to whoever comes, on more than loopback too')
    .option('--ca-key <file>', 'key of the CA, PEM, where it is not in the state directory')
    .option('--ca-passphrase-file <file>', 'what it is encrypted with (or DORAWATCH_CA_PASSPHRASE)')
    .addHelpText('after', EXAMPLES)
    .action(serve);
  addInit(program, createClock());
  addCa(program, createClock());
  addCheckConfig(program);
  addReplay(program, createClock());
  addCompletion(program, { asksNames: false });
  await program.parseAsync(argv);
}

const isHostPort = (text: string): boolean => /^.+:\d{1,5}$/.test(text) && Number(text.split(':').at(-1)) <= 65_535;

/** @throws CommanderError when one is given without the other */
function tlsFiles({ httpCert, httpKey }: ServeFlags): TlsFiles | null {
  if (httpCert === undefined && httpKey === undefined) return null;
  if (httpCert !== undefined && httpKey !== undefined) return { cert: httpCert, key: httpKey };
  throw new CommanderError(2, 'address', '--http-cert and --http-key go together; one of them is missing');
}

async function serve(flags: ServeFlags): Promise<void> {
  const { config, state, grpc, http } = flags;
  if (!isHostPort(grpc)) throw new CommanderError(2, 'address', `--grpc takes HOST:PORT, not "${grpc}"`);
  const pages = http === 'off' ? null : http;
  if (pages !== null && !isHostPort(pages))
    throw new CommanderError(2, 'address', `--http takes HOST:PORT, or "off", not "${pages}"`);
  const logger = createLogger('dorawatch-collector');
  const supervision = openSupervision({ env: process.env, warn: (text) => logger.warn(text) });
  supervision.starting('reading the log');
  const starting = startCollector({
    config,
    state,
    grpc,
    http: pages,
    httpTls: tlsFiles(flags),
    insecureListen: flags.insecureListen ?? false,
    caKey: flags.caKey ?? null,
    passphrase: await passphraseOf(flags.caPassphraseFile),
    clock: createClock(),
    logger,
  });
  // Before the start is over: whoever reads "ready" may send a signal at once, and a start may take its time.
  process.on('SIGHUP', () => void starting.then((collector) => collector.reload(), ignoreFailedStart));
  const stop = (signal: string): void => {
    logger.info({ signal }, 'closing');
    supervision.stopping();
    starting.then((collector) => closeAndExit(collector, logger, 0), ignoreFailedStart);
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  const collector = await starting;
  supervision.ready(() => collector.work());
  collector.ended.catch((error: unknown) => {
    logger.fatal({ err: error }, 'the log cannot be read or folded any more; the collector ends');
    closeAndExit(collector, logger, 1);
  });
}

/** A start that fails is told, with its exit code, by whoever awaits it. */
function ignoreFailedStart(): void {
  // Nothing is left to close.
}

function closeAndExit(collector: Collector, logger: Logger, code: number): void {
  collector.close().then(
    () => process.exit(code),
    (error: unknown) => {
      logger.error({ err: error }, 'not closed cleanly');
      process.exit(1);
    },
  );
}

main(process.argv).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    // Commander has printed its own message; help asked for is no failure.
    if (error.code === 'address') process.stderr.write(`dorawatch-collector: ${error.message}\n`);
    process.exit(error.exitCode === 0 ? 0 : 2);
  }
  const message = errorText(error);
  process.stderr.write(`dorawatch-collector: ${message}\n`);
  process.exit(1);
});
