/**
 * The `groups:` of the configuration: which servers belong together, how they share the work, and the rules between
 * them (roles against mode, names and addresses that stand for one thing only).
 */
import { type GroupConfig, MODES, type Mode, ROLES, type Role, type ServerConfig } from './config.ts';
import { readKea } from './kea.ts';
import { GROUPS_MAX, SERVERS_MAX, SOURCES_MAX } from './limits.ts';
import type { Located, Reader } from './reader.ts';
import { createUniqueness, type Uniqueness } from './unique.ts';
import { oneOf, type Parsed, parseAddress, parseName, parseNetwork, parseSource, parseWord } from './values.ts';

/** Every group of the file; what is wrong has been reported. */
export function readGroups(reader: Reader, at: Located): readonly GroupConfig[] {
  const items = reader.items(at, GROUPS_MAX);
  if (at.node.kind === 'list' && items.length === 0)
    reader.report(at.node, at.path, 'is empty; name at least one group');
  const names = createUniqueness(reader, 'group name');
  return items.flatMap((item) => readGroup(reader, item, names) ?? []);
}

function readGroup(reader: Reader, at: Located, names: Uniqueness): GroupConfig | null {
  const section = reader.section(at, ['name', 'mode', 'servers', 'probe_subnet']);
  if (section === null) return null;
  const name = names.claim(section.get('name'), reader.required(section, 'name', parseName));
  const mode = reader.required(section, 'mode', (text) => parseWord(text, MODES));
  const probeSubnet = reader.value(section.get('probe_subnet'), parseNetwork);
  const servers = section.get('servers');
  if (servers === null) {
    reader.report(section, section.path, '"servers" is missing');
    return null;
  }
  const items = reader.items(servers, SERVERS_MAX);
  const serverNames = createUniqueness(reader, 'server name');
  // Within the group: several groups may share servers, as the relationships of a hub do.
  const addresses = createUniqueness(reader, 'server address');
  const read = items.flatMap((item) => readServer(reader, item, mode, serverNames, addresses) ?? []);
  // Roles are judged only when every server could be read: one bad line should give one mistake.
  if (mode !== null && read.length === items.length) judgeRoles(reader, servers, mode, read);
  return name === null || mode === null ? null : { name, mode, servers: read, probeSubnet };
}

function readServer(
  reader: Reader,
  at: Located,
  mode: Mode | null,
  names: Uniqueness,
  addresses: Uniqueness,
): ServerConfig | null {
  const section = reader.section(at, ['name', 'address', 'role', 'sources', 'kea']);
  if (section === null) return null;
  const name = names.claim(section.get('name'), reader.required(section, 'name', parseName));
  const address = addresses.claim(section.get('address'), reader.required(section, 'address', parseAddress));
  const roleAt = section.get('role');
  const role: Role | null =
    roleAt !== null
      ? reader.value(roleAt, parseRole(mode))
      : mode === null || mode === 'independent'
        ? 'server'
        : reader.required(section, 'role', parseRole(mode));
  const sourcesAt = section.get('sources');
  const sources = sourcesAt === null ? [] : reader.items(sourcesAt, SOURCES_MAX);
  const addressesFrom = sources.flatMap((source) => reader.value(source, parseSource) ?? []);
  const kea = readKea(reader, section.get('kea'));
  if (name === null || address === null || role === null) return null;
  return { name, address, role, sources: addressesFrom, kea };
}

/** The roles that a mode has, with how many of each it takes. */
const MODE_ROLES: Readonly<Record<Mode, Partial<Record<Role, 'one' | 'some' | 'any'>>>> = {
  'hot-standby': { primary: 'one', standby: 'one', backup: 'any' },
  'load-balancing': { primary: 'one', secondary: 'one', backup: 'any' },
  'passive-backup': { primary: 'one', backup: 'some' },
  independent: { server: 'some' },
};

const rolesOf = (mode: Mode): readonly Role[] => ROLES.filter((role) => MODE_ROLES[mode][role] !== undefined);

function parseRole(mode: Mode | null): (text: string) => Parsed<Role> {
  const fitting = mode === null ? ROLES : rolesOf(mode);
  return (text) => {
    const parsed = parseWord(text, ROLES);
    if (!parsed.ok || fitting.includes(parsed.value)) return parsed;
    return { ok: false, problem: `role ${text} does not fit mode ${mode}; expected ${oneOf(fitting)}` };
  };
}

function judgeRoles(reader: Reader, at: Located, mode: Mode, servers: readonly ServerConfig[]): void {
  if (servers.length === 0) reader.report(at.node, at.path, 'is empty; name at least one server');
  if (mode === 'independent' || servers.length === 0) return;
  for (const role of rolesOf(mode)) {
    const count = servers.filter((server) => server.role === role).length;
    const takes = MODE_ROLES[mode][role];
    if (takes === 'one' && count !== 1)
      reader.report(at.node, at.path, `${mode} takes exactly one ${role}, found ${count}`);
    if (takes === 'some' && count === 0) reader.report(at.node, at.path, `${mode} takes at least one ${role}`);
  }
}
