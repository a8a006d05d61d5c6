/**
 * The enrolment on disk, `enrolment.json` in the state directory: read and judged as a whole at every start, since a certificate that does
 * not fit its key would be found out by a collector that is far away. The key that an enrolment has begun with waits in a file
 * beside it until there is a certificate: whoever is asked to approve approves that key.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../shared/core/error-text.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { createKey } from '../../shared/io/signing-request.ts';
import { type Enrolment, enrolmentText, type KeptEnrolment, readEnrolment } from '../core/enrolment.ts';
import { StateError } from './state-error.ts';
import { readIfThere, replaceFile } from './whole-file.ts';

const pathIn = (directory: string): string => join(directory, 'enrolment.json');
const keyPathIn = (directory: string): string => join(directory, 'joining-key.pem');

/** @returns null: this agent was never enrolled @throws StateError naming the file and what to do */
export async function keptEnrolment(directory: string): Promise<KeptEnrolment | null> {
  const path = pathIn(directory);
  const bytes = await readIfThere(path);
  if (bytes === undefined) return null;
  const enrolment = readEnrolment(bytes.toString());
  if (typeof enrolment === 'string') throw new StateError('ENROLMENT_DAMAGED', path, enrolment);
  const judged = judge(enrolment);
  if (typeof judged === 'string') throw new StateError('ENROLMENT_DAMAGED', path, judged);
  return judged;
}

/** @throws StateError */
export async function keepEnrolment(directory: string, enrolment: Enrolment): Promise<void> {
  await replaceFile(pathIn(directory), Buffer.from(enrolmentText(enrolment)));
}

/** @returns what is wrong, as a string, when its parts do not fit together */
export function judge(enrolment: Enrolment): KeptEnrolment | string {
  try {
    for (const root of enrolment.roots) new X509Certificate(root);
    const [own] = enrolment.chain.map((pem) => new X509Certificate(pem));
    if (own === undefined || !own.checkPrivateKey(createPrivateKey(enrolment.key)))
      return 'the key is not that of the certificate';
    return { ...enrolment, validFrom: momentOf(own.validFrom), validTo: momentOf(own.validTo) };
  } catch (error) {
    return errorText(error);
  }
}

const momentOf = (text: string) => unixMicros(Date.parse(text) * 1_000);

/** The key of an enrolment that was begun, or a new one; on disk when this resolves. PEM. @throws StateError */
export async function joiningKey(directory: string): Promise<string> {
  const kept = (await readIfThere(keyPathIn(directory)))?.toString();
  if (kept !== undefined && isKey(kept)) return kept;
  const key = createKey();
  await replaceFile(keyPathIn(directory), Buffer.from(key));
  return key;
}

export const forgetJoiningKey = (directory: string): Promise<void> => rm(keyPathIn(directory), { force: true });

function isKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ec';
  } catch (error) {
    // Written by a start that ended half-way, by another program's hand, or not at all: nobody has approved it.
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
