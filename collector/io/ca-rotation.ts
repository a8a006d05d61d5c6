/**
 * The files of a CA's rotation, step by step; each leaves tls/ such that a collector can start from it, whenever it is killed.
 *   begin   a new root beside the old one, which goes on signing; its key waits in NEXT
 *   switch  the new one signs, and the collector's own certificate is made by it
 *   finish  the old one is believed no longer
 * Rejected: one step; every agent that is away at that moment would be lost.
 */
import { createPrivateKey } from 'node:crypto';
import { rename } from 'node:fs/promises';
import type { UnixMicros } from '../../shared/core/units.ts';
import { replaceWhole } from '../../shared/io/whole-file.ts';
import { type Trust, TrustError, textOf } from './trust-files.ts';
import { replaceServer, serverNames } from './trust-renewal.ts';

export interface RotationPlace {
  /** STATE/tls */
  readonly folder: string;
  /** The CA's key, wherever it is. */
  readonly key: string;
  readonly passphrase: string | null;
}

const nextOf = (place: RotationPlace): string => `${place.key}.next`;

/** A key as it is kept: as it is, or encrypted. @param key PKCS #8, PEM */
export const keptKey = (key: string, passphrase: string | null): string =>
  passphrase === null
    ? key
    : createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();

/** @throws TrustError */
export async function beginRotation(place: RotationPlace, trust: Trust, now: UnixMicros): Promise<void> {
  if ((await textOf(nextOf(place))) !== null || trust.roots.length > 1)
    throw new TrustError(
      `a rotation is under way: ${place.folder}/ca.crt has ${trust.roots.length} roots; go on with --switch, or --finish`,
    );
  const { makeRoot } = await import('./certificate-authority.ts');
  const root = await makeRoot(now);
  await replaceWhole(nextOf(place), keptKey(root.key, place.passphrase));
  await replaceWhole(`${place.folder}/ca.crt`, trust.roots.map(String).join('') + root.certificate);
}

/** @throws TrustError */
export async function switchRotation(place: RotationPlace, trust: Trust, now: UnixMicros): Promise<void> {
  const key = await textOf(nextOf(place));
  const root = trust.roots.at(-1);
  if (key === null && trust.roots.length > 1)
    throw new TrustError(
      'the new root signs already; dorawatch-collector ca rotate --state DIR --finish is the last step',
    );
  if (key === null || root === undefined || trust.roots.length < 2)
    throw new TrustError('no rotation is under way; dorawatch-collector ca rotate --state DIR begins one');
  const { openSigner, makeServer } = await import('./certificate-authority.ts');
  const signer = await openSigner(root.toString(), key, place.passphrase);
  const server = await makeServer(signer, serverNames(trust), now);
  // Both roots are believed by now, so it does not matter at which of these three somebody pulls the plug.
  await replaceServer(place.folder, server);
  await rename(nextOf(place), place.key);
  await replaceWhole(`${place.folder}/ca.crt`, [root, ...trust.roots.slice(0, -1)].map(String).join(''));
}

/** @throws TrustError */
export async function finishRotation(place: RotationPlace, trust: Trust): Promise<void> {
  const [root] = trust.roots;
  if (root === undefined || trust.roots.length < 2)
    throw new TrustError('no rotation is under way; dorawatch-collector ca rotate --state DIR begins one');
  if ((await textOf(nextOf(place))) !== null)
    throw new TrustError('the old root signs still; dorawatch-collector ca rotate --state DIR --switch comes first');
  await replaceWhole(`${place.folder}/ca.crt`, root.toString());
}
