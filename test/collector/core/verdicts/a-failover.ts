/** The failover that the project began with, as findings and marks: what rows and reports are tried on. */
import type { StoredMark } from '../../../../collector/core/answers/event-rows.ts';
import type { Bracket, Finding, State, Transition } from '../../../../collector/core/finding.ts';
import type { MeasuredView } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

/** 2026-03-02, the day of it; `clock` is UTC. */
export function moment(clock: string): ReturnType<typeof unixMicros> {
  return unixMicros(Date.parse(`2026-03-02T${clock}Z`) * 1000);
}

export function bracket(clock: string): Bracket {
  const at = moment(clock);
  return { at, earliest: unixMicros(at - 50_000), latest: unixMicros(at + 50_000) };
}

const base = {
  kind: 'transition',
  group: 'corsham-dhcp',
  site: null,
  bucket: null,
  sites: null,
  lossRatio: null,
  evidence: null,
  late: false,
} as const;

export function transition(
  clock: string,
  server: string,
  [from, to]: readonly [State, State],
  more: Partial<Transition> = {},
): Transition {
  const reason = to === 'serving' ? 'answered' : 'no-offer';
  const where = bracket(clock);
  const detectedAt = unixMicros(where.at + 4_000_000);
  return { ...base, id: `${server}-${clock}`, server, from, to, reason, detectedAt, ...where, ...more };
}

export function mark(clock: string, text: string, more: Partial<StoredMark> = {}): StoredMark {
  const nobody = { group: 'corsham-dhcp', server: null, site: null, actor: null, ref: null };
  return { id: `mark-${clock}`, at: moment(clock), receivedAt: moment(clock), text, ...nobody, ...more };
}

const gap: Finding = {
  kind: 'gap',
  id: 'gap-1',
  group: 'corsham-dhcp',
  bucket: null,
  start: bracket('11:36:06'),
  end: bracket('11:36:57'),
  durationMs: 51_000,
  uncertaintyMs: 100,
  detectedAt: moment('11:36:10'),
  late: false,
};

const failover: Finding = {
  kind: 'failover',
  id: 'failover-1',
  group: 'corsham-dhcp',
  bucket: null,
  from: 'primary',
  to: 'standby',
  start: bracket('11:36:57'),
  gapMs: 51_000,
  uncertaintyMs: 100,
  detectedAt: moment('11:36:58'),
  late: false,
};

export const findings: readonly Finding[] = [
  transition('11:00:01', 'primary', ['unknown', 'serving']),
  transition('11:00:02', 'standby', ['unknown', 'non-serving']),
  transition('11:36:06', 'primary', ['serving', 'non-serving']),
  gap,
  transition('11:36:57', 'standby', ['non-serving', 'serving']),
  failover,
  transition('11:44:07', 'primary', ['non-serving', 'serving']),
];

export const marks: readonly StoredMark[] = [
  mark('11:41:57', 'Primary is re-enabled'),
  mark('11:30:15', 'Primary server taken down', { actor: 'ada', ref: 'CHG0012' }),
];

/** What a report of it says that it rests on. */
export const counted: MeasuredView = {
  sites: 1,
  rate_per_second: 10,
  drop_time_ms: 3000,
  exchanges: 14404,
  unmeasured: 2,
  unsent: 0,
  late: 7,
  lost_exchanges: 0,
  lost_ms: 0,
  clock_error_max_us: null,
  too_late: 0,
  source: 'raw',
};
