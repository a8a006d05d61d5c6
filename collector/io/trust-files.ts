/**
 * STATE/tls/: whom the collector believes, what it shows of itself, and with what it signs. No directory: the collector is open, and
 * speaks plain text. Files are replaced whole, so that a reader finds the old one or the new one.
 *   ca.crt       roots that agents believe, the one that signs first       ca.key      its key; may be encrypted, elsewhere, or nowhere
 *   server.crt   what the collector shows, with what is between            server.key  its key
 *   clients.crt  further CAs that may sign agents' and people's certificates (an outside CA's); may be missing
 */
import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorText } from '../../shared/core/error-text.ts';
import { pemCertificates } from '../../shared/io/pem.ts';
import type { Signer } from './certificate-authority.ts';

export class TrustError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TrustError';
  }
}

/** What lies in tls/, read and found to fit together. */
export interface Trust {
  /** Whom agents are to believe, the one that signs first; never empty. */
  readonly roots: readonly X509Certificate[];
  /** Whose word counts for agents and people beside the roots'. */
  readonly clientAuthorities: readonly X509Certificate[];
  readonly server: { readonly certificate: X509Certificate; readonly chain: string; readonly key: string };
  /** Null: this collector cannot sign; `cannotSign` says why, and what to do. */
  readonly signer: Signer | null;
  readonly cannotSign: string | null;
}

export interface KeyPlace {
  /** Where the CA's key is; null: tls/ca.key. */
  readonly caKey: string | null;
  /** What it is encrypted with; null: it was not said. */
  readonly passphrase: string | null;
}

/** SHA-256 of each root's DER, hexadecimal. */
export const rootPrints = ({ roots }: Trust): readonly string[] =>
  roots.map(({ fingerprint256 }) => fingerprint256.replaceAll(':', '').toLowerCase());

/** The root that has signed what the collector shows: whoever joins is given its fingerprint. */
export const shownRoot = ({ roots, server: { certificate } }: Trust): X509Certificate | undefined =>
  roots.find((root) => certificate.checkIssued(root) && certificate.verify(root.publicKey)) ?? roots[0];

/** @returns null: the collector is open @throws TrustError with words that say which file, and what to do */
export async function readTrust(state: string, place: KeyPlace): Promise<Trust | null> {
  const folder = `${state}/tls`;
  const bundle = await textOf(`${folder}/ca.crt`);
  if (bundle === null) return null;
  const listed = certificatesIn(bundle, `${folder}/ca.crt`);
  const { root, ...signing } = await readSigner(folder, listed, place);
  // The one that signs first, however a rotation that was cut short has left the file.
  const roots = root === null ? listed : [root, ...listed.filter((one) => one !== root)];
  const further = await textOf(`${folder}/clients.crt`);
  const server = await readServer(folder, roots);
  return {
    roots,
    clientAuthorities: further === null ? [] : certificatesIn(further, `${folder}/clients.crt`),
    server,
    ...signing,
  };
}

async function readServer(folder: string, roots: readonly X509Certificate[]): Promise<Trust['server']> {
  const path = `${folder}/server.crt`;
  const chain = await textOf(path);
  // Killed in the midst of a renewal: the certificate is the new one, and its key lies beside the old one still.
  const next = await textOf(`${folder}/server.next.key`);
  const old = await textOf(`${folder}/server.key`);
  const key = chain !== null && next !== null && fits(chain, next) ? next : old;
  if (chain === null || key === null)
    throw new TrustError(`${folder} has a ca.crt and no server.crt and server.key; restore them from a backup`);
  const [certificate, ...between] = certificatesIn(chain, path);
  if (certificate === undefined || !certificate.checkPrivateKey(privateKey(key, `${folder}/server.key`)))
    throw new TrustError(`${path} and server.key do not belong together; restore both from the same backup`);
  // Whoever joins knows the root by its fingerprint alone, and has to be shown it.
  const shown = [certificate, ...between, ...roots.filter((root) => !between.some((own) => own.raw.equals(root.raw)))];
  return { certificate, chain: shown.map(String).join(''), key };
}

async function readSigner(
  folder: string,
  roots: readonly X509Certificate[],
  { caKey, passphrase }: KeyPlace,
): Promise<Pick<Trust, 'signer' | 'cannotSign'> & { readonly root: X509Certificate | null }> {
  const path = caKey ?? `${folder}/ca.key`;
  const text = await textOf(path);
  const nowhere = `the key of the CA is not at ${path}; start the collector with --ca-key FILE, or have certificates made by the outside CA`;
  if (text === null) return { root: null, signer: null, cannotSign: nowhere };
  if (text.includes('ENCRYPTED') && passphrase === null) {
    const locked = `${path} is encrypted; start the collector with --ca-passphrase-file FILE, or DORAWATCH_CA_PASSPHRASE`;
    return { root: null, signer: null, cannotSign: locked };
  }
  const key = privateKey(text, path, passphrase);
  const root = roots.find((one) => one.checkPrivateKey(key));
  if (root === undefined) throw new TrustError(`${path} is not the key of a certificate in ${folder}/ca.crt`);
  // Loaded late: it takes a sixth of a second, which nobody else needs to wait.
  const { openSigner } = await import('./certificate-authority.ts');
  return { root, signer: await openSigner(root.toString(), text, passphrase), cannotSign: null };
}

const fits = (chain: string, key: string): boolean =>
  certificatesIn(chain, 'server.crt')[0]?.checkPrivateKey(createPrivateKey(key)) ?? false;

function privateKey(text: string, path: string, passphrase: string | null = null): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey({ key: text, ...(passphrase === null ? {} : { passphrase }) });
  } catch (cause) {
    const why = text.includes('ENCRYPTED') ? 'the passphrase does not fit' : errorText(cause);
    throw new TrustError(`${path} cannot be read: ${why}`, cause);
  }
}

/** @throws TrustError when there is none */
export function certificatesIn(text: string, path: string): readonly X509Certificate[] {
  try {
    const certificates = pemCertificates(text);
    if (certificates.length > 0) return certificates;
    throw new TrustError(`${path} has no certificate in it; PEM is expected`);
  } catch (cause) {
    if (cause instanceof TrustError) throw cause;
    throw new TrustError(`${path} has a certificate that cannot be read: ${errorText(cause)}`, cause);
  }
}

/** @returns null: there is no such file @throws TrustError */
export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return null;
    throw new TrustError(`${path} cannot be read (${String(code)}); it has to belong to the collector's user`, cause);
  }
}
