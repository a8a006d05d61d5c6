/**
 * Whom a certificate speaks for, as its one URI name: an agent with its site, or a person with a role.
 *   urn:dorawatch:agent:SITE:AGENT        urn:dorawatch:person:ROLE:NAME
 * Rejected: the subject's common name and organisation; every tool orders and escapes them in its own way.
 */
import { PERSON_ROLES, type PersonRole } from './roles.ts';

export interface AgentIdentity {
  readonly kind: 'agent';
  readonly site: string;
  readonly name: string;
}

export interface PersonIdentity {
  readonly kind: 'person';
  readonly role: PersonRole;
  readonly name: string;
}

export type Identity = AgentIdentity | PersonIdentity;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Whether it may be the name of an agent, a site or a person: letters, digits, ".", "_" and "-", 63 at most. */
export const isIdentityName = (name: string): boolean => NAME.test(name);

export const identityUri = (identity: Identity): string =>
  identity.kind === 'agent'
    ? `urn:dorawatch:agent:${identity.site}:${identity.name}`
    : `urn:dorawatch:person:${identity.role}:${identity.name}`;

/** @returns null: it is none of ours */
export function readIdentityUri(uri: string): Identity | null {
  const [urn, space, kind, place = '', name = '', ...rest] = uri.split(':');
  if (urn !== 'urn' || space !== 'dorawatch' || rest.length > 0 || !isIdentityName(name)) return null;
  if (kind === 'agent') return isIdentityName(place) ? { kind, site: place, name } : null;
  const role = PERSON_ROLES.find((one) => one === place);
  return kind === 'person' && role !== undefined ? { kind, role, name } : null;
}

/** Agents and people may have the same name: what tells them apart in books and journals, "agent:corsham-1" or "anna". */
export const memberKey = ({ kind, name }: Pick<Identity, 'kind' | 'name'>): string =>
  kind === 'agent' ? `agent:${name}` : name;
