/**
 * The certificate and key of the HTTP port, from two files that are looked at again and again: whoever renews them (the collector
 * itself, or a program like certbot) restarts nothing. A new pair that does not fit together is told and left, and the old one goes on.
 * Rejected: file system notices; a rename over a symbolic link, as certbot does it, shows in none.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { errorText } from '../../shared/core/error-text.ts';
import type { Logger } from '../../shared/io/logger.ts';

/** Paths of PEM files: the chain, the server's own certificate first, and its key. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

export class TlsPairError extends Error {
  readonly code = 'TLS_PAIR';
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'TlsPairError';
  }
}

/** Between two looks at the files, ms. */
const LOOK_EVERY_MS = 5_000;

/** @throws TlsPairError: a file cannot be read, or the two do not fit together */
export async function readTlsPair(files: TlsFiles): Promise<TlsPair> {
  const [cert, key] = await Promise.all([contentOf(files.cert), contentOf(files.key)]);
  try {
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    throw new TlsPairError(
      `${files.cert} and ${files.key} are no certificate and its key, both PEM: ${errorText(error)}`,
      error,
    );
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new TlsPairError(`${path} cannot be read: ${errorText(error)}`, error);
  }
}

/** @param take is given each pair that is another than the one before @returns ends it */
export function followTlsPair(
  files: TlsFiles,
  { first, take, logger }: { readonly first: TlsPair; readonly logger: Logger; take(pair: TlsPair): void },
): () => void {
  let [known, told] = [hashOf(first), ''];
  const look = async (): Promise<void> => {
    try {
      const pair = await readTlsPair(files);
      told = '';
      if (hashOf(pair) === known) return;
      known = hashOf(pair);
      take(pair);
      logger.info({ cert: files.cert }, 'the HTTP port has a new certificate');
    } catch (error) {
      // Between two renames they do not fit; what lasts is told once.
      const problem = errorText(error);
      if (problem !== told) logger.warn({ err: error }, 'the HTTP port keeps its old certificate');
      told = problem;
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

const hashOf = ({ cert, key }: TlsPair): string => createHash('sha256').update(cert).update(key).digest('hex');
