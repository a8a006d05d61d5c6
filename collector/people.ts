/**
 * People, put together at the start: the journal of who did what (also of a collector that lets everybody in), what is answered about
 * people, and logins over HTTP. Apart from access.ts, which has certificates.
 */
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import type { Access } from './access.ts';
import { authored } from './io/access-answers.ts';
import { type AccessJournal, openAccessJournal } from './io/access-journal.ts';
import { type Audit, createAudit } from './io/audit.ts';
import { createPeopleAnswers, type PeopleAnswers } from './io/people-answers.ts';
import { Sessions } from './io/sessions.ts';

export interface PeopleOptions {
  readonly state: string;
  /** Null: the collector is open. */
  readonly access: Access | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface People {
  readonly audit: Audit;
  readonly answers: PeopleAnswers;
  /** Null: the collector is open. */
  readonly sessions: Sessions | null;
  close(): Promise<void>;
}

/** @throws AccessJournalError, in words */
export async function openPeople({ state, access, clock, logger }: PeopleOptions): Promise<People> {
  const journal = access?.journal ?? (await openAccessJournal(state, { logger }));
  const audit = createAudit({
    write: async (by, deed) => void (await journal.record(() => ({ at: clock.wall(), ...authored(by), ...deed }))),
    clock,
  });
  const registry = access?.registry ?? null;
  const cut = (name: string): number => access?.peers.cut(name) ?? 0;
  return {
    audit,
    answers: createPeopleAnswers({ journal, registry, clock, cut }),
    sessions: access === null ? null : await recalled(journal, clock),
    // What access opened it closes.
    close: async () => (access === null ? journal.close() : undefined),
  };
}

async function recalled(journal: AccessJournal, clock: Clock): Promise<Sessions> {
  const sessions = new Sessions({
    bearer: (hash) => journal.book.bearers.get(hash) ?? null,
    note: async (by, act) => void (await journal.record(() => ({ at: clock.wall(), ...authored(by), ...act }))),
    clock,
  });
  for await (const entry of journal.entries()) sessions.take(entry);
  return sessions;
}
