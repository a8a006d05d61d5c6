/** A prober without a network: a typical batch whenever its clock says so, or when a test asks for one. */
import type { Prober, ProberOptions } from '../../agent/prober.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { seeded, typicalBatch } from '../shared/wire/result-batches.ts';

export interface FakeProber extends Prober {
  /** Makes a batch now. */
  emit(): void;
  readonly assigned: readonly Assignment[];
  readonly options: ProberOptions;
}

/** Its batches are a second each however fast they come: they must lie in the past, or no collector believes them. */
const LONG_AGO_US = 12 * 3600 * 1e6;

export function startFakeProber(options: ProberOptions, everyMs?: number): FakeProber {
  const random = seeded(7);
  const assigned: Assignment[] = [];
  let sequence = 0;
  const emit = () => {
    sequence += 1;
    const typical = typicalBatch({ sequence, rate: 10, random, agent: options.agent, epoch: options.epoch });
    options.onBatch({ ...typical, site: options.site, anchor: unixMicros(options.anchor - LONG_AGO_US) });
  };
  const timer = everyMs === undefined ? undefined : setInterval(emit, everyMs);
  let isStopped = false;
  return {
    emit,
    assigned,
    options,
    assign: (assignment) => assigned.push(assignment),
    get assignmentVersion() {
      return assigned.at(-1)?.version ?? 0;
    },
    overdueMs: 0,
    ask: async () => ({ kind: 'refusal', text: 'a fake prober asks nobody' }),
    stop: async () => {
      clearInterval(timer);
      if (!isStopped) emit();
      isStopped = true;
    },
  };
}
