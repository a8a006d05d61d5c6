import t from 'tap';
import { agentRows } from '../../../../collector/core/answers/agent-rows.ts';
import { createRecent } from '../../../../collector/core/answers/recent.ts';
import { sitesOf, statusOf } from '../../../../collector/core/answers/status.ts';
import { ALERTS_DEFAULTS } from '../../../../collector/core/config/alerts.ts';
import { DETECT_DEFAULTS, RETENTION_DEFAULTS } from '../../../../collector/core/config/collector-config.ts';
import type { CollectorConfig } from '../../../../collector/core/config/config.ts';
import { GROUP_DEFAULTS, SERVER_DEFAULTS, SITE_DEFAULTS } from '../../../../collector/core/config/config.ts';
import { PROBE_DEFAULTS } from '../../../../collector/core/config/probe.ts';
import { createKeaBook } from '../../../../collector/core/kea/kea-book.ts';
import { createNotices } from '../../../../collector/core/notices/notices.ts';
import { createVerdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import { microseconds, unixMicros } from '../../../../shared/core/units.ts';

const site = (name: string) => ({ name, ...SITE_DEFAULTS });
const config: CollectorConfig = {
  groups: [
    {
      name: 'g',
      mode: 'hot-standby',
      ...GROUP_DEFAULTS,
      servers: [
        { name: 'primary', address: '10.0.0.1', role: 'primary', ...SERVER_DEFAULTS },
        { name: 'standby', address: '10.0.0.2', role: 'standby', ...SERVER_DEFAULTS },
      ],
    },
  ],
  sites: [site('a'), site('b')],
  probe: PROBE_DEFAULTS,
  detect: DETECT_DEFAULTS,
  influx: null,
  retention: RETENTION_DEFAULTS,
  alerts: ALERTS_DEFAULTS,
  allowServers: [],
  maintenance: [],
  http: { trustedProxy: null },
};
const now = unixMicros(1e15);
const store = { raw_bytes: 0, raw_since: null, too_late: 0, problem: null };
const notices = createNotices().view();
const readers = { kea: createKeaBook(), notices, consumers: [], store, pauses: [], planned: [], remarks: [] };
const verdicts = createVerdicts().view();

t.test('what nobody has measured yet is shown, as unknown', async (t) => {
  const { groups } = statusOf({ config, verdicts, recent: createRecent(), now, ...readers }, null);
  t.match(groups, [{ name: 'g', state: 'unknown', since: null, sites: { served: 0, unserved: 0, unknown: 2 } }]);
  t.same(
    groups[0]?.servers.map(({ name, state, expected, reason }) => [name, state, expected, reason]),
    [
      ['primary', 'unknown', 'serving', null],
      ['standby', 'unknown', 'silent', null],
    ],
  );
  t.same(statusOf({ config, verdicts, recent: createRecent(), now, ...readers }, 'other').groups, []);
});

t.test("a site's agents: connected, disconnected, none", async (t) => {
  const { sites } = sitesOf({ config, verdicts, notices }, [{ site: 'a', connected: false }], { unserved: false });
  t.same(
    sites.map((row) => [row.site, row.state, row.agent_state]),
    [
      ['a', 'unknown', 'disconnected'],
      ['b', 'unknown', 'none'],
    ],
  );
  const again = sitesOf(
    { config, verdicts, notices },
    [
      { site: 'a', connected: false },
      { site: 'a', connected: true },
    ],
    { unserved: false },
  );
  t.equal(again.sites[0]?.agent_state, 'connected');
  t.same(sitesOf({ config, verdicts, notices }, [], { unserved: true }).sites, [], 'unknown is not unserved');
});

t.test('agents of earlier runs are remembered, sessions tell more', async (t) => {
  const logged = {
    site: 'a',
    epoch: 1,
    completeThrough: now,
    lastReceivedAt: now,
    clockErrorUs: microseconds(5),
    silent: false,
  };
  const old = { ...logged, agent: 'old', clockOffsetUs: microseconds(-7), loopDelayMaxUs: microseconds(1500) };
  const session = {
    agent: 'new',
    site: 'a',
    version: '',
    connected: true,
    lastSeen: now,
    clockOffsetUs: null,
    clockErrorUs: null,
  };
  const rows = agentRows(
    [
      {
        ...session,
        backlogBatches: null,
        assignmentVersion: 0,
        loopDelayMaxUs: null,
        refused: 2,
        trouble: 'the disk is full',
        throttled: 3,
        leases: [
          { group: 'g', server: 'primary', scope: null, held: 2, worst: 31 },
          { group: 'g', server: 'standby', scope: '10.0.0.0/24', held: 1, worst: 4 },
        ],
        resting: 'nothing heard of the collector for 7 days',
        complaint: null,
        clash: { at: now, text: 'another host' },
      },
    ],
    [old],
    { losses: new Map(), now, version: '0.2.0' },
  );
  t.match(rows[0], {
    id: 'new',
    version: null,
    leases_held: 3,
    leases_worst: 35,
    resting: /7 days/,
    connected: true,
    clock_offset_us: null,
    assignment_version: null,
    loop_delay_max_ms: null,
    refused_batches: 2,
  });
  t.match(rows[1], { id: 'old', connected: false, last_seen: now, clock_offset_us: -7, loop_delay_max_ms: 1.5 });
});
