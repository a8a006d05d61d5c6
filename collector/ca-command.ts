/**
 * `dorawatch-collector ca rotate`, `ca server`, and `admin`: what is done about trust on the collector's own host, beside a collector that runs. It is
 * told by SIGHUP. Rejected: rotation over gRPC; the key of the CA may lie where the collector cannot read it.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { Clock } from '../shared/io/clock.ts';
import { createLogger } from '../shared/io/logger.ts';
import { COLLECTOR } from './core/access/journal-entry.ts';
import { finishProblem, switchProblem } from './core/access/rotation.ts';
import { addName, adminName, adminToken, passphraseOf } from './init-command.ts';
import { type AccessJournal, openAccessJournal } from './io/access-journal.ts';
import { beginRotation, finishRotation, type RotationPlace, switchRotation } from './io/ca-rotation.ts';
import { rootsHash } from './io/registry.ts';
import { readTrust, rootPrints, type Trust, TrustError } from './io/trust-files.ts';
import { renewServer } from './io/trust-renewal.ts';

interface PlaceFlags {
  readonly state: string;
  readonly caKey?: string;
  readonly caPassphraseFile?: string;
}

interface RotateFlags extends PlaceFlags {
  readonly switch?: boolean;
  readonly finish?: boolean;
  readonly force?: boolean;
}

interface ServerFlags extends PlaceFlags {
  readonly name: readonly string[];
}

const ROTATE_HELP = `
Three steps, with the collector running and its agents connected; after each, have it look: systemctl reload dorawatch-collector.
  1. ca rotate            makes a new root beside the old one, which goes on signing; agents hear of it when they are connected
  2. ca rotate --switch   the new one signs from now on; refused while an enrolled agent has not heard of it
  3. ca rotate --finish   the old one is believed no longer; refused while somebody's certificate is from it
Tokens that were made before --switch carry the old root's fingerprint, and are of no use after it.

Examples:
  dorawatch-collector ca rotate --state /var/lib/dorawatch-collector
  dorawatch-collector ca rotate --state /var/lib/dorawatch-collector --switch`;

const SERVER_HELP = `
The collector renews its certificate by itself; this is for other names. Give all of them: the old certificate's count no longer. Then have
it look: systemctl reload dorawatch-collector. Agents need not be told, as long as the name that they joined by is among them.

Example:
  dorawatch-collector ca server --state /var/lib/dorawatch-collector --name dorawatch.example.net --name 10.0.0.5`;

const ADMIN_HELP = `
For when no admin is left, or the first one's token is over. Run it as the collector's user; a running collector takes it as it is.

Example:
  dorawatch-collector admin --state /var/lib/dorawatch-collector --name anna`;

export function addCa(program: Command, clock: Clock): void {
  const ca = program.command('ca').description("the collector's certificate authority");
  placed(ca.command('rotate'))
    .description('replace the CA, in three steps')
    .option('--switch', 'the second step: the new root signs')
    .option('--finish', 'the third: the old one is believed no longer')
    .option('--force', 'leave behind who is not ready')
    .addHelpText('after', ROTATE_HELP)
    .action(async (flags: RotateFlags) => void process.stdout.write(await rotate(flags, clock)));
  placed(ca.command('server'))
    .description('make the collector a certificate with other names')
    .requiredOption('--name <host>', 'DNS name or address; may be repeated', addName, [])
    .addHelpText('after', SERVER_HELP)
    .action(async (flags: ServerFlags) => void process.stdout.write(await renameServer(flags, clock)));
  placed(program.command('admin'))
    .description('print a token for an admin')
    .option('--name <name>', 'name of the admin', adminName, 'admin')
    .addHelpText('after', ADMIN_HELP)
    .action(async (flags: PlaceFlags & { readonly name: string }) => {
      const text = await adminToken({ ...(await placeOf(flags)), clock, admin: flags.name });
      process.stdout.write(
        `For ${flags.name}, within a day:\n  dorawatch login --collector HOST:6767 --token ${text}\n`,
      );
    });
}

const placed = (command: Command): Command =>
  command
    .requiredOption('--state <dir>', 'state directory of the collector')
    .option('--ca-key <file>', 'key of the CA, where it is not in the state directory')
    .option('--ca-passphrase-file <file>', 'what it is encrypted with (or DORAWATCH_CA_PASSPHRASE)');

const placeOf = async ({ state, caKey, caPassphraseFile }: PlaceFlags) => ({
  state,
  caKey: caKey ?? null,
  passphrase: await passphraseOf(caPassphraseFile),
});

/** @returns what was done, and what comes next @throws TrustError */
export async function rotate(flags: RotateFlags, clock: Clock): Promise<string> {
  if (flags.switch === true && flags.finish === true)
    throw new InvalidArgumentError('--switch and --finish are two steps, one after the other');
  const place = await placeOf(flags);
  const trust = await signingTrust(place);
  const folder = `${place.state}/tls`;
  const files: RotationPlace = { folder, key: place.caKey ?? `${folder}/ca.key`, passphrase: place.passphrase };
  const journal = await openAccessJournal(place.state, { logger: createLogger('dorawatch-collector'), isShared: true });
  try {
    const done = await step(flags, { trust, files, journal, clock });
    const now = await readTrust(place.state, place);
    if (now !== null) await noteRoots(journal, now, clock);
    return done;
  } finally {
    await journal.close();
  }
}

/** @returns what was done, and what comes next @throws TrustError */
export async function renameServer(flags: ServerFlags, clock: Clock): Promise<string> {
  const place = await placeOf(flags);
  await renewServer(`${place.state}/tls`, await signingTrust(place), clock.wall(), flags.name);
  return `The collector has a certificate for ${flags.name.join(', ')}. Now: systemctl reload dorawatch-collector.\n`;
}

async function signingTrust(place: Awaited<ReturnType<typeof placeOf>>): Promise<Trust> {
  const trust = await readTrust(place.state, place);
  if (trust === null) throw new TrustError(`${place.state} has no CA; dorawatch-collector init makes one`);
  if (trust.cannotSign !== null) throw new TrustError(trust.cannotSign);
  return trust;
}

interface Step {
  readonly trust: Trust;
  readonly files: RotationPlace;
  readonly journal: AccessJournal;
  readonly clock: Clock;
}

/** @returns what was done, and what comes next */
async function step(flags: RotateFlags, { trust, files, journal, clock }: Step): Promise<string> {
  const now = clock.wall();
  if (flags.switch === true) {
    const heard = rootsHash(trust.roots.map(({ raw }) => raw));
    refuse(flags.force === true || trust.roots.length < 2 ? null : switchProblem(journal.book, heard, now));
    await switchRotation(files, trust, now);
    return 'The new root signs. Now: systemctl reload dorawatch-collector; and, when certificates have been renewed, ca rotate --finish.\n';
  }
  if (flags.finish === true) {
    refuse(flags.force === true ? null : finishProblem(journal.book, now));
    await finishRotation(files, trust);
    return 'The old root is believed no longer. Now: systemctl reload dorawatch-collector.\n';
  }
  await beginRotation(files, trust, now);
  return 'A new root lies beside the old one. Now: systemctl reload dorawatch-collector; and, when all agents were connected, ca rotate --switch.\n';
}

function refuse(problem: string | null): void {
  if (problem !== null) throw new TrustError(problem);
}

async function noteRoots(journal: AccessJournal, trust: Trust, clock: Clock): Promise<void> {
  await journal.record(() => ({ at: clock.wall(), ...COLLECTOR, act: 'roots-changed', roots: rootPrints(trust) }));
}
