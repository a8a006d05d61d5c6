/**
 * The `probe:` of the configuration: how much is asked of a server, and what the asking looks like to it. Apart from the rest
 * since it grew the most, and since every key of it is a promise about load.
 */
import { ANONYMOUS, type Identify, SELECTIONS } from '../../../shared/core/assignment.ts';
import { EXCHANGE_KINDS } from '../../../shared/core/outcome.ts';
import { milliseconds } from '../../../shared/core/units.ts';
import type { ProbeConfig, SweepConfig } from './config.ts';
import * as limits from './limits.ts';
import type { Located, Reader, Section } from './reader.ts';
import {
  type Parsed,
  parseBoundedRate,
  parseDuration,
  parseFlag,
  parseMacPrefix,
  parseShare,
  parseText,
  parseWord,
  whole,
} from './values.ts';

/** What stands for a section that is not in the file. */
export const PROBE_DEFAULTS: ProbeConfig = {
  kind: 'dora',
  ratePerSecond: 10,
  dropTimeMs: milliseconds(3000),
  clients: null,
  release: 'always',
  doraRatePerSecond: null,
  sweep: { share: 0.1, kind: 'do', selection: 'link-selection' },
  relayPort: false,
  identify: ANONYMOUS,
  freeAddresses: null,
};

const KEYS = [
  'rate',
  'drop_time',
  'clients',
  'release',
  'kind',
  'dora_rate',
  'sweep',
  'relay_port',
  'identify',
  'free_addresses',
];

/** The section, or its defaults; what is wrong has been reported. */
export function readProbe(reader: Reader, at: Located | null): ProbeConfig {
  const section = at === null ? null : reader.section(at, KEYS);
  if (section === null) return PROBE_DEFAULTS;
  const { kind, ratePerSecond, dropTimeMs } = PROBE_DEFAULTS;
  const read: ProbeConfig = {
    kind: reader.value(section.get('kind'), (text) => parseWord(text, EXCHANGE_KINDS)) ?? kind,
    ratePerSecond: reader.value(section.get('rate'), parseBoundedRate) ?? ratePerSecond,
    dropTimeMs: milliseconds(reader.value(section.get('drop_time'), parseDropTime) ?? dropTimeMs),
    clients: reader.value(section.get('clients'), whole(1, limits.CLIENTS_MAX)),
    release: reader.value(section.get('release'), (text) => parseWord(text, ['always', 'never'])) ?? 'always',
    doraRatePerSecond: reader.value(section.get('dora_rate'), parseBoundedRate),
    sweep: readSweep(reader, section.get('sweep')),
    relayPort: reader.value(section.get('relay_port'), parseFlag) ?? false,
    identify: readIdentify(reader, section.get('identify')),
    freeAddresses: reader.value(section.get('free_addresses'), whole(1, limits.FREE_ADDRESSES_MAX)),
  };
  judgeDora(reader, section, read);
  return read;
}

function judgeDora(reader: Reader, section: Section, { kind, doraRatePerSecond, ratePerSecond }: ProbeConfig): void {
  const at = section.get('dora_rate');
  if (at === null || doraRatePerSecond === null) return;
  if (kind === 'dora')
    reader.report(at.node, at.path, 'goes with "kind: do"; with "kind: dora" every exchange is a whole one');
  else if (doraRatePerSecond > ratePerSecond)
    reader.report(at.node, at.path, 'is more than "rate", which it is a part of');
}

function readSweep(reader: Reader, at: Located | null): SweepConfig {
  const { share, kind, selection } = PROBE_DEFAULTS.sweep;
  const section = at === null ? null : reader.section(at, ['share', 'kind', 'selection']);
  if (section === null) return PROBE_DEFAULTS.sweep;
  return {
    share: reader.value(section.get('share'), parseSweepShare) ?? share,
    kind: reader.value(section.get('kind'), (text) => parseWord(text, EXCHANGE_KINDS)) ?? kind,
    selection: reader.value(section.get('selection'), (text) => parseWord(text, SELECTIONS)) ?? selection,
  };
}

function readIdentify(reader: Reader, at: Located | null): Identify {
  const keys = ['mac_prefix', 'vendor_class', 'user_class', 'circuit_id', 'remote_id'];
  const section = at === null ? null : reader.section(at, keys);
  if (section === null) return ANONYMOUS;
  const text = (key: string): string | null => reader.value(section.get(key), parseTag);
  return {
    macPrefix: reader.value(section.get('mac_prefix'), parseMacPrefix),
    vendorClass: text('vendor_class'),
    userClass: text('user_class'),
    circuitId: text('circuit_id'),
    remoteId: text('remote_id'),
  };
}

function parseTag(text: string): Parsed<string> {
  if (text.length > limits.IDENTIFY_MAX_LENGTH)
    return { ok: false, problem: `is longer than ${limits.IDENTIFY_MAX_LENGTH} characters` };
  return /^[ -~]*$/.test(text) ? parseText(text) : { ok: false, problem: 'takes printable ASCII only' };
}

function parseSweepShare(text: string): Parsed<number> {
  const share = parseShare(text);
  if (!share.ok || (share.value > 0 && share.value <= limits.SWEEP_SHARE_MAX)) return share;
  return { ok: false, problem: `${text} is out of bounds; expected more than 0% and at most 50%` };
}

function parseDropTime(text: string): Parsed<number> {
  const time = parseDuration(text);
  if (!time.ok || (time.value >= limits.DROP_TIME_MIN_MS && time.value <= limits.DROP_TIME_MAX_MS)) return time;
  return { ok: false, problem: `${text} is out of bounds; expected ${limits.DROP_TIME_MIN_MS}ms to 60s` };
}
