/**
 * Everything that the collector answers from, folded from the log: verdicts, the timeline of findings and marks, the
 * configuration in force. One snapshot holds all of it and the position it stands at, so that after a kill what is folded
 * again meets exactly the state that it follows.
 */
import type { PauseRow } from '../../../shared/core/ops-reply.ts';
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig } from '../config/config.ts';
import type { Finding } from '../finding.ts';
import { createImportBook, type ImportBook, type ImportsSnapshot } from '../import/import-book.ts';
import { outsideOf } from '../kea/disagreement.ts';
import { createKeaBook, type KeaBook, type KeaSnapshot } from '../kea/kea-book.ts';
import type { KeaEntry, LogEntry } from '../log-entry.ts';
import { type AftermathSnapshot, type Aftermaths, createAftermaths } from '../maintenance/aftermath.ts';
import { createMaintenance, type Maintenance, type MaintenanceSnapshot } from '../maintenance/maintenance.ts';
import { createNotices, type Notices } from '../notices/notices.ts';
import type { NoticesSnapshot } from '../notices/state.ts';
import type { NoticesView } from '../notices/view.ts';
import { withPause } from '../pauses.ts';
import type { HistoryFold } from '../verdicts/history-fold.ts';
import { createVerdicts, restoreVerdicts, type Verdicts, type VerdictsSnapshot } from '../verdicts/verdicts.ts';
import type { FindingChange } from '../verdicts/views.ts';
import { type AgentLoss, addLoss } from './losses.ts';
import { createTimeline, isSaidEntry, type Timeline, type TimelineSnapshot } from './timeline.ts';

/** Raised when the shape below changes: an older snapshot is then left aside and the log folded from its start. */
const SNAPSHOT_VERSION = 2;

/** As it is written to disk. */
export interface ReadModelSnapshot {
  readonly version: number;
  /** The first log position that is not in it. */
  readonly next: number;
  readonly verdicts: VerdictsSnapshot;
  readonly timeline: TimelineSnapshot;
  readonly losses: readonly AgentLoss[];
  /** Absent in snapshots of earlier versions. */
  readonly notices?: NoticesSnapshot;
  /** Absent where no server was ever asked. */
  readonly kea?: KeaSnapshot;
  /** Absent where nothing was ever paused. */
  readonly pauses?: readonly PauseRow[];
  /** Absent where nothing was ever planned. */
  readonly maintenance?: MaintenanceSnapshot;
  /** Absent in snapshots of earlier versions. */
  readonly aftermath?: AftermathSnapshot;
  /** Absent where nothing was ever imported. */
  readonly imports?: ImportsSnapshot;
  readonly configVersion: number;
  readonly config: CollectorConfig | null;
  readonly configText: string | null;
}

/** What an entry changed, for those who follow live. */
export interface ReadModelChange {
  readonly findings: readonly FindingChange[];
  /** Identifier of the mark, pause or resume that the entry was. */
  readonly mark: string | null;
}

export interface ReadModel {
  readonly verdicts: Verdicts;
  readonly timeline: Timeline;
  /** What each agent lost before the collector had it, by name. */
  readonly losses: ReadonlyMap<string, AgentLoss>;
  /** What is paused now. */
  readonly pauses: readonly PauseRow[];
  /** Groups that people imported, a timeline of their own each. */
  readonly imports: ImportBook;
  /** What sites depend on beside the question who serves. */
  readonly notices: Notices;
  /** What servers say of themselves. */
  readonly kea: KeaBook;
  /** What is planned, and what was. */
  readonly maintenance: Maintenance;
  /** What windows left behind that are over. */
  readonly aftermaths: Aftermaths;
  /** What stands of notices, with what windows left behind among what is amiss. */
  noticed(): NoticesView;
  /** The log position to fold next. */
  readonly next: number;
  /** The newest accepted configuration in the log: 0 and null before the first. */
  readonly configVersion: number;
  readonly config: CollectorConfig | null;
  readonly configText: string | null;
  apply(position: number, entry: LogEntry): ReadModelChange;
  /** Takes over what a fold of history found (`verdicts.foldHistory`); nothing of it is news. */
  rewrite(history: HistoryFold): ReadModelChange;
  snapshot(): ReadModelSnapshot;
}

/**
 * @param from null, or a snapshot of another version: an empty model, to be fed the log from position 1
 * @param frozen findings of a time that such a log no longer has; see frozenFindings
 */
export function createReadModel(from: ReadModelSnapshot | null, frozen: readonly Finding[] = []): ReadModel {
  const usable = from !== null && from.version === SNAPSHOT_VERSION ? from : null;
  const restored = usable === null ? null : restoreVerdicts(usable.verdicts);
  const base = restored === null ? null : usable;
  const verdicts = restored ?? createVerdicts();
  const maintenance = createMaintenance(base?.maintenance);
  const timeline = createTimeline(
    base?.timeline ?? { findings: frozen, marks: [], shed: 0 },
    maintenance.plannedWithin,
  );
  const losses = new Map(base?.losses.map((loss) => [loss.agent, loss]));
  const imports = createImportBook(base?.imports);
  const kea = createKeaBook(base?.kea);
  const notices = createNotices(base?.notices);
  const sources = { maintenance, findings: () => timeline.findings(), config: () => config };
  const aftermaths = createAftermaths(sources, base?.aftermath);
  const told = (changes: readonly FindingChange[]): readonly FindingChange[] => {
    for (const change of changes) timeline.change(change);
    return changes;
  };
  let pauses = base?.pauses ?? [];
  let next = base?.next ?? 1;
  let { configVersion, config, configText } = base ?? { configVersion: 0, config: null, configText: null };
  if (base?.notices === undefined && config !== null) {
    const entry = { kind: 'config', receivedAt: unixMicros(0), version: configVersion, config, text: '' } as const;
    notices.apply(entry, verdicts.clocks);
  }
  return {
    verdicts,
    timeline,
    losses,
    imports,
    notices,
    kea,
    maintenance,
    aftermaths,
    noticed: () => {
      const view = notices.view();
      return { ...view, amiss: [...view.amiss, ...aftermaths.amiss()] };
    },
    get pauses() {
      return pauses;
    },
    get next() {
      return next;
    },
    get configVersion() {
      return configVersion;
    },
    get config() {
      return config;
    },
    get configText() {
      return configText;
    },
    apply: (position, entry) => {
      next = position + 1;
      if (entry.kind === 'config') ({ version: configVersion, config, text: configText } = entry);
      if (entry.kind === 'loss') addLoss(losses, entry);
      if (entry.kind === 'import') imports.add(entry);
      if (entry.kind === 'pause') pauses = withPause(pauses, entry);
      if (maintenance.apply(entry, (word) => askedOf(word, kea, config))) timeline.retell();
      const judged = verdicts.apply(entry);
      if (entry.kind === 'batch') kea.noteOffers(entry.batch);
      const word = entry.kind === 'kea' ? kea.add(entry, outsideOf(verdicts.view(), entry)) : [];
      const changes = told([...judged, ...notices.apply(entry, verdicts.clocks), ...word]);
      const { furthest } = verdicts;
      const after = told(aftermaths.apply(changes, { furthest, receivedAt: entry.receivedAt }));
      const findings = after.length === 0 ? changes : [...changes, ...after];
      return { findings, mark: isSaidEntry(entry) ? timeline.mark(entry).id : null };
    },
    rewrite: (history) => {
      const changes = told(history.finish([...timeline.findings()]));
      return { findings: [...changes, ...told(aftermaths.rewrite())], mark: null };
    },
    snapshot: () => ({
      version: SNAPSHOT_VERSION,
      next,
      verdicts: verdicts.snapshot(),
      timeline: timeline.snapshot(),
      losses: [...losses.values()],
      pauses,
      imports: imports.snapshot(),
      notices: notices.snapshot(),
      kea: kea.snapshot(),
      maintenance: maintenance.snapshot(),
      aftermath: aftermaths.snapshot(),
      configVersion,
      config,
      configText,
    }),
  };
}

/** How a server was asked that gave this word; the book has the one before it. */
function askedOf({ group, server }: KeaEntry, kea: KeaBook, config: CollectorConfig | null) {
  const servers = config?.groups.find(({ name }) => name === group)?.servers ?? [];
  const intervalMs = servers.find(({ name }) => name === server)?.kea?.intervalMs ?? 0;
  return { intervalUs: intervalMs * 1000, previousAt: kea.find(group, server)?.entry.receivedAt ?? null };
}

/**
 * What stays of a snapshot that another version wrote, when the log has been pruned: findings are kept for ever, and those from
 * before its first raw results cannot be folded again. Marks stand in the log. @param before receipt of the first of them
 */
export const frozenFindings = ({ timeline }: ReadModelSnapshot, before: UnixMicros): readonly Finding[] =>
  timeline.findings.filter((finding) => ('start' in finding ? finding.start.at : finding.at) < before);
