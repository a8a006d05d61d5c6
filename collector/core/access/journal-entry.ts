/**
 * A line of the access journal: who did what, from where, and when. What is known of tokens, agents and people is a fold over these
 * lines (access-book.ts), and `dorawatch audit` shows them. No secret stands here, only the SHA-256 of one.
 * Rejected: entries of the log of results; it goes after its retention, and this list must not.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { DEED_ACTS, type Deed, type DeedAct } from './deed.ts';
import type { PersonRole } from './roles.ts';

/** For whom a token is. */
export type Invited =
  | { readonly kind: 'agent'; readonly site: string; readonly approval: boolean }
  | { readonly kind: 'person'; readonly name: string; readonly role: PersonRole };

/** A certificate that was given. `serial` in hexadecimal; `key` the SHA-256 of its public key (SPKI), hexadecimal. */
export interface Given {
  readonly serial: string;
  readonly key: string;
  readonly until: UnixMicros;
}

export type Act =
  | {
      readonly act: 'token-created';
      readonly token: string;
      /** SHA-256 of the secret, hexadecimal. */
      readonly hash: string;
      readonly invited: Invited;
      readonly uses: number;
      readonly until: UnixMicros;
    }
  | { readonly act: 'token-withdrawn'; readonly token: string }
  | ({ readonly act: 'agent-joined'; readonly agent: string; readonly site: string; readonly token: string } & Given)
  | ({ readonly act: 'agent-renewed'; readonly agent: string; readonly site: string } & Given)
  | ({ readonly act: 'person-joined'; readonly name: string; readonly as: PersonRole; readonly token: string } & Given)
  | ({ readonly act: 'person-renewed'; readonly name: string; readonly as: PersonRole } & Given)
  | {
      readonly act: 'agent-pending';
      readonly agent: string;
      readonly site: string;
      readonly token: string;
      readonly key: string;
      readonly host: string;
      readonly version: string;
    }
  | { readonly act: 'agent-approved'; readonly agent: string }
  | { readonly act: 'agent-rejected'; readonly agent: string }
  | { readonly act: 'agent-revoked'; readonly agent: string }
  | { readonly act: 'person-revoked'; readonly name: string }
  /** An agent spoke for another site, or under another name, than its certificate has. */
  | { readonly act: 'agent-refused'; readonly agent: string; readonly site: string; readonly text: string }
  /** The agent believes these roots now: one SHA-256 over all of them, hexadecimal. */
  | { readonly act: 'agent-told'; readonly agent: string; readonly roots: string }
  /** What is believed, or who signs, changed: SHA-256 of the roots, hexadecimal, the signing one first. */
  | { readonly act: 'roots-changed'; readonly roots: readonly string[] }
  | { readonly act: 'server-certificate-made'; readonly until: UnixMicros }
  | {
      readonly act: 'bearer-created';
      /** SHA-256 of the token, hexadecimal. */
      readonly bearer: string;
      readonly name: string;
      readonly as: PersonRole;
      readonly until: UnixMicros;
    }
  /** At the page. SHA-256 of the session's identifier and of the bearer token that opened it, hexadecimal. */
  | { readonly act: 'logged-in'; readonly session: string; readonly bearer: string }
  | { readonly act: 'logged-out'; readonly session: string }
  | Deed;

export interface Author {
  /** "anna", "local", "agent:corsham-1" or "collector". */
  readonly who: string;
  readonly role: PersonRole | null;
  /** The address that it came from; null: from this host. */
  readonly from: string | null;
}

export type JournalEntry = { readonly at: UnixMicros } & Author & Act;

/** The collector itself: what it does without being asked, and its command line on its own host. */
export const COLLECTOR: Author = { who: 'collector', role: null, from: null };

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isRole = isOneOf('viewer', 'operator', 'admin');

type Fields = Readonly<Record<string, (value: unknown) => boolean>>;

const GIVEN: Fields = { serial: isText, key: isText, until: isCount };
const AGENT: Fields = { agent: isText, site: isText };

const DEED: Fields = { about: isText, actor: (value) => value === null || isText(value) };

function isInvited(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'agent'
    ? has(value, { site: isText, approval: isOneOf(true, false) })
    : value.kind === 'person' && has(value, { name: isText, role: isRole });
}

const DEEDS = Object.fromEntries(DEED_ACTS.map((act) => [act, DEED])) as Readonly<Record<DeedAct, Fields>>;

const ACTS: Readonly<Record<Act['act'], Fields>> = {
  'token-created': { token: isText, hash: isText, invited: isInvited, uses: isCount, until: isCount },
  'token-withdrawn': { token: isText },
  'agent-joined': { ...AGENT, ...GIVEN, token: isText },
  'agent-renewed': { ...AGENT, ...GIVEN },
  'person-joined': { ...GIVEN, name: isText, as: isRole, token: isText },
  'person-renewed': { ...GIVEN, name: isText, as: isRole },
  'agent-pending': { ...AGENT, token: isText, key: isText, host: isText, version: isText },
  'agent-approved': { agent: isText },
  'agent-rejected': { agent: isText },
  'agent-revoked': { agent: isText },
  'person-revoked': { name: isText },
  'agent-refused': { ...AGENT, text: isText },
  'agent-told': { agent: isText, roots: isText },
  'roots-changed': { roots: isTexts },
  'server-certificate-made': { until: isCount },
  'bearer-created': { bearer: isText, name: isText, as: isRole, until: isCount },
  'logged-in': { session: isText, bearer: isText },
  'logged-out': { session: isText },
  ...DEEDS,
};

const AUTHOR: Fields = {
  at: isCount,
  who: isText,
  role: (value) => value === null || isRole(value),
  from: (value) => value === null || isText(value),
};

const has = (value: object, fields: Fields): boolean =>
  Object.entries(fields).every(([key, fits]) => fits(Reflect.get(value, key)));

export const journalLine = (entry: JournalEntry): string => `${JSON.stringify(entry)}\n`;

/** @returns null: the line is damaged, or of a version that this one does not know */
export function readJournalLine(line: string): JournalEntry | null {
  const value = parsed(line);
  if (typeof value !== 'object' || value === null || !('act' in value) || typeof value.act !== 'string') return null;
  const fields = Object.hasOwn(ACTS, value.act) ? ACTS[value.act as Act['act']] : undefined;
  if (fields === undefined || !has(value, AUTHOR) || !has(value, fields)) return null;
  return value as JournalEntry;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
