/**
 * `dorawatch-collector init`: makes the collector's CA and its own certificate, and prints a token for the first admin. From then on the
 * gRPC port speaks TLS and nobody comes in without a certificate. Rejected: making them at the first start; a collector whose state
 * directory was lost would silently come back with a CA that no agent believes.
 */
import { isIP } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import type { UnixMicros } from '../shared/core/units.ts';
import type { Clock } from '../shared/io/clock.ts';
import { makeDirectory } from '../shared/io/directory.ts';
import { createLogger } from '../shared/io/logger.ts';
import { replaceWhole } from '../shared/io/whole-file.ts';
import { isIdentityName } from './core/access/identity.ts';
import { COLLECTOR } from './core/access/journal-entry.ts';
import { openAccessJournal } from './io/access-journal.ts';
import { keptKey } from './io/ca-rotation.ts';
import { createRegistry } from './io/registry.ts';
import { contentOf, secretOf } from './io/secret-file.ts';
import { type KeyPlace, readTrust, rootPrints, TrustError, textOf } from './io/trust-files.ts';

interface InitFlags {
  readonly state: string;
  readonly name: readonly string[];
  readonly admin: string;
  readonly caKey?: string;
  readonly encryptCaKey?: boolean;
  readonly caPassphraseFile?: string;
  readonly caCert?: string;
  readonly serverCert?: string;
  readonly serverKey?: string;
}

const HELP = `
Files are made in DIR/tls, readable by you alone: run it as the user that the collector runs as. The token that is printed lets the
first admin in, once, within a day; who has it decides over everybody else.

Examples:
  dorawatch-collector init --state /var/lib/dorawatch-collector --name dorawatch.example.net --name 10.0.0.5
  dorawatch login --collector dorawatch.example.net:6767 --token TOKEN      what the admin then runs
  dorawatch token create --site corsham                                     and then, for each site
  dorawatch-collector init --state DIR --name HOST --ca-key /media/key/ca.key --encrypt-ca-key --ca-passphrase-file FILE
  dorawatch-collector init --state DIR --name HOST --ca-cert corp.crt --server-cert own.crt --server-key own.key`;

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
    .option('--ca-key <file>', "where to put the CA's key, if not into DIR/tls; serve needs the same")
    .option('--encrypt-ca-key', "encrypt the CA's key; serve needs the passphrase")
    .option('--ca-passphrase-file <file>', 'what to encrypt it with (or DORAWATCH_CA_PASSPHRASE)')
    .option('--ca-cert <file>', 'PEM of an outside CA whose certificates let agents and people in, too')
    .option(
      '--server-cert <file>',
      "the collector's certificate from that CA, PEM; then the collector has no CA of its own",
    )
    .option('--server-key <file>', 'its key, PEM')
    .addHelpText('after', HELP)
    .action(async (flags: InitFlags) => void process.stdout.write(await init(flags, clock)));
}

/** One more of the names that a collector is reached by. */
export function addName(name: string, before: readonly string[]): readonly string[] {
  const isHost =
    /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
  if (isIP(name) === 0 && !isHost.test(name))
    throw new InvalidArgumentError('expected a DNS name or an IP address, without a port.');
  return [...before, name];
}

export function adminName(name: string): string {
  if (isIdentityName(name)) return name;
  throw new InvalidArgumentError('expected letters, digits, ".", "_" and "-", 63 at most.');
}

/** @returns what was made, with the first admin's token @throws TrustError, SecretFileError */
export async function init(flags: InitFlags, clock: Clock): Promise<string> {
  const { state, name: names, admin } = flags;
  const folder = `${state}/tls`;
  if ((await textOf(`${folder}/ca.crt`)) !== null)
    throw new TrustError(
      `${folder} is there already; nothing was changed. To replace the CA: dorawatch-collector ca rotate`,
    );
  const outside = await outsideOf(flags);
  const passphrase = await passphraseOf(flags.caPassphraseFile);
  if (flags.encryptCaKey === true && passphrase === null)
    throw new InvalidArgumentError('--encrypt-ca-key needs --ca-passphrase-file, or DORAWATCH_CA_PASSPHRASE');
  await makeDirectory(folder, 0o700);
  if (outside.server !== null) {
    await replaceWhole(`${folder}/server.key`, outside.server.key);
    await replaceWhole(`${folder}/server.crt`, outside.server.certificate);
    await replaceWhole(`${folder}/ca.crt`, outside.authorities ?? '');
    await readTrust(state, { caKey: null, passphrase: null });
    return `${folder} has the certificates of the outside CA. ${OUTSIDE_HELP}\n`;
  }
  if (outside.authorities !== null) await replaceWhole(`${folder}/clients.crt`, outside.authorities);
  const key = flags.caKey ?? `${folder}/ca.key`;
  await makeOwn({ folder, key, names, passphrase: flags.encryptCaKey === true ? passphrase : null }, clock.wall());
  const text = await adminToken({ state, caKey: key, passphrase, clock, admin });
  return (
    `${folder} has a CA and a certificate for ${names.join(', ')}${flags.caKey === undefined ? '' : `; the CA's key is ${key}`}.\n` +
    `The first admin, within a day:\n  dorawatch login --collector ${hostText(names[0] ?? '')}:6767 --token ${text}\n`
  );
}

const OUTSIDE_HELP =
  'Agents and people are let in by certificates of that CA, with urn:dorawatch:agent:SITE:NAME or urn:dorawatch:person:ROLE:NAME as their one URI name.';

interface Outside {
  /** PEM of the CAs; null: there is none. */
  readonly authorities: string | null;
  /** What the outside CA has made for the collector; null: its own CA does. */
  readonly server: { readonly certificate: string; readonly key: string } | null;
}

async function outsideOf({ caCert, serverCert, serverKey }: InitFlags): Promise<Outside> {
  const authorities = caCert === undefined ? null : await contentOf('--ca-cert', caCert);
  if (serverCert === undefined && serverKey === undefined) return { authorities, server: null };
  if (serverCert === undefined || serverKey === undefined || authorities === null)
    throw new InvalidArgumentError(
      '--server-cert and --server-key go together, and with the --ca-cert that has signed them',
    );
  const certificate = await contentOf('--server-cert', serverCert);
  return { authorities, server: { certificate, key: await contentOf('--server-key', serverKey) } };
}

interface OwnFiles {
  readonly folder: string;
  readonly key: string;
  readonly names: readonly string[];
  readonly passphrase: string | null;
}

async function makeOwn({ folder, key, names, passphrase }: OwnFiles, now: UnixMicros): Promise<void> {
  const { makeRoot, makeServer, openSigner } = await import('./io/certificate-authority.ts');
  const root = await makeRoot(now);
  const server = await makeServer(await openSigner(root.certificate, root.key, null), names, now);
  await replaceWhole(key, keptKey(root.key, passphrase));
  await replaceWhole(`${folder}/server.key`, server.key);
  await replaceWhole(`${folder}/server.crt`, server.certificate);
  // The last: it is what says that the collector is enrolled.
  await replaceWhole(`${folder}/ca.crt`, root.certificate);
}

const hostText = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

/** A login token for an admin, written into the journal beside a collector that may be running. @throws TrustError, Refusal */
export async function adminToken({
  admin,
  clock,
  ...place
}: KeyPlace & { readonly state: string; readonly clock: Clock; readonly admin: string }): Promise<string> {
  const trust = await readTrust(place.state, place);
  if (trust === null) throw new TrustError(`${place.state} has no CA; dorawatch-collector init makes one`);
  const logger = createLogger('dorawatch-collector');
  const journal = await openAccessJournal(place.state, { logger, isShared: true });
  try {
    if (journal.book.signing === null) {
      const roots = rootPrints(trust);
      await journal.record(() => ({ at: clock.wall(), ...COLLECTOR, act: 'roots-changed', roots }));
    }
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
