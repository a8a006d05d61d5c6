/** The log that a collector would have of a simulated world, second by second. */
import type { LogEntry } from '../../collector/core/log-entry.ts';
import type { ResultBatch } from '../../shared/core/batch.ts';
import { epochMicros, microseconds, type UnixMicros, unixMicros } from '../../shared/core/units.ts';
import { agentCount, configOf, START, type WorldOptions } from './world.ts';
import { Agent } from './world-agent.ts';

function sampleOf(o: WorldOptions, { start, site }: Agent, receivedAt: UnixMicros, at: number, off: number): LogEntry {
  return {
    kind: 'clock',
    receivedAt,
    agent: `agent-${site}`,
    epoch: start.epoch,
    anchor: unixMicros(START + start.startUs + start.offset),
    at: epochMicros(at - start.startUs),
    offsetUs: microseconds(Math.round(start.offset + off)),
    errorUs: microseconds(o.clockError),
  };
}

/** The log of a world: configuration, clock samples, then every second the batches that arrive in it. */
export function* logOf(o: WorldOptions): Generator<LogEntry> {
  const receivedAt = unixMicros(START);
  yield { kind: 'config', receivedAt, version: 1, config: configOf(o), text: '' };
  const order = Array.from({ length: agentCount(o) }, (_, i) => i);
  const agents = order.map((site) => new Agent(o, site, ((site * 89) % agentCount(o)) / agentCount(o)));
  const shift = order.map(() => (o.random() * 2 - 1) * o.clockError);
  for (const site of order) {
    if (!o.samplesLast) yield sampleOf(o, agents[site] as Agent, receivedAt, 0, shift[site] as number);
  }
  for (let second = 0; second < o.seconds; second++) {
    const now = unixMicros(START + (second + 1) * 1e6 + 20_000);
    for (const site of order) {
      const agent = agents[site] as Agent;
      agent.second(second);
      if (!(o.connected?.(site, second) ?? true)) continue;
      const isDue = second % 15 === 14 || agent.spool.length > 1 || (o.samplesLast && second === 0);
      const live = agent.spool.pop();
      const backlog = agent.spool.splice(0);
      const batches = (of: readonly ResultBatch[]) =>
        of.map((batch): LogEntry => ({ kind: 'batch', receivedAt: now, batch }));
      const isSampled = isDue || o.restarts?.(site).includes(second);
      const off = (): number => (o.random() * 2 - 1) * o.clockError;
      const samples = isSampled ? [sampleOf(o, agent, now, (second + 1) * 1e6, off())] : [];
      yield* batches(live ? [live] : []);
      if (!o.samplesLast) yield* samples;
      yield* batches(backlog);
      if (o.samplesLast) yield* samples;
    }
  }
}
