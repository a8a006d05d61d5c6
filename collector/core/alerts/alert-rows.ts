/** What `dorawatch alerts` lists: what is told, what is held back and why, and what has not lasted for long enough yet. */
import type { AlertRow } from '../../../shared/core/ops-reply.ts';
import type { AlertsConfig } from '../config/config.ts';
import type { AlertBook } from './alert-book.ts';
import { alertName } from './alert-kind.ts';
import { type AlertRecord, isOpen } from './alert-record.ts';

const ORDER = ['firing', 'held', 'pending'];

/** @returns what is told first, then by when it began */
export function alertRows(book: AlertBook, config: Pick<AlertsConfig, 'rules'>): readonly AlertRow[] {
  const rows = [...book.values()]
    .filter((record) => isOpen(record) || record.isPresent)
    .map((record) => alertRow(record, config));
  return rows.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.since - b.since);
}

function alertRow(record: AlertRecord, { rules }: Pick<AlertsConfig, 'rules'>): AlertRow {
  const { condition, since, held, summary, evidence, sites, isFlapping } = record;
  const { kind, group, server, site } = condition;
  const told = isOpen(record);
  const rule = kind === 'test' ? null : rules[kind];
  return {
    name: alertName(kind),
    state: told ? 'firing' : held === null ? 'pending' : 'held',
    severity: told ? record.severity : (rule?.severity ?? ''),
    group,
    server,
    site,
    since,
    fired_at: told ? record.firedAt : null,
    held,
    flapping: isFlapping,
    summary,
    evidence,
    sites,
    runbook: told ? record.runbook : (rule?.runbook ?? null),
  };
}
