/**
 * The configuration as it may lie in the log: without InfluxDB's password. The log is copied to other machines and folded
 * there, and no verdict ever needed it.
 */
import type { CollectorConfig } from './config.ts';

/** A password's value in YAML: quoted, or up to the end of the line, of the value, or of the map it stands in. */
const PASSWORD = /(\bpassword\s*:\s*)(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}#][^,}\n]*)/g;
const HIDDEN = '(not kept)';

/** The same configuration with a stand-in for the password. */
export function withoutPassword(config: CollectorConfig): CollectorConfig {
  if (config.influx === null || config.influx.password === null) return config;
  return { ...config, influx: { ...config.influx, password: HIDDEN } };
}

/** The YAML's text with a stand-in for the password. */
export function textWithoutPassword(text: string): string {
  return text.replaceAll(PASSWORD, `$1"${HIDDEN}"`);
}
