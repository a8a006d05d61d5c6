import t from 'tap';
import { eventRows } from '../../../collector/core/answers/event-rows.ts';
import { reportOf } from '../../../collector/core/answers/report.ts';
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { opsService } from '../../../shared/wire/ops-service.ts';
import { findings, marks, moment } from '../../collector/core/verdicts/a-failover.ts';

const rows = eventRows(findings, marks);

/** What the other end gets, as text: key order is a part of the contract. */
const across = (row: EventRow): string =>
  JSON.stringify(opsService.Events.responseDeserialize(opsService.Events.responseSerialize(row)));

t.test('an event crosses unchanged, key for key, null for null', async (t) => {
  for (const row of rows) t.same(JSON.parse(across(row)), row, row.kind);
  const gap = rows.find((row) => row.kind === 'gap');
  t.match(
    across(gap as EventRow),
    /"late":false,"scope":null,"evidence":null,"planned":null,"start":\{"at":\d+,"earliest":\d+,"latest":\d+\},"end":\{/,
  );
});

t.test('a mark has no keys of a gap, and the order of the contract', async (t) => {
  const mark = rows.find((row) => row.kind === 'mark') as EventRow;
  const order =
    'id,kind,at,earliest,latest,detected_at,group,server,site,bucket,from,to,reason,text,actor,ref,late,scope,evidence,planned';
  t.equal(Object.keys(JSON.parse(across(mark))).join(), order);
});

t.test('a report crosses unchanged', async (t) => {
  const measured = {
    sites: 1,
    rate_per_second: 2.5,
    drop_time_ms: 3000,
    exchanges: 0,
    unmeasured: 0,
    unsent: 0,
    late: 0,
    lost_exchanges: 2,
    lost_ms: 0.5,
    clock_error_max_us: null,
    too_late: 0,
    source: 'raw',
  };
  const latency_us = { offer_p50: 900, offer_p99: 2000, ack_p50: null, ack_p99: null };
  const availability = [{ server: 'primary', exchanges: 4, answered: 1, ratio: 0.25, latency_us }];
  const period = { group: 'corsham-dhcp', mode: 'hot-standby', since: moment('11:00:00'), until: moment('12:00:00') };
  const report = reportOf(period, rows, { measured, availability, planned: [] });
  t.same(opsService.Report.responseDeserialize(opsService.Report.responseSerialize(report)), report);
});

t.test('absent is null and zero is zero, also from writers that leave out zeros', async (t) => {
  const { requestDeserialize, requestSerialize } = opsService.Export;
  t.same(requestDeserialize(Buffer.alloc(0)), { group: null, since: 0, until: null });
  const asked = { group: 'g', since: unixMicros(1_772_364_966_123_456), until: unixMicros(0) };
  t.same(requestDeserialize(requestSerialize(asked)), asked);
  t.same(opsService.Agents.responseDeserialize(Buffer.alloc(0)), { agents: [] });
  const clock = {
    id: 'a',
    site: 's',
    version: null,
    connected: true,
    last_seen: null,
    complete_through: null,
    clock_offset_us: -3_000_000_000,
    clock_error_us: 0,
  };
  const agents = {
    agents: [
      {
        ...clock,
        backlog_batches: null,
        assignment_version: null,
        loop_delay_max_ms: 0.5,
        refused_batches: 0,
        lost_batches: 0,
        lost_exchanges: 7,
        throttled: null,
        leases_held: 3,
        leases_worst: 62,
        leases: [{ group: 'g', server: 'primary', scope: '10.80.1.0/24', held: 3, worst: 31 }],
        resting: null,
        behind: true,
        trouble: 'the disk is full',
      },
    ],
  };
  t.same(opsService.Agents.responseDeserialize(opsService.Agents.responseSerialize(agents)), agents);
});
