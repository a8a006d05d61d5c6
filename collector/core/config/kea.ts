/**
 * The `kea:` of a server: where its own word (status-get) is to be had, and with what credentials. A password stands in a file
 * of its own: the YAML is kept in the log with every change of it. Rejected: a password in the YAML, as for InfluxDB; that one
 * opens a database, this one stops a DHCP server.
 */
import { milliseconds } from '../../../shared/core/units.ts';
import type { KeaConfig } from './config.ts';
import { KEA_INTERVAL_MAX_MS, KEA_INTERVAL_MIN_MS } from './limits.ts';
import type { Located, Reader } from './reader.ts';
import { type Parsed, parseDuration, parseOpenUrl, parseText } from './values.ts';

/** Often enough to tell of a maintenance before its effects, and nothing beside what HA's own heartbeats ask. */
const INTERVAL_MS = milliseconds(10_000);

const BESIDE = '"username" and "password_file" beside it';

/** Null where nothing is asked, or what is asked is wrong (and reported). */
export function readKea(reader: Reader, at: Located | null): KeaConfig | null {
  const keys = ['url', 'username', 'password_file', 'ca_file', 'cert_file', 'key_file', 'interval'];
  const section = at === null ? null : reader.section(at, keys);
  if (section === null) return null;
  const url = reader.required(section, 'url', parseOpenUrl(BESIDE));
  const username = reader.value(section.get('username'), parseText);
  const passwordFile = reader.value(section.get('password_file'), parseText);
  const certFile = reader.value(section.get('cert_file'), parseText);
  const keyFile = reader.value(section.get('key_file'), parseText);
  if ((username === null) !== (passwordFile === null))
    reader.report(section, section.path, '"username" and "password_file" go together; one of them is missing');
  if ((certFile === null) !== (keyFile === null))
    reader.report(section, section.path, '"cert_file" and "key_file" go together; one of them is missing');
  const plain = url?.startsWith('http:') === true;
  for (const key of ['ca_file', 'cert_file'])
    if (plain && section.get(key) !== null)
      reader.report(section, section.path, `"${key}" is for https, and "url" is http`);
  if (url === null) return null;
  return {
    url,
    username,
    passwordFile,
    caFile: reader.value(section.get('ca_file'), parseText),
    certFile,
    keyFile,
    intervalMs: milliseconds(reader.value(section.get('interval'), parseInterval) ?? INTERVAL_MS),
  };
}

function parseInterval(text: string): Parsed<number> {
  const time = parseDuration(text);
  if (!time.ok || (time.value >= KEA_INTERVAL_MIN_MS && time.value <= KEA_INTERVAL_MAX_MS)) return time;
  return { ok: false, problem: `${text} is out of bounds; expected 1s to 1h` };
}
