/**
 * Where InfluxDB's password comes from: a file of its own, the environment, or the configuration, in this order. A configuration is
 * read by more people than a password should be, and lies in the log word for word.
 */
import { readFile } from 'node:fs/promises';
import type { InfluxConfig } from '../core/config/config.ts';
import { ConfigFileError } from './config-file.ts';

/** The environment variable; a systemd unit sets it from a credential or an EnvironmentFile. */
export const PASSWORD_VARIABLE = 'DORAWATCH_INFLUX_PASSWORD';

/** @returns null: none is given @throws ConfigFileError when the file cannot be read */
export async function influxPassword(
  { password, passwordFile }: Pick<InfluxConfig, 'password' | 'passwordFile'>,
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  if (passwordFile === null) return environment[PASSWORD_VARIABLE] ?? password;
  try {
    // Editors end a file with a line break; no password does.
    return (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
    throw new ConfigFileError(`influx.password_file: ${passwordFile} cannot be read (${code})`, code, error);
  }
}
