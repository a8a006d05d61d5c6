/**
 * `dorawatch-collector init`: makes the collector's CA and its own certificate, and prints a token for the first admin. From then on the
 * gRPC port speaks TLS and nobody comes in without a certificate. Rejected: making them at the first start; a collector whose state
 * directory was lost would silently come back with a CA that no agent believes.
 */
import { isIP } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import type { Clock } from '../shared/io/clock.ts';
import { makeDirectory } from '../shared/io/directory.ts';
import { createLogger, type Logger } from '../shared/io/logger.ts';
import { isIdentityName } from './core/access/identity.ts';
import { COLLECTOR } from './core/access/journal-entry.ts';
import { openAccessJournal } from './io/access-journal.ts';
import { createRegistry } from './io/registry.ts';
import { secretOf } from './io/secret-file.ts';
import { readTrust, replaceFile, TrustError } from './io/trust-files.ts';

interface InitFlags {
  readonly state: string;
  readonly name: readonly string[];
  readonly admin: string;
}

const HELP = `
Files are made in DIR/tls, readable by you alone: run it as the user that the collector runs as. The token that is printed lets the
first admin in, once, within a day; who has it decides over everybody else.

Examples:
  dorawatch-collector init --state /var/lib/dorawatch-collector --name dorawatch.example.net --name 10.0.0.5
  dorawatch login --collector dorawatch.example.net:6767 --token TOKEN      what the admin then runs
  dorawatch token create --site corsham                                     and then, for each site`;

const ADMIN_TTL_MS = 86_400_000;

export function addInit(program: Command, clock: Clock): void {
  program
    .command('init')
    .description('make a CA and a server certificate, so that agents and people are let in by certificate alone')
    .requiredOption('--state <dir>', 'state directory of the collector; made when it is not there')
    .requiredOption(
      '--name <host>',
      'DNS name or address that agents reach the collector by; may be repeated',
      addName,
      [],
    )
    .option('--admin <name>', 'name of the first admin', adminName, 'admin')
    .addHelpText('after', HELP)
    .action((flags: InitFlags) => init(flags, clock, createLogger('dorawatch-collector')));
}

function addName(name: string, before: readonly string[]): readonly string[] {
  const isHost =
    /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
  if (isIP(name) === 0 && !isHost.test(name))
    throw new InvalidArgumentError('expected a DNS name or an IP address, without a port.');
  return [...before, name];
}

function adminName(name: string): string {
  if (isIdentityName(name)) return name;
  throw new InvalidArgumentError('expected letters, digits, ".", "_" and "-", 63 at most.');
}

async function init({ state, name: names, admin }: InitFlags, clock: Clock, logger: Logger): Promise<void> {
  const place = { caKey: null, passphrase: null };
  if ((await readTrust(state, place)) !== null)
    throw new TrustError(
      `${state}/tls is there already; nothing was changed. To replace the CA: dorawatch-collector ca rotate`,
    );
  const { makeRoot, makeServer, openSigner } = await import('./io/certificate-authority.ts');
  const root = await makeRoot(clock.wall());
  const server = await makeServer(await openSigner(root.certificate, root.key, null), names, clock.wall());
  await makeDirectory(`${state}/tls`, 0o700);
  await replaceFile(`${state}/tls/ca.key`, root.key);
  await replaceFile(`${state}/tls/server.key`, server.key);
  await replaceFile(`${state}/tls/server.crt`, server.certificate);
  // The last: it is what says that the collector is enrolled.
  await replaceFile(`${state}/tls/ca.crt`, root.certificate);
  const text = await adminToken({ state, clock, logger, admin });
  process.stdout.write(
    `${state}/tls has a CA and a certificate for ${names.join(', ')}.\n` +
      `The first admin, within a day:\n  dorawatch login --collector ${hostText(names[0] ?? '')}:6767 --token ${text}\n`,
  );
}

const hostText = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

async function adminToken({
  state,
  clock,
  logger,
  admin,
}: {
  readonly state: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly admin: string;
}): Promise<string> {
  const trust = await readTrust(state, { caKey: null, passphrase: null });
  if (trust === null) throw new TrustError(`${state}/tls was not written`);
  const journal = await openAccessJournal(state, { logger });
  try {
    const registry = createRegistry({ journal, clock, trust: () => trust });
    const invited = { kind: 'person', name: admin, role: 'admin' } as const;
    return (await registry.createToken({ invited, ttlMs: ADMIN_TTL_MS, uses: 1 }, COLLECTOR)).text;
  } finally {
    await journal.close();
  }
}

/** What the CA's key is encrypted with, from a file or the environment; null: it was not said. @throws SecretFileError */
export async function passphraseOf(file: string | undefined): Promise<string | null> {
  if (file !== undefined) return secretOf('--ca-passphrase-file', file);
  const said = process.env['DORAWATCH_CA_PASSPHRASE'] ?? '';
  return said === '' ? null : said;
}
