/**
 * Takes what people say (marks, pauses, maintenance, imports): judged, put into the log, folded, and only then answered, so that who
 * was told "paused" finds it paused after any restart.
 */
import type * as reply from '../../shared/core/ops-reply.ts';
import type * as ask from '../../shared/core/ops-request.ts';
import type { EventRow } from '../../shared/core/ops-view.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Caller } from '../core/access/caller.ts';
import { deedOf, type SaidEntry } from '../core/access/deed.ts';
import { markRow } from '../core/answers/event-rows.ts';
import { withImported } from '../core/answers/imported-rows.ts';
import { judgeMaintenance } from '../core/answers/maintenance-request.ts';
import { judgeMark } from '../core/answers/mark-request.ts';
import { judgePause } from '../core/answers/pause-request.ts';
import { storedMark } from '../core/answers/timeline.ts';
import type { CollectorConfig } from '../core/config/config.ts';
import { judgeImport } from '../core/import/import-request.ts';
import type { MaintenanceEntry, PauseEntry } from '../core/log-entry.ts';
import { maintenances } from '../core/maintenance/listing.ts';
import { personPeriod } from '../core/maintenance/windows.ts';
import type { Audit } from './audit.ts';
import type { Inbox } from './inbox.ts';
import type { LogFold } from './log-fold.ts';
import { Refusal } from './refusal.ts';

export interface SaidSources {
  readonly fold: LogFold;
  readonly inbox: Inbox;
  readonly clock: Clock;
  /** The configuration in force. */
  config(): CollectorConfig;
  /** What is paused has changed. */
  onPaused(): void;
  readonly audit: Audit;
}

interface Doing<Action> {
  readonly action: Action;
  readonly by: Caller;
}

type Verdict<Judged> = ({ readonly ok: true } & Judged) | { readonly ok: false; readonly problem: string };

/** @throws Refusal invalid, with what was wrong */
function accepted<Judged>(verdict: Verdict<Judged>): Judged {
  if (!verdict.ok) throw new Refusal('invalid', verdict.problem);
  return verdict;
}

/** Resolves when an entry is stored and folded; that somebody says so is written down before. @throws BatchLogError when it cannot be stored */
async function logged({ inbox, fold, audit }: SaidSources, entry: SaidEntry, by: Caller): Promise<void> {
  await audit(by, deedOf(entry));
  const [position] = await inbox.append([entry]);
  if (typeof position !== 'number') throw new Refusal('internal', `the log gave the ${entry.kind} no position`);
  await fold.folded(position);
}

export async function takeMark(sources: SaidSources, request: ask.MarkRequest, by: Caller): Promise<EventRow> {
  const { fold, clock, config } = sources;
  const known = withImported(config(), fold.model, request.group);
  const { entry } = accepted(judgeMark(request, known, clock.wall()));
  await logged(sources, entry, by);
  return markRow(storedMark(entry));
}

/** @returns all that is paused then */
export async function takePause(
  sources: SaidSources,
  request: ask.PauseRequest,
  { action, by }: Doing<PauseEntry['action']>,
): Promise<reply.PausesView> {
  const { fold, clock, config, onPaused } = sources;
  const circumstances = { config: config(), pauses: fold.model.pauses, now: clock.wall() };
  await logged(sources, accepted(judgePause(request, action, circumstances)).entry, by);
  onPaused();
  return { pauses: fold.model.pauses };
}

/** @returns what it changed, and all that is planned then */
export async function takeMaintenance(
  sources: SaidSources,
  request: ask.MaintenanceRequest,
  { action, by }: Doing<MaintenanceEntry['action']>,
): Promise<reply.MaintenanceView> {
  const { fold, clock, config } = sources;
  const now = clock.wall();
  const before = fold.model.maintenance.people;
  const { entry } = accepted(judgeMaintenance(request, action, { config: config(), people: before, now }));
  await logged(sources, entry, by);
  const after = fold.model.maintenance.people;
  // Of a stop, what it ended before its time, and what now never begins.
  const [from, than] = action === 'start' ? [after, before] : [before, after];
  const changed = from.filter((one) => !than.includes(one)).map(personPeriod);
  return maintenances(fold.model, now, changed);
}

export async function takeImport(
  sources: SaidSources,
  request: ask.ImportRequest,
  by: Caller,
): Promise<reply.ImportView> {
  const { fold, clock, config } = sources;
  const book = fold.model.imports;
  const { entry, duplicates } = accepted(judgeImport(request, { config: config(), book, now: clock.wall() }));
  if (entry !== null) await logged(sources, entry, by);
  const transitions = book
    .rows(request.group)
    .filter((row) => row.kind === 'transition' && row.from !== 'unknown').length;
  return { stored: entry?.observations.length ?? 0, duplicates, transitions };
}
