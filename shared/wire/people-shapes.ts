/** The messages about people and the audit list as values: shapes as in ops-shapes. */
import type * as people from '../core/people-view.ts';
import { count, flag, many, message, moment, momentOrNull, text, textOrNull } from './ops-fill.ts';

export const fillNothing = message<Record<never, never>>({});
export const fillWhoAmI = message<people.WhoAmIView>({ name: textOrNull, role: text });
export const fillPeople = message<people.PeopleView>({
  people: many(
    message<people.PersonRow>({
      name: text,
      role: text,
      certificate_until: momentOrNull,
      bearers: count,
      invited_until: momentOrNull,
      revoked_at: momentOrNull,
    }),
  ),
});
export const fillInvite = message<people.InviteRequest>({ name: text, role: text, ttl_ms: count });
export const fillGivenToken = message<people.GivenToken>({ token: text, name: text, role: text, until: moment });
export const fillPersonName = message<people.PersonNameRequest>({ name: text });
export const fillRevokedPerson = message<people.RevokedPersonView>({
  name: text,
  was_enrolled: flag,
  bearers: count,
  cut: count,
});
export const fillBearers = message<people.BearersView>({
  bearers: many(message<people.BearerRow>({ id: text, name: text, role: text, at: moment, until: moment, by: text })),
});
export const fillAuditRequest = message<people.AuditRequest>({
  since: momentOrNull,
  until: momentOrNull,
  who: textOrNull,
});
export const fillAuditRow = message<people.AuditRow>({
  at: moment,
  who: text,
  role: textOrNull,
  from: textOrNull,
  act: text,
  about: text,
  actor: textOrNull,
});
