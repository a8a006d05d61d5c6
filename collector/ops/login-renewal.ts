/**
 * The login that a command goes with: renewed when two thirds of its certificate's life are over, by whatever command comes next, so
 * that who works with dorawatch once a week never has to ask for another token. Rejected: a timer of the system's; it is one more thing
 * that can be missing.
 */
import { errorText } from '../../shared/core/error-text.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { askRenewal } from '../../shared/io/enrolment-client.ts';
import { pemOf } from '../../shared/io/pem.ts';
import { createKey, signingRequest } from '../../shared/io/signing-request.ts';
import { type Login, type Logins, lineTo, termOf } from './logins.ts';
import { OpsError } from './ops-error.ts';

const RENEW_AT = 2 / 3;

/** @returns null: there is none for this collector @throws OpsError when it has expired */
export async function currentLogin(logins: Logins, collector: string, now: UnixMicros): Promise<Login | null> {
  const login = await logins.of(collector);
  if (login === null) return null;
  const { from, until, role } = termOf(login);
  if (until <= now) {
    const invite = `dorawatch people invite ${login.name} --role ${role}`;
    const again = `dorawatch login --collector ${collector} --token TOKEN`;
    throw new OpsError(
      `the login of ${login.name} at ${collector} has expired; an admin makes a new token (${invite}), then: ${again}`,
      1,
    );
  }
  return now < from + (until - from) * RENEW_AT ? login : renewed(logins, login);
}

/** The old one is still good when the collector cannot renew it now. */
async function renewed(logins: Logins, login: Login): Promise<Login> {
  try {
    const key = createKey();
    const { chain, roots } = await askRenewal(lineTo(login.collector, login), {
      signingRequest: signingRequest(key, login.name),
    });
    const fresh = { ...login, key, chain: chain.map(pemOf), roots: roots.map(pemOf) };
    await logins.keep(fresh);
    return fresh;
  } catch (error) {
    process.stderr.write(`dorawatch: the login at ${login.collector} could not be renewed: ${errorText(error)}\n`);
    return login;
  }
}
