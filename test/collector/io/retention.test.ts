/**
 * What retention takes and what it leaves, over real stores: raw results go by their receipt, what was kept stays, reports go
 * on from rollups, and a start whose snapshot is damaged folds on from the foundation.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { RetentionConfig } from '../../../collector/core/config/config.ts';
import type { LogEntry } from '../../../collector/core/log-entry.ts';
import { availabilityOf, measuredFigures } from '../../../collector/core/rollup/availability.ts';
import { ALL_SITES } from '../../../collector/core/rollup/rollup-fold.ts';
import { type Inbox, openInbox } from '../../../collector/io/inbox.ts';
import { type Keeping, startKeeping } from '../../../collector/io/keeping.ts';
import { type LogFold, startLogFold } from '../../../collector/io/log-fold.ts';
import { createSnapshotStore } from '../../../collector/io/snapshot-store.ts';
import { epochMicros, microseconds, milliseconds, unixMicros } from '../../../shared/core/units.ts';
import type { Clock } from '../../../shared/io/clock.ts';
import { createLogger } from '../../../shared/io/logger.ts';
import { batches } from '../fake-agent.ts';

const HOUR = 3600e6;
const START = 1_700_000_000e6 - ((1_700_000_000e6 % HOUR) as number);
const DAY_MS = 86_400_000;
const retention: RetentionConfig = {
  rawMs: milliseconds(DAY_MS),
  minuteMs: milliseconds(30 * DAY_MS),
  hourMs: milliseconds(400 * DAY_MS),
};

interface Opened {
  readonly inbox: Inbox;
  readonly fold: LogFold;
  readonly keeping: Keeping;
  readonly close: () => Promise<void>;
}

async function open(state: string, now: () => number): Promise<Opened> {
  const clock = { wall: () => unixMicros(now()), monotonic: () => 0 } as unknown as Clock;
  const logger = createLogger('test', 'silent');
  const inbox = await openInbox(`${state}/log`);
  const foundation = createSnapshotStore(state, 'foundation');
  const fold = await startLogFold({ inbox, store: createSnapshotStore(state), foundation, clock, logger });
  const keeping = await startKeeping({
    inbox,
    fold,
    foundation,
    state,
    clock,
    logger,
    retention: () => retention,
  });
  const close = async () => {
    await keeping.close();
    await fold.close();
    await inbox.close();
  };
  return { inbox, fold, keeping, close };
}

/** A minute of results each hour of two days, the primary dead in hour 5, received as they were measured. */
function entries(): LogEntry[] {
  return Array.from({ length: 48 }, (_, hour) => {
    const answers = (server: number): boolean => server === 0 && hour !== 5;
    const anchorUs = START + hour * HOUR;
    const made = batches({ seconds: 60, anchorUs, answers }).map((batch) => ({ ...batch, epoch: hour + 1 }));
    const sample: LogEntry = {
      kind: 'clock',
      receivedAt: unixMicros(anchorUs),
      agent: 'agent-1',
      epoch: hour + 1,
      anchor: unixMicros(anchorUs),
      at: epochMicros(0),
      offsetUs: microseconds(0),
      errorUs: microseconds(200),
    };
    const results = made.map((batch): LogEntry => {
      return { kind: 'batch', receivedAt: unixMicros(anchorUs + batch.sequence * 1e6), batch };
    });
    return [sample, ...results];
  }).flat();
}

const places = ['primary', 'standby'].map((server) => ({ server, bucket: null }));

const told = async ({ keeping }: Opened, since: number, until: number) => {
  const { figures, source } = await keeping.figures({ group: 'corsham-dhcp', since, until });
  return { ...measuredFigures(figures), availability: availabilityOf(figures, places), source };
};

t.test('raw results go, what was kept stays, and a report goes on from rollups', async (t) => {
  const state = mkdtempSync(join(tmpdir(), 'dorawatch-'));
  let now = START + 48 * HOUR;
  const first = await open(state, () => now);
  await first.inbox.append(entries());
  const keep = { since: unixMicros(START + 5 * HOUR), until: unixMicros(START + 5 * HOUR + 60e6) };
  await first.inbox.append([{ kind: 'keep', receivedAt: unixMicros(now), ...keep, actor: null }]);
  await first.fold.folded(first.inbox.next - 1);
  await first.keeping.rollups.through(first.inbox.next);
  const [since, until] = [START + 2 * HOUR, START + 8 * HOUR + 60e6];
  const before = await told(first, since, until);
  t.equal(before.source, 'raw');
  t.equal(before.exchanges, 7 * 1200);
  const recent = await told(first, START + 40 * HOUR, now);
  const kept = await told(first, keep.since, keep.until);
  const records = first.inbox.size.records;

  const removed = await first.keeping.retention.run();
  t.equal(first.inbox.size.records, records - removed);
  t.ok(removed > 1400, `${removed} of ${records} records went`);
  t.equal(first.keeping.store().raw_since, START + 24 * HOUR + 1e6);
  const after = await told(first, since, until);
  t.strictSame(
    { ...after, source: 'raw', clock_error_max_us: before.clock_error_max_us },
    before,
    'the same figures, from rollups',
  );
  t.equal(after.source, 'rollups');
  t.match(after.availability, [{ server: 'primary' }, { server: 'standby', answered: 0, ratio: 0 }]);
  t.strictSame(await told(first, START + 40 * HOUR, now), recent, 'what is younger is as it was');
  t.equal((await told(first, START + 20 * HOUR, START + 30 * HOUR)).source, 'both');
  t.strictSame(await told(first, keep.since, keep.until), kept, 'and so is what was kept');
  const again = first.inbox.size.records;
  t.equal(await first.keeping.retention.run(), 0, 'nothing goes twice');
  t.equal(first.inbox.size.records, again);
  const findings = JSON.stringify(first.fold.model.timeline.rows());
  await first.close();

  writeFileSync(join(state, 'read-model.json'), '{"torn');
  now += 1e6;
  const second = await open(state, () => now);
  t.equal(
    JSON.stringify(second.fold.model.timeline.rows()),
    findings,
    'a damaged snapshot: folded from the foundation',
  );
  t.strictSame(
    { ...(await told(second, since, until)), source: 'raw', clock_error_max_us: before.clock_error_max_us },
    before,
  );
  t.equal(second.inbox.prunedBefore, first.inbox.prunedBefore);
  await second.close();

  for (const name of ['read-model', 'foundation']) {
    const path = join(state, `${name}.json`);
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version: 99 }));
  }
  const third = await open(state, () => now);
  const frozen = (rows: readonly { at: number; kind: string; id: string; text: string }[]) =>
    rows.filter(({ at, kind }) => at < START + 24 * HOUR && kind !== 'mark').map(({ id, text }) => `${id} ${text}`);
  const told3 = frozen(third.fold.model.timeline.rows());
  t.ok(told3.length > 0, `${told3.length} findings are older than the raw results`);
  t.equal(
    JSON.stringify(told3),
    JSON.stringify(frozen(JSON.parse(findings))),
    'snapshots of another version: they stay',
  );
  await third.close();
});

t.test('rollups begin again where they were, and a result that comes twice counts once', async (t) => {
  const state = mkdtempSync(join(tmpdir(), 'dorawatch-'));
  const now = START + 48 * HOUR;
  const all = entries();
  let at = 0;
  for (const share of [0.3, 0.31, 1]) {
    const opened = await open(state, () => now);
    // With what is stored already, as an agent sends again what it heard no acknowledgement of.
    await opened.inbox.append(all.slice(Math.max(0, at - 500), Math.floor(all.length * share)));
    at = Math.floor(all.length * share);
    await opened.keeping.rollups.through(opened.inbox.next);
    if (share === 1) {
      let [counted, pooled] = [0, 0];
      const query = { group: 'corsham-dhcp', resolution: 'hour', from: 0, to: 2 ** 32 - 2 } as const;
      for await (const { name, rollup } of opened.keeping.rollups.store.read(query)) {
        const exchanges = rollup.counts.acked + rollup.counts.droppedOffer;
        if (name.site === ALL_SITES) pooled += exchanges;
        else counted += exchanges;
      }
      t.equal(counted, 48 * 1200);
      t.equal(pooled, counted, 'the same, once more, in the rows of the servers');
    }
    await opened.close();
  }
});

t.test('the figures of a period do not depend on the order in which its results came', async (t) => {
  const now = START + 48 * HOUR;
  const some = entries().slice(0, 400);
  const found = await Promise.all(
    [some, [...some].reverse()].map(async (order) => {
      const opened = await open(mkdtempSync(join(tmpdir(), 'dorawatch-')), () => now);
      await opened.inbox.append(order);
      const figures = await told(opened, START, START + 6 * HOUR);
      await opened.close();
      return JSON.stringify(figures);
    }),
  );
  t.equal(found[0], found[1]);
});
