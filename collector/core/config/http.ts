/**
 * The `http:` section: a reverse proxy whose word is taken for who asks. Which header, from which addresses, and what each person may
 * do; who is not named has `default_role`, or is not let in. Rejected: an address range; who may say "I am an admin" is one machine.
 */
import { PERSON_ROLES, type PersonRole } from '../access/roles.ts';
import { HTTP_DEFAULTS, type HttpConfig, type TrustedProxyConfig } from './config.ts';
import * as limits from './limits.ts';
import type { Located, Reader, Section } from './reader.ts';
import { type Parsed, parseWord } from './values.ts';

/** What is wrong has been reported. */
export function readHttp(reader: Reader, at: Located | null): HttpConfig {
  const section = at === null ? null : reader.section(at, ['trusted_proxy']);
  const proxy = section?.get('trusted_proxy') ?? null;
  return proxy === null ? HTTP_DEFAULTS : { trustedProxy: readProxy(reader, proxy) };
}

const KEYS = ['addresses', 'user_header', 'role_header', 'roles', 'default_role'];

function readProxy(reader: Reader, at: Located): TrustedProxyConfig | null {
  const section = reader.section(at, KEYS);
  if (section === null) return null;
  const addresses = readAddresses(reader, section);
  const userHeader = reader.required(section, 'user_header', parseHeader);
  const roleHeader = reader.value(section.get('role_header'), parseHeader);
  const roles = readRoles(reader, section.get('roles'));
  const defaultRole = reader.value(section.get('default_role'), parseRole);
  if (section.get('role_header') !== null && section.get('roles') !== null)
    reader.report(section, section.path, '"role_header" and "roles" both say what a person may do; give one');
  if (['role_header', 'roles', 'default_role'].every((key) => section.get(key) === null))
    reader.report(section, section.path, 'nobody would have a role; give "role_header", "roles" or "default_role"');
  if (userHeader !== null && userHeader.toLowerCase() === roleHeader?.toLowerCase())
    reader.report(section, section.path, '"user_header" and "role_header" are the same header');
  return userHeader === null ? null : { addresses, userHeader, roleHeader, roles, defaultRole };
}

function readAddresses(reader: Reader, section: Section): readonly string[] {
  const at = section.get('addresses');
  if (at === null) {
    reader.report(
      section,
      section.path,
      '"addresses" is missing: whose word is to be taken? A list such as [127.0.0.1]',
    );
    return [];
  }
  const items = reader.items(at, limits.PROXY_ADDRESSES_MAX);
  if (at.node.kind === 'list' && items.length === 0)
    reader.report(at.node, at.path, 'is empty: whose word is to be taken? A list such as [127.0.0.1]');
  return items.flatMap((item) => reader.value(item, parsePeer) ?? []);
}

function readRoles(reader: Reader, at: Located | null): Readonly<Record<string, PersonRole>> {
  if (at === null) return {};
  if (at.node.kind !== 'map') {
    reader.report(at.node, at.path, 'expected names and their roles, { anna: admin } say');
    return {};
  }
  const { entries } = at.node;
  if (entries.length > limits.PROXY_PEOPLE_MAX)
    reader.report(at.node, at.path, `has ${entries.length} names; at most ${limits.PROXY_PEOPLE_MAX} are allowed`);
  return Object.fromEntries(
    entries.slice(0, limits.PROXY_PEOPLE_MAX).flatMap(({ key, node }): readonly [string, PersonRole][] => {
      const role = reader.value({ node, path: `${at.path}.${key}` }, parseRole);
      return role === null ? [] : [[key, role]];
    }),
  );
}

const parseRole = (text: string): Parsed<PersonRole> => parseWord(text, PERSON_ROLES);

/** The name of a header field (RFC 9110, 5.1), other than those that browsers and HTTP itself set. */
function parseHeader(text: string): Parsed<string> {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(text))
    return { ok: false, problem: `"${text}" is not the name of a header; expected something like X-Remote-User` };
  if (OWN_HEADERS.includes(text.toLowerCase()))
    return {
      ok: false,
      problem: `${text} is set by whoever asks; expected one that only the proxy sets, X-Remote-User say`,
    };
  return { ok: true, value: text };
}

const OWN_HEADERS: readonly string[] = ['authorization', 'cookie', 'host', 'origin', 'referer', 'user-agent'];

/** An address as a connection has it: IPv4, or IPv6 in its shortest spelling. */
function parsePeer(text: string): Parsed<string> {
  const four = /^(\d{1,3})(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
  const six = /^[0-9a-f:]{2,39}$/.test(text) && text.includes(':');
  if (four || six) return { ok: true, value: text };
  return {
    ok: false,
    problem: `"${text}" is not an address; expected something like 127.0.0.1 or ::1, no name, no prefix`,
  };
}
