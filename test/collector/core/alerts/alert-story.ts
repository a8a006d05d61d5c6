/**
 * Alerts over a simulated world: its log is folded as a collector would, the book is looked at every second, and what was told
 * comes out as lines: when (seconds since the world began), what, and in which words.
 */
import { type AlertBook, lookAgain } from '../../../../collector/core/alerts/alert-book.ts';
import { type AlertRecord, isOpen } from '../../../../collector/core/alerts/alert-record.ts';
import { assess } from '../../../../collector/core/alerts/assess.ts';
import type { AlertPlace } from '../../../../collector/core/alerts/condition.ts';
import { createReadModel } from '../../../../collector/core/answers/read-model.ts';
import { ALERTS_DEFAULTS } from '../../../../collector/core/config/alerts.ts';
import type { AlertsConfig } from '../../../../collector/core/config/config.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { overlay } from '../../../../collector/core/verdicts/overlay.ts';
import type { AgentView } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { configOf, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

export interface Story {
  readonly world: WorldOptions;
  readonly alerts?: Partial<AlertsConfig>;
  /** Seconds at which the collector is started again: the book goes through JSON. */
  readonly restarts?: readonly number[];
  readonly planned?: (place: AlertPlace, seconds: number) => string | null;
  /** What the log holds beside the world's own entries, by `receivedAt`. */
  readonly said?: readonly LogEntry[];
  readonly agents?: (seconds: number) => readonly AgentView[];
  /** Seconds after the world's end that are still looked at. */
  readonly after?: number;
}

export interface Told {
  readonly lines: readonly string[];
  readonly book: AlertBook;
}

const second = (at: number): number => Math.round((at - START) / 1e6);

/** @returns "12 + gap pair primary: …" for what was told, "~" for what changed, "-" for what was over */
export function tell(story: Story): Told {
  const { world, alerts = {}, restarts = [], planned = () => null, said = [], agents = () => [], after = 0 } = story;
  const model = createReadModel(null);
  const config = { ...configOf(world), alerts: { ...ALERTS_DEFAULTS, ...alerts } };
  const lines: string[] = [];
  let book: AlertBook = new Map();
  let position = 1;
  let startedAt = START - 3600e6;
  const look = (at: number): void => {
    if (restarts.includes(second(at))) {
      book = new Map(JSON.parse(JSON.stringify([...book])));
      startedAt = at;
    }
    const now = unixMicros(at);
    const { verdicts, timeline, maintenance } = model;
    const sources = { config, verdicts: overlay(verdicts.view(), now), findings: () => timeline.findings() };
    const { amiss } = model.noticed();
    const own = { amiss, agents: agents(second(at)), zone: 'UTC', startedAt: unixMicros(startedAt), now };
    const next = lookAgain(book, {
      ...assess({ ...sources, ...own }),
      config: config.alerts,
      now,
      isUntold: () => false,
      plannedAt: (place) => {
        const text = planned(place, second(at));
        return text === null ? maintenance.plannedAt(place, now) : { text };
      },
    });
    for (const [key, record] of next) lines.push(...changeLines(second(at), key, book.get(key), record));
    book = next;
  };
  let at = START;
  for (const entry of withSaid(logOf(world), said)) {
    if (entry.receivedAt > at + 1e6) {
      look(at + 1e6);
      at = entry.receivedAt;
    }
    model.apply(position++, entry);
  }
  for (let n = 1; n <= after + 1; n++) {
    // As the collector does when nobody reports.
    if (n % 10 === 0) model.apply(position++, { kind: 'quiet', receivedAt: unixMicros(at + n * 1e6) });
    look(at + n * 1e6);
  }
  return { lines, book };
}

function* withSaid(log: Iterable<LogEntry>, said: readonly LogEntry[]): Generator<LogEntry> {
  const left = [...said];
  for (const entry of log) {
    while (left[0] !== undefined && left[0].receivedAt < entry.receivedAt) yield left.shift() as LogEntry;
    yield entry;
  }
}

function changeLines(at: number, key: string, before: AlertRecord | undefined, after: AlertRecord): readonly string[] {
  const was = before !== undefined && isOpen(before);
  if (isOpen(after) && !was) return [`${at} + ${key}: ${after.summary}`];
  if (!isOpen(after) && was) return [`${at} - ${key}`];
  return was && before.summary !== after.summary ? [`${at} ~ ${key}: ${after.summary}`] : [];
}
