#!/usr/bin/env node
/**
 * The command line of dorawatch, for people and scripts: a gRPC client of the collector, one file per command. This file
 * knows the list of commands and the exit codes (0 done, 1 failed, 2 bad arguments, 3 with `status --exit-code`).
 */
import { Command, CommanderError } from 'commander';
import { errorText } from '../../shared/core/error-text.ts';
import { createClock } from '../../shared/io/clock.ts';
import { addCompletion } from '../../shared/io/completion-command.ts';
import { packageVersion } from '../../shared/io/package-version.ts';
import { addAgents } from './agents.ts';
import { addAlerts } from './alerts.ts';
import { addAudit } from './audit.ts';
import { addBearer } from './bearer.ts';
import { addComplete } from './complete.ts';
import { addDrill } from './drill.ts';
import { addEvents } from './events.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addKeep } from './keep.ts';
import { addLogin, addLogout, addWhoAmI } from './login.ts';
import { addMaintenance } from './maintenance.ts';
import { addMark } from './mark.ts';
import { OpsError } from './ops-error.ts';
import { addPause, addResume } from './pause.ts';
import { addPeople } from './people.ts';
import { addProbe } from './probe.ts';
import { addReport } from './report.ts';
import { processRuntime } from './runtime.ts';
import { addScopes } from './scopes.ts';
import { addSites } from './sites.ts';
import { addStatus } from './status.ts';
import { addToken } from './token.ts';
import { addTop } from './top.ts';

const HELP = `
Examples:
  dorawatch status                                            which server serves now
  dorawatch mark "Primary server taken down" --group corsham-dhcp
  dorawatch report --group corsham-dhcp --since 11:30         the failover table
  dorawatch top                                               the same, live
  dorawatch events --follow                                   what happens, as it happens
  dorawatch sites --unserved --collector 10.0.0.5:6767
  dorawatch probe --site corsham primary                      one exchange from a site, decoded
  dorawatch drill --group corsham-dhcp --max-gap 60s          a failover on purpose, and its verdict
  dorawatch login --collector 10.0.0.5:6767 --token dw1-…     a certificate of one's own

Every command takes --json; keys are stable. Tables show local time, JSON is RFC 3339 UTC. NO_COLOR turns colour off.
Exit codes: 0 done, 1 failed, 2 bad arguments, 3 some group is not normal (status --exit-code),
not answered (probe), a drill that failed.`;

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('dorawatch')
    .description('Which DHCP server is really serving clients, seen from the sites, and when exactly did that change?')
    .version(packageVersion())
    .addHelpText('after', HELP)
    .exitOverride()
    .showHelpAfterError('(--help shows how)');
  const runtime = processRuntime(createClock());
  for (const add of [
    addStatus,
    addTop,
    addReport,
    addEvents,
    addMark,
    addSites,
    addScopes,
    addAgents,
    addAlerts,
    addExport,
    addKeep,
    addImport,
    addProbe,
    addDrill,
    addMaintenance,
    addPause,
    addResume,
    addToken,
    addLogin,
    addLogout,
    addWhoAmI,
    addPeople,
    addBearer,
    addAudit,
    addComplete,
  ])
    add(program, runtime);
  addCompletion(program, { asksNames: true });
  await program.parseAsync(argv);
}

// Whoever reads us has had enough (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

/** What still lingers, a name that no DNS server answers for, must not hold the prompt. It was all said by then. */
const LINGER_MS = 200;

main(process.argv).catch((error: unknown) => {
  setTimeout(() => process.exit(), LINGER_MS).unref();
  if (error instanceof CommanderError) {
    // Commander prints what its own parser finds; what an action finds is printed here.
    if (error.code === 'commander.invalidArgument' && !error.message.startsWith('error:')) {
      process.stderr.write(`dorawatch: ${error.message}\n`);
    }
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.stderr.write(`dorawatch: ${errorText(error)}\n`);
  process.exitCode = error instanceof OpsError ? error.exitCode : 1;
});
