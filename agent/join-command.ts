/** `dorawatch-agent join`: flags in, one enrolment or one line that says what to do; exit code 0, 1, or 2 for wrong flags. */
import { Command } from 'commander';
import { type Clock, createClock } from '../shared/io/clock.ts';
import { packageVersion } from '../shared/io/package-version.ts';
import { DEFAULT_STATE } from './core/agent-config.ts';
import { type JoinFlags, type JoinWish, readJoinFlags } from './core/join-flags.ts';
import { takeGiven } from './given-enrolment.ts';
import { becomeOwner } from './io/state-owner.ts';
import { join } from './join.ts';

const EXAMPLES = `
Examples:
  dorawatch-agent join --collector collector.example.net:6767 --token dw1-...
  DORAWATCH_TOKEN=dw1-... dorawatch-agent join --collector 192.0.2.10:443 --proxy http://proxy.example.net:3128
  dorawatch-agent join --collector collector.example.net --certificate own.crt --key own.key --ca corp.crt       (from a CA of yours)
  dorawatch-agent join --again --collector collector.example.net --token dw1-...      (after a revocation, or to another site)

A token comes from \`dorawatch token create --site SITE\`; the agent's site is the token's. The token names the collector's CA: whatever else
answers is told nothing. The key is made here and never leaves the state directory. An agent that is running has to be stopped first.
As root, everything is done as the owner of the state directory. A proxy with a password: DORAWATCH_PROXY=http://USER:PASSWORD@HOST:PORT.
Exit code: 0 enrolled, 1 not, 2 wrong arguments.
`;

/** The `join` command. @param done is told the exit code */
export function joinCommand(done: (exitCode: number) => void): Command {
  return new Command('join')
    .description('enrol this agent with a collector: a token becomes a certificate')
    .requiredOption('--collector <host:port>', 'where the collector listens')
    .option('--token <text>', 'what `dorawatch token create` printed; or DORAWATCH_TOKEN')
    .option('--certificate <file>', "instead of a token: an outside CA's certificate for this agent, PEM")
    .option('--key <file>', 'its key, PEM')
    .option('--ca <file>', "the CAs that the collector's certificate may be from, PEM")
    .option('--state <directory>', 'where name, key and certificate are kept; made when missing', DEFAULT_STATE)
    .option('--id <name>', 'name of this agent; default: the one in the state directory, or a new one')
    .option('--proxy <url>', 'HTTP proxy to go through: http://HOST:PORT; or DORAWATCH_PROXY')
    .option('--again', 'enrol anew an agent that is enrolled already; its name and its spool are kept')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(dorawatch-agent join --help shows how)')
    .action(async (flags: JoinFlags) => done(await enrol(flags)));
}

async function enrol(flags: JoinFlags): Promise<number> {
  const { DORAWATCH_TOKEN: token = '', DORAWATCH_PROXY: proxy = '' } = process.env;
  const wish = readJoinFlags(flags, { token, proxy });
  if (!('collector' in wish)) {
    for (const mistake of wish) process.stderr.write(`dorawatch-agent: ${mistake}\n`);
    process.stderr.write('dorawatch-agent: `dorawatch-agent join --help` shows how\n');
    return 2;
  }
  try {
    await enrolAsOwner(wish);
    return 0;
  } catch (error) {
    // Errors with a code are ours and say what to do; anything else is a defect and keeps its stack.
    if (!(error instanceof Error && 'code' in error)) throw error;
    process.stderr.write(`dorawatch-agent: ${error.message}\n`);
    return 1;
  }
}

async function enrolAsOwner(wish: JoinWish): Promise<void> {
  becomeOwner(wish.stateDirectory);
  const clock = createClock();
  const { given } = wish;
  const { agent, site, validTo } =
    given === null ? await joinByToken(wish, clock) : await takeGiven(wish, given, clock);
  const until = new Date(validTo / 1_000).toISOString().slice(0, 16).replace('T', ' ');
  const start = wish.stateDirectory === DEFAULT_STATE ? '' : ` --state ${wish.stateDirectory}`;
  process.stdout.write(
    `Enrolled: agent ${agent} of site ${site}, until ${until} UTC (${given === null ? 'renewed by itself' : 'join --again with the next one'}).\nNow: dorawatch-agent run${start}\n`,
  );
}

const joinByToken = (wish: JoinWish, clock: Clock) =>
  join({
    ...{ wish, version: packageVersion(), clock },
    say: (line) => process.stderr.write(`${line}\n`),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
