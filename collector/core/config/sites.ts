/** The `sites:` of the configuration: where agents may probe from, and what is particular about one of them. */

import type { SiteConfig } from './config.ts';
import { SITES_MAX } from './limits.ts';
import type { Located, Reader } from './reader.ts';
import { createUniqueness, type Uniqueness } from './unique.ts';
import { parseAddress, parseBoundedRate, parseName } from './values.ts';

/** Every site of the file; what is wrong has been reported. */
export function readSites(reader: Reader, at: Located): readonly SiteConfig[] {
  const items = reader.items(at, SITES_MAX);
  if (at.node.kind === 'list' && items.length === 0)
    reader.report(at.node, at.path, 'is empty; name at least one site');
  const names = createUniqueness(reader, 'site name');
  // Answers come to giaddr: with one relay address at two sites, one of them would get the other's.
  const relays = createUniqueness(reader, 'relay address');
  return items.flatMap((item) => readSite(reader, item, names, relays) ?? []);
}

function readSite(reader: Reader, at: Located, names: Uniqueness, relays: Uniqueness): SiteConfig | null {
  const section = reader.section(at, ['name', 'relay_address', 'probe_subnet', 'rate']);
  if (section === null) return null;
  const name = names.claim(section.get('name'), reader.required(section, 'name', parseName));
  const relay = section.get('relay_address');
  const relayAddress = relays.claim(relay, reader.value(relay, parseAddress));
  const probeSubnet = reader.value(section.get('probe_subnet'), parseSubnet);
  const ratePerSecond = reader.value(section.get('rate'), parseBoundedRate);
  return name === null ? null : { name, relayAddress, probeSubnet, ratePerSecond };
}

/** Link selection (RFC 3527) carries an address in the subnet, without a prefix length. */
function parseSubnet(text: string): ReturnType<typeof parseAddress> {
  const slash = text.indexOf('/');
  if (slash < 0) return parseAddress(text);
  return {
    ok: false,
    problem: `"${text}" has a prefix length; write the network address alone, ${text.slice(0, slash)}`,
  };
}
