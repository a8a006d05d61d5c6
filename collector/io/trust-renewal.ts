/**
 * The collector's own certificate, made anew while it runs, with the names that the old one has. The key is written first, then the
 * certificate: whoever is killed between the two finds a pair that does not fit, so the old key stays beside it until both are there.
 * Rejected: a request to a person once a year; it is forgotten, and every site is silent at the same minute.
 */
import { rename } from 'node:fs/promises';
import type { UnixMicros } from '../../shared/core/units.ts';
import { replaceWhole } from '../../shared/io/whole-file.ts';
import { RENEW_AT } from '../core/access/trust-limits.ts';
import { endOf, namesOf, startOf } from './shown-certificate.ts';
import type { Trust } from './trust-files.ts';

/** Whether two thirds of its life are over, and this collector can make another. */
export function isServerDue({ server: { certificate }, signer }: Trust, now: UnixMicros): boolean {
  const [from, until] = [startOf(certificate), endOf(certificate)];
  return signer !== null && now >= from + (until - from) * RENEW_AT;
}

/** DNS names and addresses of the server's certificate. */
export const serverNames = ({ server }: Pick<Trust, 'server'>): readonly string[] =>
  namesOf(server.certificate).flatMap((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1] ?? []);

/** Makes and writes it; the caller reads tls/ again. @param names those of the old one, unless others are wanted */
export async function renewServer(
  folder: string,
  trust: Trust,
  now: UnixMicros,
  names: readonly string[] = serverNames(trust),
): Promise<void> {
  if (trust.signer === null) return;
  const { makeServer } = await import('./certificate-authority.ts');
  await replaceServer(folder, await makeServer(trust.signer, names, now));
}

/** @param made its certificate and its key, PEM */
export async function replaceServer(
  folder: string,
  made: { readonly certificate: string; readonly key: string },
): Promise<void> {
  await replaceWhole(`${folder}/server.next.key`, made.key);
  await replaceWhole(`${folder}/server.crt`, made.certificate);
  await rename(`${folder}/server.next.key`, `${folder}/server.key`);
}
