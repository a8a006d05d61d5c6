#!/usr/bin/env node
/**
 * The command line of dorawatch-agent, and nothing else: each command is read here and done in a file of its own.
 * Arguments that commander refuses end in exit code 2, as perfdhcp documents it.
 */
import { Command, CommanderError } from 'commander';
import { addCompletion } from '../shared/io/completion-command.ts';
import { packageVersion } from '../shared/io/package-version.ts';
import { joinCommand } from './join-command.ts';
import { probeCommand } from './one-shot/flags.ts';
import { probe } from './probe.ts';
import { runCommand } from './run-command.ts';

async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('dorawatch-agent')
    .description(
      'Measures DHCP servers from a site: one shot (probe), or as a daemon that reports to a collector (join, then run).',
    )
    .version(packageVersion())
    .showHelpAfterError('(dorawatch-agent --help shows how)')
    .exitOverride();
  const probing = probeCommand(async (server, flags, refusals) => {
    exitCode = await probe(server, flags, refusals);
  });
  program.addCommand(probing.exitOverride());
  const running = runCommand((code) => {
    exitCode = code;
  });
  program.addCommand(running.exitOverride());
  const joining = joinCommand((code) => {
    exitCode = code;
  });
  program.addCommand(joining.exitOverride());
  addCompletion(program, { asksNames: false });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return exitCode;
}

process.exitCode = await main(process.argv);
