/**
 * Secrets that stand in files of their own (passwords, URLs, keys that messages are signed with). A configuration is read by more
 * people than a secret should be, and lies in the log word for word. Files are read when they are needed, so that a new secret
 * needs no restart; what is said of a failure names the file, and never what is in it.
 */
import { readFile } from 'node:fs/promises';

/** A file that cannot be read, or holds nothing. */
export class SecretFileError extends Error {
  readonly code: string;
  constructor(problem: string, code: string, cause?: unknown) {
    super(problem, { cause });
    this.name = 'SecretFileError';
    this.code = code;
  }
}

/** @param key of the configuration, "password_file" say @returns what a file holds, without the line break that editors end it with @throws SecretFileError */
export async function secretOf(key: string, file: string): Promise<string> {
  const secret = (await contentOf(key, file)).replace(/\r?\n$/, '');
  if (secret === '') throw new SecretFileError(`${key} ${file} is empty`, 'EMPTY');
  return secret;
}

/** The whole of a file: a certificate, a key. @throws SecretFileError */
export async function contentOf(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
    throw new SecretFileError(`${key} ${file} cannot be read (${code})`, code, error);
  }
}

/** Who asks. */
export interface Credentials {
  readonly username: string | null;
  readonly passwordFile: string | null;
}

/** The header of basic authentication (RFC 7617); empty where nobody is named. @throws SecretFileError */
export async function authorizationOf({
  username,
  passwordFile,
}: Credentials): Promise<Readonly<Record<string, string>>> {
  if (username === null || passwordFile === null) return {};
  const password = await secretOf('password_file', passwordFile);
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
