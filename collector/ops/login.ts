/** `dorawatch login`, `logout` and `whoami`: a token for a certificate of one's own, and what it amounts to. */
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { errorText } from '../../shared/core/error-text.ts';
import { askJoin } from '../../shared/io/enrolment-client.ts';
import { type GivenFiles, readGivenCertificate } from '../../shared/io/given-certificate.ts';
import { packageVersion } from '../../shared/io/package-version.ts';
import { pemOf } from '../../shared/io/pem.ts';
import { pinnedIn, shownChain } from '../../shared/io/shown-chain.ts';
import { createKey, signingRequest } from '../../shared/io/signing-request.ts';
import { type EnrolmentToken, readToken } from '../../shared/wire/enrolment-token.ts';
import { localTime } from '../core/answers/clock-text.ts';
import { jsonDocument } from '../core/answers/ops-json.ts';
import { type Login, Logins, lineTo, termOf } from './logins.ts';
import { OpsError } from './ops-error.ts';
import { type CommonFlags, destinationOf, type Runtime, withClient, withCommonOptions } from './runtime.ts';

interface LoginFlags extends CommonFlags {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly ca?: string;
}

const LOGIN_HELP = `
The token comes from an admin (dorawatch people invite NAME --role ROLE), or from "dorawatch-collector init" for the first one. It says which
collector to believe, and is good for one login. The private key is made here and never leaves this host; key and certificate are kept
under ~/.config/dorawatch (XDG_CONFIG_HOME), readable by you alone. The certificate lives for 30 days and is renewed by whatever command
you run in its last ten. With one login, --collector may be left out of every command.

Examples:
  dorawatch login --collector dorawatch.example.net:6767 --token dw1-…
  dorawatch login --certificate me.crt --key me.key --ca corp.crt        with a certificate from a CA of yours
  dorawatch whoami
  dorawatch logout`;

export function addLogin(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('login'), 'print who you are then as one JSON document')
    .description('get a certificate for a token, and use it from then on')
    .option('--token <token>', 'as it was printed by "people invite" or "init"')
    .option('--certificate <file>', "instead of a token: an outside CA's certificate for you, PEM")
    .option('--key <file>', 'its key, PEM')
    .option('--ca <file>', "the CAs that the collector's certificate may be from, PEM")
    .addHelpText('after', LOGIN_HELP)
    .action((flags: LoginFlags) => logIn(flags, runtime));
}

async function logIn(flags: LoginFlags, runtime: Runtime): Promise<void> {
  const { address } = await destinationOf(flags, runtime);
  const { certificate, key, ca } = flags;
  const login =
    certificate === undefined || key === undefined || ca === undefined
      ? await joined(address, tokenOf(flags))
      : await givenLogin(address, { certificate, key, ca });
  await new Logins(runtime.environment).keep(login);
  const { role, until } = termOf(login);
  if (flags.json === true) return runtime.write(jsonDocument({ collector: address, name: login.name, role, until }));
  const end = localTime(until, runtime.zone, { date: true });
  return runtime.print(
    `Logged in at ${address} as ${login.name}, ${role}, until ${end} (${runtime.zone})${flags.certificate === undefined ? ', and renewed by use' : ''}.\n`,
  );
}

/** @throws OpsError */
function tokenOf({ token, certificate, key, ca }: LoginFlags): EnrolmentToken {
  if ([certificate, key, ca].some((path) => path !== undefined))
    throw new OpsError('--certificate, --key and --ca go together', 2);
  const read = token === undefined ? undefined : readToken(token);
  if (read !== undefined) return read;
  throw new OpsError(
    '--token is no token for a login: it begins with dw1- and was not pasted whole, or is one of another kind',
    2,
  );
}

/** @throws OpsError */
async function givenLogin(collector: string, files: GivenFiles): Promise<Login> {
  try {
    const { key, chain, roots, uris } = await readGivenCertificate(files);
    const name = uris.flatMap((uri) => /^urn:dorawatch:person:[^:]+:([^:]+)$/.exec(uri)?.[1] ?? [])[0];
    if (name !== undefined) return { version: 1, collector, name, key, chain, roots };
  } catch (error) {
    throw new OpsError(errorText(error), 1, error);
  }
  throw new OpsError(`${files.certificate} is no person's: it has no URI name urn:dorawatch:person:ROLE:NAME`, 1);
}

/** @throws OpsError */
async function joined(address: string, { fingerprint, secret }: EnrolmentToken): Promise<Login> {
  const line = lineTo(address, null);
  try {
    const root = pinnedIn(await shownChain(line), fingerprint);
    if (root === undefined)
      throw new OpsError(
        `what answers at ${address} is not the collector that this token is from: its certificate is of another CA. Nothing was sent to it`,
        1,
      );
    const key = createKey();
    const request = {
      secret,
      signingRequest: signingRequest(key, 'dorawatch'),
      agent: null,
      version: packageVersion(),
      host: hostname(),
    };
    const reply = await askJoin({ ...line, trust: { roots: [root.toString()] } }, request);
    if (reply.kind !== 'certificate')
      throw new OpsError('the collector wants this login approved, which it wants of agents alone', 1);
    return {
      version: 1,
      collector: address,
      name: reply.name,
      key,
      chain: reply.chain.map(pemOf),
      roots: reply.roots.map(pemOf),
    };
  } catch (error) {
    if (error instanceof OpsError) throw error;
    throw new OpsError(`no login at ${address}: ${errorText(error)}`, 1, error);
  }
}

export function addLogout(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('logout'), null)
    .description('forget the certificate and key for a collector')
    .addHelpText(
      'after',
      `
They are deleted here. Who fears that somebody has a copy has an admin take the certificate back: dorawatch people revoke NAME.

Examples:
  dorawatch logout
  dorawatch logout --collector dorawatch.example.net:6767`,
    )
    .action((flags: CommonFlags) => logOut(flags, runtime));
}

async function logOut(flags: CommonFlags, runtime: Runtime): Promise<void> {
  const { address } = await destinationOf(flags, runtime);
  const logins = new Logins(runtime.environment);
  const all = await logins.collectors();
  if (!all.includes(address)) {
    const there = all.length === 0 ? 'there is no login at all' : `there is one at ${all.join(', ')}`;
    throw new OpsError(`you are not logged in at ${address}; ${there}`, 1);
  }
  await logins.forget(address);
  return runtime.print(`Logged out at ${address}: certificate and key are deleted.\n`);
}

export function addWhoAmI(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('whoami'), 'print one JSON document')
    .description('who you are to the collector, and what you may do')
    .addHelpText('after', '\nExamples:\n  dorawatch whoami\n  dorawatch whoami --json | jq -r .role')
    .action((flags: CommonFlags) => whoAmI(flags, runtime));
}

async function whoAmI(flags: CommonFlags, runtime: Runtime): Promise<void> {
  const { address } = await destinationOf(flags, runtime);
  const view = await withClient(flags, runtime, (client) => client.ask('WhoAmI', {}));
  const login = await new Logins(runtime.environment).of(address);
  const until = login === null ? null : termOf(login).until;
  if (flags.json === true)
    return runtime.write(jsonDocument({ collector: address, ...view, certificate_until: until }));
  if (view.name === null)
    return runtime.print(
      `The collector at ${address} asks nobody who they are: whoever reaches it may do everything.\n`,
    );
  const end =
    until === null
      ? ''
      : `; the certificate is good until ${localTime(until, runtime.zone, { date: true })} (${runtime.zone})`;
  return runtime.print(`${view.name}, ${view.role}, at ${address}${end}.\n`);
}
