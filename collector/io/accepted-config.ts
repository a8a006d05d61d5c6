/**
 * The configuration file as the collector takes it: read, judged, and noted in the log, which is the only place that the fold
 * reads configurations from. Rejected: noting it with every start; a log of a collector that is often restarted would be full of
 * the same one.
 */
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { CollectorConfig } from '../core/config/config.ts';
import { textWithoutPassword, withoutPassword } from '../core/config/secret.ts';
import { type ConfigMistake, mistakeLine } from '../core/config/tree.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import type { Inbox } from './inbox.ts';
import { influxPassword } from './influx-password.ts';
import type { LogFold } from './log-fold.ts';

/** A configuration with mistakes: the message holds them all, a line each. */
export class ConfigRefusedError extends Error {
  readonly code = 'CONFIG_REFUSED';
  readonly mistakes: readonly ConfigMistake[];
  constructor(file: string, mistakes: readonly ConfigMistake[]) {
    const lines = mistakes.map((mistake) => mistakeLine(file, mistake));
    super(
      `the configuration has ${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigRefusedError';
    this.mistakes = mistakes;
  }
}

/** A configuration file that was accepted. */
export interface AcceptedFile {
  readonly text: string;
  readonly config: CollectorConfig;
  /** Null: InfluxDB asks for none, or is not written to. */
  readonly password: string | null;
}

/** @throws ConfigFileError, ConfigRefusedError, and what the file of the password throws */
export async function acceptedFile(path: string): Promise<AcceptedFile> {
  const { text, verdict }: ConfigFile = await readConfigFile(path);
  if (!verdict.ok) throw new ConfigRefusedError(path, verdict.mistakes);
  const { config } = verdict;
  return { text, config, password: config.influx === null ? null : await influxPassword(config.influx, process.env) };
}

/** Into the log with it, if it says something new: the fold reads configurations from nowhere else. */
export async function recordConfig(
  {
    inbox,
    fold,
    clock,
    logger,
  }: { readonly inbox: Inbox; readonly fold: LogFold; readonly clock: Clock; readonly logger: Logger },
  accepted: AcceptedFile,
): Promise<void> {
  const config = withoutPassword(accepted.config);
  const text = textWithoutPassword(accepted.text);
  if (JSON.stringify(config) === JSON.stringify(fold.model.config)) return;
  const version = fold.model.configVersion + 1;
  const [position] = await inbox.append([{ kind: 'config', receivedAt: clock.wall(), version, config, text }]);
  if (typeof position === 'number') await fold.folded(position);
  logger.info({ version, groups: config.groups.length, sites: config.sites.length }, 'configuration accepted');
}
