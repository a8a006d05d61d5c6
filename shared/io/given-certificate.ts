/**
 * A certificate that somebody else's CA made, from the three files in which such things come: it, its key, and the CAs that the collector's
 * own certificate may be from. Read whole and held against each other, since what does not fit would be found out by a collector far away.
 */
import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorText } from '../core/error-text.ts';
import { pemCertificates } from './pem.ts';

/** Paths, PEM each. */
export interface GivenFiles {
  /** Its own first, then what is between it and a root. */
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

export interface GivenCertificate {
  /** PEM. */
  readonly key: string;
  readonly chain: readonly string[];
  readonly roots: readonly string[];
  /** URI names of the certificate. */
  readonly uris: readonly string[];
}

/** The message names the file. */
export class GivenCertificateError extends Error {
  readonly code = 'GIVEN_CERTIFICATE';
}

/** @throws GivenCertificateError */
export async function readGivenCertificate(files: GivenFiles): Promise<GivenCertificate> {
  const [chain, roots] = [await certificatesIn(files.certificate), await certificatesIn(files.ca)];
  const key = await textOf(files.key);
  const [own] = chain;
  if (own === undefined || !fits(own, key, files.key))
    throw new GivenCertificateError(`${files.key} is not the key of ${files.certificate}`);
  const names = own.subjectAltName?.split(', ') ?? [];
  const uris = names.flatMap((name) => (name.startsWith('URI:') ? name.slice('URI:'.length) : []));
  return { key, chain: chain.map(String), roots: roots.map(String), uris };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new GivenCertificateError(`${path} cannot be read: ${errorText(error)}`, { cause: error });
  }
}

async function certificatesIn(path: string): Promise<readonly X509Certificate[]> {
  const text = await textOf(path);
  try {
    const found = pemCertificates(text);
    if (found.length > 0) return found;
  } catch (error) {
    const problem = `${path} has a certificate that cannot be read: ${errorText(error)}`;
    throw new GivenCertificateError(problem, { cause: error });
  }
  throw new GivenCertificateError(`${path} has no certificate in it (PEM)`);
}

function fits(certificate: X509Certificate, key: string, path: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw new GivenCertificateError(`${path} has no key that can be read (PEM, not encrypted): ${errorText(error)}`, {
      cause: error,
    });
  }
}
