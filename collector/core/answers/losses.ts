/**
 * What agents lost, as the log tells it: the parts of a loss that are truly missing, how much each agent lost ever, and how
 * much of a report's period that is. Pure over LossEntries, so that a restart of the collector forgets none of it.
 * Rejected: the agents' own counters; they begin anew with every start of an agent.
 */
import { addRange, NO_RANGES, type Range, type Ranges } from '../../../shared/core/ranges.ts';
import { epochMicros, unixMicros } from '../../../shared/core/units.ts';
import type { LossEntry } from '../log-entry.ts';
import type { BatchClocks } from './batch-clocks.ts';
import type { ExchangeFilter } from './exchange-rows.ts';
import { AGENTS_MAX } from './limits.ts';

/**
 * A loss less the batches that came after all (sent, stored, and thrown away before their acknowledgement was heard).
 * @param missing parts of the entry's sequences
 * @returns one entry a part; span and exchanges are shared out by the number of batches, since only their sum is known
 */
export function missingParts(entry: LossEntry, missing: Ranges): readonly LossEntry[] {
  const batches = entry.to - entry.from + 1;
  const at = (sequence: number): number =>
    Math.round(entry.fromUs + ((entry.toUs - entry.fromUs) * (sequence - entry.from)) / batches);
  return missing.map(({ from, to }) => ({
    ...entry,
    from,
    to,
    fromUs: epochMicros(at(from)),
    toUs: epochMicros(at(to + 1)),
    groups: entry.groups.map(({ group, exchanges }) => ({
      group,
      exchanges: Math.round((exchanges * (to - from + 1)) / batches),
    })),
  }));
}

/** What one agent lost since the log began. */
export interface AgentLoss {
  readonly agent: string;
  readonly site: string;
  readonly batches: number;
  readonly exchanges: number;
}

const exchangesOf = (entry: LossEntry, group: string | null = null): number =>
  entry.groups.reduce((sum, own) => sum + (group === null || own.group === group ? own.exchanges : 0), 0);

/** Adds an entry to the agents' losses, in place; agents beyond AGENTS_MAX are left out. */
export function addLoss(losses: Map<string, AgentLoss>, entry: LossEntry): void {
  const { agent, site, from, to } = entry;
  const before = losses.get(agent);
  if (before === undefined && losses.size >= AGENTS_MAX) return;
  losses.set(agent, {
    agent,
    site,
    batches: (before?.batches ?? 0) + to - from + 1,
    exchanges: (before?.exchanges ?? 0) + exchangesOf(entry),
  });
}

/** The figures of a report. */
export interface PeriodLoss {
  /** Exchanges lost, of the filter's group. */
  readonly lost_exchanges: number;
  /** The longest that any one site lost, ms. */
  readonly lost_ms: number;
}

/**
 * How much of a period was lost. An entry that reaches beyond the period counts with the share that lies in it.
 * @param clocks every clock sample that bears on the entries
 */
export function countLost(entries: readonly LossEntry[], clocks: BatchClocks, filter: ExchangeFilter): PeriodLoss {
  const sites = new Map<string, Ranges>();
  let lost = 0;
  for (const entry of entries) {
    const exchanges = exchangesOf(entry, filter.group);
    // A loss without exchanges of this group says nothing about it.
    if (filter.group !== null && exchanges === 0) continue;
    const within = overlap(entry, clocks, filter);
    if (within === null) continue;
    lost += exchanges * within.share;
    sites.set(entry.site, addRange(sites.get(entry.site) ?? NO_RANGES, within.range));
  }
  const lengths = [...sites.values()].map((ranges) => ranges.reduce((sum, { from, to }) => sum + to - from, 0));
  return { lost_exchanges: Math.round(lost), lost_ms: Math.round(Math.max(0, ...lengths) / 1000) };
}

function overlap(
  entry: LossEntry,
  clocks: BatchClocks,
  { since, until }: ExchangeFilter,
): { readonly range: Range; readonly share: number } | null {
  const start = clocks.correct(entry, entry.fromUs);
  const end = Math.max(start, clocks.correct(entry, entry.toUs));
  const from = Math.max(start, since);
  const to = Math.min(end, until);
  if (to < from || start >= until) return null;
  return { range: { from, to: unixMicros(to) }, share: end === start ? 1 : (to - from) / (end - start) };
}
