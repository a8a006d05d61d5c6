/**
 * Logins of this user, one file for each collector: whom to believe, a private key that never leaves the host, and the certificate for it.
 * Under XDG_CONFIG_HOME (~/.config) in dorawatch/logins, 0600, each replaced whole so that key and certificate always fit together.
 * Rejected: one file for all of them; two commands that renew at once would lose one's.
 */
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { errorText } from '../../shared/core/error-text.ts';
import { readHostPort } from '../../shared/core/host-port.ts';
import { type UnixMicros, unixMicros } from '../../shared/core/units.ts';
import { makeDirectory } from '../../shared/io/directory.ts';
import type { LineOptions } from '../../shared/io/line.ts';
import { OpsError } from './ops-error.ts';

export interface Login {
  readonly version: 1;
  /** HOST:PORT */
  readonly collector: string;
  readonly name: string;
  /** All PEM. */
  readonly key: string;
  readonly chain: readonly string[];
  readonly roots: readonly string[];
}

/** What the certificate says. */
export interface LoginTerm {
  readonly from: UnixMicros;
  readonly until: UnixMicros;
  /** "viewer", "operator", "admin"; empty: it does not say. */
  readonly role: string;
}

export class Logins {
  readonly #folder: string;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const given = environment['XDG_CONFIG_HOME'] ?? '';
    // A relative path is to be ignored (XDG Base Directory Specification).
    const config = given.startsWith('/') ? given : `${environment['HOME'] ?? homedir()}/.config`;
    this.#folder = `${config}/dorawatch/logins`;
  }

  #path(collector: string): string {
    return `${this.#folder}/${collector.replace(/[^A-Za-z0-9.:_-]/g, '_')}.json`;
  }

  /** @returns null: none is stored for this collector @throws OpsError when it cannot be read */
  async of(collector: string): Promise<Login | null> {
    const path = this.#path(collector);
    const text = await textOf(path);
    if (text === null) return null;
    const login = read(text);
    if (login !== null) return login;
    throw new OpsError(`${path} is damaged; log in again: dorawatch login --collector ${collector} --token TOKEN`, 1);
  }

  /** The collectors that there are logins for. */
  async collectors(): Promise<readonly string[]> {
    const names = await listed(this.#folder);
    const all = await Promise.all(names.map((name) => textOf(`${this.#folder}/${name}`)));
    return all.flatMap((text) => (text === null ? [] : (read(text)?.collector ?? []))).sort();
  }

  async keep(login: Login): Promise<void> {
    const path = this.#path(login.collector);
    try {
      await makeDirectory(this.#folder, 0o700);
      await writeFile(`${path}.${process.pid}`, `${JSON.stringify(login)}\n`, { mode: 0o600, flush: true });
      await rename(`${path}.${process.pid}`, path);
    } catch (error) {
      throw new OpsError(`the login cannot be stored in ${path}: ${errorText(error)}`, 1, error);
    }
  }

  async forget(collector: string): Promise<void> {
    await rm(this.#path(collector), { force: true });
  }
}

async function listed(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw new OpsError(`${folder} cannot be read: ${errorText(error)}`, 1, error);
  }
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return null;
    throw new OpsError(`${path} cannot be read: ${errorText(error)}`, 1, error);
  }
}

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

function read(text: string): Login | null {
  try {
    const value: unknown = JSON.parse(text);
    return isLogin(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

function isLogin(value: unknown): value is Login {
  if (typeof value !== 'object' || value === null) return false;
  const { version, collector, name, key, chain, roots } = value as Partial<Record<keyof Login, unknown>>;
  return (
    version === 1 && [collector, name, key].every((one) => typeof one === 'string') && isTexts(chain) && isTexts(roots)
  );
}

/** @throws OpsError when the certificate cannot be read */
export function termOf({ collector, chain }: Login): LoginTerm {
  try {
    const { validFrom, validTo, subjectAltName = '' } = new X509Certificate(chain[0] ?? '');
    const [, role = ''] = /URI:urn:dorawatch:person:([a-z]+):/.exec(subjectAltName) ?? [];
    return { from: unixMicros(Date.parse(validFrom) * 1000), until: unixMicros(Date.parse(validTo) * 1000), role };
  } catch (error) {
    throw new OpsError(`the login at ${collector} is damaged; log in again: dorawatch login`, 1, error);
  }
}

/** The way to a collector. @param login null: plain text, as nobody @throws OpsError when the address is none */
export function lineTo(collector: string, login: Login | null): LineOptions {
  const place = readHostPort(collector);
  if (place === undefined) throw new OpsError(`"${collector}" is no HOST:PORT`, 2);
  const trust = login === null ? null : { roots: login.roots, own: { key: login.key, chain: login.chain } };
  return { collector: place, proxy: null, trust };
}
