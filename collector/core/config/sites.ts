/** The `sites:` of the configuration: where agents may probe from, and what is particular about one of them. */

import { milliseconds } from '../../../shared/core/units.ts';
import type { ClientConfig, ExpectConfig, GroupConfig, SiteConfig } from './config.ts';
import { CLIENT_RATE_MAX_PER_SECOND, EXPECTED_MAX, SITES_MAX, SUBNETS_MAX } from './limits.ts';
import type { Located, Reader } from './reader.ts';
import { createUniqueness, type Uniqueness } from './unique.ts';
import {
  type Parsed,
  parseAddress,
  parseBoundedRate,
  parseDuration,
  parseInterface,
  parseName,
  parseNetwork,
  parsePrefix,
  parseText,
  parseWord,
} from './values.ts';

/** Every site of the file; what is wrong has been reported. */
export function readSites(reader: Reader, at: Located, groups: readonly GroupConfig[]): readonly SiteConfig[] {
  const items = reader.items(at, SITES_MAX);
  if (at.node.kind === 'list' && items.length === 0)
    reader.report(at.node, at.path, 'is empty; name at least one site');
  const names = createUniqueness(reader, 'site name');
  // Answers come to giaddr: with one relay address at two sites, one of them would get the other's.
  const relays = createUniqueness(reader, 'relay address');
  return items.flatMap((item) => readSite(reader, item, { names, relays, groups }) ?? []);
}

interface Around {
  readonly names: Uniqueness;
  readonly relays: Uniqueness;
  readonly groups: readonly GroupConfig[];
}

const KEYS = ['name', 'relay_address', 'probe_subnet', 'rate', 'group', 'subnets', 'client', 'expect'];

function readSite(reader: Reader, at: Located, { names, relays, groups }: Around): SiteConfig | null {
  const section = reader.section(at, KEYS);
  if (section === null) return null;
  const name = names.claim(section.get('name'), reader.required(section, 'name', parseName));
  const relay = section.get('relay_address');
  const relayAddress = relays.claim(relay, reader.value(relay, parseAddress));
  const probeSubnet = reader.value(section.get('probe_subnet'), parseNetwork);
  const ratePerSecond = reader.value(section.get('rate'), parseBoundedRate);
  const swept = createUniqueness(reader, 'subnet');
  const subnets = section.get('subnets');
  const claimed = subnets === null ? [] : reader.items(subnets, SUBNETS_MAX);
  const sweeps = claimed.flatMap((item) => swept.claim(item, reader.value(item, parsePrefix)) ?? []);
  const group = reader.value(section.get('group'), (text) =>
    parseWord(
      text,
      groups.map((one) => one.name),
    ),
  );
  const client = readClient(
    reader,
    section.get('client'),
    group === null ? groups : groups.filter((one) => one.name === group),
  );
  const expect = readExpect(reader, section.get('expect'));
  return name === null
    ? null
    : { name, relayAddress, probeSubnet, ratePerSecond, group, subnets: sweeps, client, expect };
}

/** Null where the key is absent. */
function list<Value>(
  reader: Reader,
  at: Located | null,
  limit: number,
  parse: (text: string) => Parsed<Value>,
): readonly Value[] | null {
  return at === null ? null : reader.items(at, limit).flatMap((item) => reader.value(item, parse) ?? []);
}

/** Once in ten seconds: a client's way is worth a few broadcasts a minute, and nobody notices them. */
const CLIENT_RATE_PER_SECOND = 0.1;

function readClient(reader: Reader, at: Located | null, groups: readonly GroupConfig[]): ClientConfig | null {
  const section = at === null ? null : reader.section(at, ['interface', 'group', 'rate']);
  if (section === null) return null;
  const on = reader.required(section, 'interface', parseInterface);
  const names = groups.map(({ name }) => name);
  const only = names.length === 1 ? (names[0] ?? null) : null;
  const asked = section.get('group');
  const group = asked === null ? only : reader.value(asked, (text) => parseWord(text, names));
  if (asked === null && only === null && names.length > 1)
    reader.report(section, section.path, `"group" is missing: which of ${names.join(', ')} ought to answer there?`);
  const ratePerSecond = reader.value(section.get('rate'), parseClientRate) ?? CLIENT_RATE_PER_SECOND;
  return on === null || group === null ? null : { interface: on, group, ratePerSecond };
}

function parseClientRate(text: string): Parsed<number> {
  const rate = parseBoundedRate(text);
  if (!rate.ok || rate.value <= CLIENT_RATE_MAX_PER_SECOND) return rate;
  return { ok: false, problem: `${text} is more than a segment should hear (${CLIENT_RATE_MAX_PER_SECOND}/s at most)` };
}

function readExpect(reader: Reader, at: Located | null): ExpectConfig | null {
  const keys = ['subnet', 'lease_time', 'routers', 'name_servers', 'domain', 'next_server'];
  const section = at === null ? null : reader.section(at, keys);
  if (section === null) return null;
  const lease = reader.value(section.get('lease_time'), parseDuration);
  return {
    subnet: reader.value(section.get('subnet'), parsePrefix),
    leaseMs: lease === null ? null : milliseconds(lease),
    routers: list(reader, section.get('routers'), EXPECTED_MAX, parseAddress),
    nameServers: list(reader, section.get('name_servers'), EXPECTED_MAX, parseAddress),
    domain: reader.value(section.get('domain'), parseText),
    nextServer: reader.value(section.get('next_server'), parseAddress),
  };
}
