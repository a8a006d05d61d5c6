/**
 * The version that programs print and tell each other: package.json's. Rejected: a constant in the code, which somebody
 * forgets at the first release.
 */
import { existsSync, readFileSync } from 'node:fs';

/** "0.1.0"; the same from the sources and from dist/, which is one folder deeper. */
export function packageVersion(): string {
  const file = ['../../package.json', '../../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  return file === undefined ? 'unknown' : (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
