/** A line of the journal as the audit list shows it: the same words for everything that is known of an act, and nothing of its keys. */
import type { AuditRequest, AuditRow } from '../../../shared/core/people-view.ts';
import { rfc3339 } from '../answers/clock-text.ts';
import type { Invited, JournalEntry } from './journal-entry.ts';

export function auditRow(entry: JournalEntry): AuditRow {
  const { at, who, role, from, act } = entry;
  const actor = 'actor' in entry && entry.actor !== who ? entry.actor : null;
  return { at, who, role, from, act, about: aboutOf(entry), actor };
}

/** Whether a request asks for it. */
export function isAsked(row: AuditRow, { since, until, who }: AuditRequest): boolean {
  const isTimely = (since === null || row.at >= since) && (until === null || row.at < until);
  return isTimely && (who === null || row.who === who || row.actor === who);
}

function aboutOf(entry: JournalEntry): string {
  switch (entry.act) {
    case 'token-created':
      return `token ${entry.token} for ${invitedText(entry.invited)}, until ${rfc3339(entry.until)}`;
    case 'token-withdrawn':
      return `token ${entry.token}`;
    case 'agent-joined':
      return `${entry.agent} at site ${entry.site}, with token ${entry.token}`;
    case 'agent-renewed':
      return `${entry.agent} at site ${entry.site}, until ${rfc3339(entry.until)}`;
    case 'agent-pending':
      return `${entry.agent} at site ${entry.site}, from host ${entry.host}`;
    case 'person-joined':
    case 'person-renewed':
      return `${entry.name} as ${entry.as}, until ${rfc3339(entry.until)}`;
    case 'agent-approved':
    case 'agent-rejected':
    case 'agent-revoked':
      return entry.agent;
    case 'person-revoked':
      return entry.name;
    case 'agent-told':
      return `${entry.agent} has the roots ${entry.roots.slice(0, 16)}`;
    case 'agent-refused':
      return `${entry.agent} at site ${entry.site}: ${entry.text}`;
    case 'roots-changed':
      return `${entry.roots.length} roots, ${(entry.roots[0] ?? '').slice(0, 16)} signs`;
    case 'server-certificate-made':
      return `until ${rfc3339(entry.until)}`;
    case 'bearer-created':
      return `bearer token ${bearerId(entry.bearer)} for ${entry.name} as ${entry.as}, until ${rfc3339(entry.until)}`;
    case 'logged-in':
    case 'logged-out':
      return 'at the page';
    default:
      return entry.about;
  }
}

const invitedText = (invited: Invited): string =>
  invited.kind === 'agent'
    ? `agents of site ${invited.site}${invited.approval ? ', to be approved' : ''}`
    : `${invited.name} as ${invited.role}`;

/** What tells a bearer token from others in lists. @param hash SHA-256, hexadecimal */
export const bearerId = (hash: string): string => hash.slice(0, 8);
