/**
 * The collector's YAML, from its located tree to a CollectorConfig with every default filled in, or all that is wrong
 * with it at once. Pure, so that `check-config`, `serve`, SIGHUP and the tests judge a file by the same code.
 *
 * An unknown key is a mistake, never ignored: a misspelt `drop_tme` would otherwise silently measure something else.
 */
import { MAX_TARGETS } from '../../../shared/core/limits.ts';
import { type Milliseconds, milliseconds } from '../../../shared/core/units.ts';
import { targetsAtMost } from '../assignment-targets.ts';
import { readAlerts } from './alerts.ts';
import type { CollectorConfig, DetectConfig, InfluxConfig, RetentionConfig } from './config.ts';
import { readGroups } from './groups.ts';
import { readHttp } from './http.ts';
import * as limits from './limits.ts';
import { readMaintenance } from './maintenance.ts';
import { readProbe } from './probe.ts';
import { createReader, type Located, type Reader, type Section } from './reader.ts';
import { readSites } from './sites.ts';
import { type ConfigMistake, type ConfigNode, inFileOrder } from './tree.ts';
import {
  type Parsed,
  parseDuration,
  parseName,
  parseOpenUrl,
  parseSource,
  parseText,
  parseWord,
  whole,
} from './values.ts';

/** A configuration, or every mistake in the file in its order. */
export type ConfigVerdict =
  | { readonly ok: true; readonly config: CollectorConfig }
  | { readonly ok: false; readonly mistakes: readonly ConfigMistake[] };

/** See ProbeConfig; ten unanswered at 10/s is a second of silence, two answers are no accident. */
export const DETECT_DEFAULTS: DetectConfig = { fall: 10, rise: 2 };

const DAY_MS = 86_400_000;
/** Raw results for an incident's review and its aftermath; minutes for a month's comparison, hours for a year's. */
export const RETENTION_DEFAULTS: RetentionConfig = {
  rawMs: milliseconds(14 * DAY_MS),
  minuteMs: milliseconds(30 * DAY_MS),
  hourMs: milliseconds(400 * DAY_MS),
};

/** Judges a whole file. */
export function readCollectorConfig(root: ConfigNode): ConfigVerdict {
  const reader = createReader();
  const top = reader.section({ node: root, path: '' }, [
    'groups',
    'sites',
    'probe',
    'detect',
    'influx',
    'retention',
    'alerts',
    'allow_servers',
    'maintenance',
    'http',
  ]);
  if (top === null) return { ok: false, mistakes: reader.mistakes };
  const groups = top.get('groups');
  const sites = top.get('sites');
  if (groups === null) reader.report(top, '', '"groups" is missing: which servers are to be probed?');
  if (sites === null)
    reader.report(top, '', '"sites" is missing: which sites may probe? A list such as [{ name: corsham }]');
  const read = groups === null ? [] : readGroups(reader, groups);
  const allowed = top.get('allow_servers');
  const readIn = sites === null ? [] : readSites(reader, sites, read);
  const config: CollectorConfig = {
    groups: read,
    sites: readIn,
    probe: readProbe(reader, top.get('probe')),
    detect: readDetect(reader, top.get('detect')),
    influx: readInflux(reader, top.get('influx')),
    retention: readRetention(reader, top.get('retention')),
    alerts: readAlerts(reader, top.get('alerts')),
    allowServers:
      allowed === null
        ? []
        : reader.items(allowed, limits.ALLOWED_MAX).flatMap((at) => reader.value(at, parseSource) ?? []),
    maintenance: readMaintenance(reader, top.get('maintenance'), { groups: read, sites: readIn }),
    http: readHttp(reader, top.get('http')),
  };
  const targets = reader.mistakes.length === 0 ? targetsAtMost(config) : 0;
  if (groups !== null && targets > MAX_TARGETS)
    reader.report(
      groups.node,
      groups.path,
      `an agent would have ${targets} targets (servers, by buckets and kinds, and their sweeps); at most ${MAX_TARGETS} fit`,
    );
  return reader.mistakes.length === 0 ? { ok: true, config } : { ok: false, mistakes: inFileOrder(reader.mistakes) };
}

function readDetect(reader: Reader, at: Located | null): DetectConfig {
  const section = at === null ? null : reader.section(at, ['fall', 'rise']);
  if (section === null) return DETECT_DEFAULTS;
  return {
    fall: reader.value(section.get('fall'), whole(limits.FALL_MIN, limits.FALL_MAX)) ?? DETECT_DEFAULTS.fall,
    rise: reader.value(section.get('rise'), whole(limits.RISE_MIN, limits.RISE_MAX)) ?? DETECT_DEFAULTS.rise,
  };
}

function readInflux(reader: Reader, at: Located | null): InfluxConfig | null {
  const keys = ['url', 'database', 'username', 'password', 'password_file', 'exchanges'];
  const section: Section | null = at === null ? null : reader.section(at, keys);
  if (section === null) return null;
  const url = reader.required(section, 'url', parseOpenUrl('"username" and "password_file" beside it'));
  const database = reader.required(section, 'database', parseName);
  const username = reader.value(section.get('username'), parseText);
  const password = reader.value(section.get('password'), parseText);
  const passwordFile = reader.value(section.get('password_file'), parseText);
  const exchanges = reader.value(section.get('exchanges'), (text) => parseWord(text, ['true', 'false'])) === 'true';
  if (password !== null && passwordFile !== null)
    reader.report(section, section.path, '"password" and "password_file" are both given; one is enough');
  if (section.get('username') === null && (password !== null || passwordFile !== null))
    reader.report(section, section.path, '"username" is missing: whose password is it?');
  return url === null || database === null ? null : { url, database, username, password, passwordFile, exchanges };
}

function readRetention(reader: Reader, at: Located | null): RetentionConfig {
  const section = at === null ? null : reader.section(at, ['raw', 'minute', 'hour']);
  if (section === null) return RETENTION_DEFAULTS;
  const { rawMs, minuteMs, hourMs } = RETENTION_DEFAULTS;
  const kept = (key: string, byDefault: Milliseconds): Milliseconds =>
    milliseconds(reader.value(section.get(key), parseRetention) ?? byDefault);
  return { rawMs: kept('raw', rawMs), minuteMs: kept('minute', minuteMs), hourMs: kept('hour', hourMs) };
}

function parseRetention(text: string): Parsed<number> {
  const time = parseDuration(text);
  if (!time.ok || (time.value >= limits.RETENTION_MIN_MS && time.value <= limits.RETENTION_MAX_MS)) return time;
  return { ok: false, problem: `${text} is out of bounds; expected 1h to 3650d` };
}
