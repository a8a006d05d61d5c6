/**
 * Where InfluxDB's password comes from: a file of its own, the environment, or the configuration, in this order. A configuration is
 * read by more people than a password should be, and lies in the log word for word.
 */
import type { InfluxConfig } from '../core/config/config.ts';
import { ConfigFileError } from './config-file.ts';
import { SecretFileError, secretOf } from './secret-file.ts';

/** The environment variable; a systemd unit sets it from a credential or an EnvironmentFile. */
export const PASSWORD_VARIABLE = 'DORAWATCH_INFLUX_PASSWORD';

/** @returns null: none is given @throws ConfigFileError when the file cannot be read */
export async function influxPassword(
  { password, passwordFile }: Pick<InfluxConfig, 'password' | 'passwordFile'>,
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  if (passwordFile === null) return environment[PASSWORD_VARIABLE] ?? password;
  try {
    return await secretOf('influx.password_file', passwordFile);
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error;
    throw new ConfigFileError(error.message, error.code, error);
  }
}
