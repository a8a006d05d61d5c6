/**
 * A batch's exchanges as `dhcp_exchange` points, at their DISCOVER's send time by the collector's clock. The microseconds
 * are that moment; the three digits below tell exchanges of one series and microsecond apart, and are the identity's slot: an
 * identity is never in flight twice, so series, microsecond and slot name an exchange, as they do for a late answer. That is how
 * a late answer, which knows no sequence or index, finds its point and adds a field to it.
 *
 * Rejected: a counter for the digits. Written again after a restart, the same exchange would be another point.
 */
import { ABSENT, type ResultBatch } from '../../../shared/core/batch.ts';
import { OUTCOMES, STAGES } from '../../../shared/core/outcome.ts';
import type { BatchClocks } from '../answers/batch-clocks.ts';
import { nanoseconds, type Point, placeTags, present } from './point.ts';

const DIGITS = 1000;

/** @returns a point for every exchange, and one with `late_us` alone for every late answer */
export function exchangePoints(batch: ResultBatch, clocks: BatchClocks): readonly Point[] {
  const tags = batch.paths.map(({ group, server, bucket }) => ({
    ...placeTags({ group, server, site: batch.site, bucket }),
    agent: batch.agent,
  }));
  const taken = new Set<string>();
  const points: Point[] = [];
  for (let index = 0; index < batch.results.path.length; index += 1) {
    const [path = 0, identity = 0] = [batch.results.path[index], batch.results.identity[index]];
    const sentUs = batch.results.sentUs[index] ?? 0;
    const timestamp = freeTimestamp(taken, path, (digits) =>
      nanoseconds(clocks.correct(batch, sentUs), (identity + digits) % DIGITS),
    );
    points.push({
      measurement: 'dhcp_exchange',
      tags: tags[path] ?? {},
      timestamp,
      fields: fieldsOf(batch, index, clocks),
    });
  }
  for (const { path, identity, sentUs, lateUs } of batch.late) {
    const timestamp = nanoseconds(clocks.correct(batch, sentUs), identity % DIGITS);
    points.push({ measurement: 'dhcp_exchange', tags: tags[path] ?? {}, timestamp, fields: { late_us: lateUs } });
  }
  return points;
}

/** Agents never send two exchanges of one name; what claims to is kept apart within its batch nevertheless. */
function freeTimestamp(taken: Set<string>, path: number, at: (digits: number) => string): string {
  for (let more = 0; more < DIGITS; more += 1) {
    const timestamp = at(more);
    const name = `${path} ${timestamp}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return timestamp;
  }
  return at(0);
}

function fieldsOf(batch: ResultBatch, index: number, clocks: BatchClocks): Point['fields'] {
  const { results, epoch, sequence, stamped } = batch;
  const figure = (value: number | undefined): number | null => (value === undefined || value === ABSENT ? null : value);
  return present<number | string | boolean>({
    outcome: OUTCOMES[results.outcome[index] ?? 0] ?? 'unmeasured',
    stage: STAGES[results.stage[index] ?? 0] ?? 'offer',
    stamped,
    released: results.released[index] === 1,
    epoch,
    sequence,
    index,
    identity: results.identity[index] ?? 0,
    offer_us: figure(results.offerUs[index]),
    ack_us: figure(results.ackUs[index]),
    total_us: figure(results.totalUs[index]),
    clock_offset_us: clocks.offset(batch, results.sentUs[index] ?? 0),
  });
}
