/**
 * Ten hours of backlog, and the present: what a site knows of now must be with the collector within seconds of a reconnect,
 * while history fills in behind it. Real spool, real stream, real log; the figures are printed. Nothing runs beside it (`serial` in
 * .taprc): the minute is a demand on the product, not on what the machine does besides.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { startAgent } from '../../agent/agent.ts';
import { openSpool } from '../../agent/io/spool.ts';
import { startGrpcServer } from '../../collector/io/grpc-server.ts';
import { openInbox } from '../../collector/io/inbox.ts';
import { createReportServer } from '../../collector/io/report-server.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { createClock } from '../../shared/io/clock.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { type FakeProber, startFakeProber } from '../fakes/fake-prober.ts';
import { seeded, typicalBatch } from '../shared/wire/result-batches.ts';

const BACKLOG = 36_000;
const EPOCH = 1_000_000;
const logger = pino({ level: 'silent' });

/** One-second batches of twenty exchanges, as a start of the agent ten hours ago would have left them. */
async function leaveBacklog(state: string): Promise<void> {
  const spool = await openSpool(join(state, 'spool'));
  const random = seeded(3);
  const made = Array.from({ length: 200 }, (_, index) =>
    typicalBatch({ sequence: index + 1, rate: 10, random, agent: 'agent-1', epoch: EPOCH }),
  );
  for (let first = 1; first <= BACKLOG; first += 1_000) {
    await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => {
        const sequence = first + index;
        const typical = made[sequence % made.length];
        if (typical === undefined) throw new Error('no batch');
        const bytes = encodeBatch({ ...typical, sequence, anchor: unixMicros(EPOCH) });
        return spool.append({ epoch: EPOCH, sequence, bytes });
      }),
    );
  }
  await spool.close();
}

t.test('ten hours of backlog drain in under a minute, and a live batch does not wait for them', async (t) => {
  const [state, log] = [mkdtempSync(join(tmpdir(), 'dorawatch-')), mkdtempSync(join(tmpdir(), 'dorawatch-'))];
  await leaveBacklog(state);
  const inbox = await openInbox(log);
  const clock = createClock();
  const reports = createReportServer({ inbox, clock, logger, assignmentFor: () => null });
  const server = await startGrpcServer({ listen: '127.0.0.1:0', services: { 'dorawatch.v1.Agents': reports } });
  const arrived = new Map<number, number>();
  const stop = new AbortController();
  const watching = (async () => {
    for await (const chunk of inbox.follow(1, stop.signal)) {
      for (const { entry } of chunk)
        if (entry.kind === 'batch' && entry.batch.epoch !== EPOCH) arrived.set(entry.batch.sequence, clock.monotonic());
    }
  })();
  let prober: FakeProber | undefined;
  const agent = await startAgent({
    config: { collector: server.address, site: 'corsham', stateDirectory: state, id: 'agent-1' },
    version: '0.0.0-test',
    clock,
    logger,
    startProber: (options) => {
      prober = startFakeProber(options);
      return prober;
    },
  });
  const started = clock.monotonic();
  const emitted = new Map<number, number>();
  const stored = () => reports.agents()[0]?.stored ?? 0;
  while (stored() < BACKLOG + emitted.size && clock.monotonic() - started < 120e9) {
    emitted.set(emitted.size + 1, clock.monotonic());
    prober?.emit();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const seconds = (clock.monotonic() - started) / 1e9;
  await agent.stop();
  stop.abort();
  await watching;
  await reports.close();
  await server.close(500);
  await inbox.close();
  const waits = [...emitted].map(([sequence, at]) => ((arrived.get(sequence) ?? Number.NaN) - at) / 1e6);
  const worst = Math.max(...waits.slice(1));
  t.comment(
    `${BACKLOG} batches in ${seconds.toFixed(1)} s; ${waits.length} live batches, worst ${worst.toFixed(0)} ms`,
  );
  t.equal(reports.agents()[0]?.stored, BACKLOG + emitted.size + 1, 'every batch, and the last one of the prober');
  t.ok(seconds < 60, `${seconds.toFixed(1)} s are under a minute`);
  t.ok(worst < 5_000, 'the present is known within seconds');
});
