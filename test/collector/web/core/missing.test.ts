import t from 'tap';
import { missingOf } from '../../../../collector/web/core/missing.ts';
import type { AgentView, SiteView, StatusView } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const NOW = unixMicros(1e15);
const status = { consumers: [], store: { problem: null } } as unknown as StatusView;
const agent = (site: string, connected: boolean, more: Partial<AgentView> = {}): AgentView =>
  ({
    id: `agent-${site}`,
    site,
    connected,
    last_seen: NOW,
    complete_through: unixMicros(NOW - (connected ? 4e6 : 300e6)),
    backlog_batches: 0,
    trouble: null,
    resting: null,
    ...more,
  }) as AgentView;
const viewer = { zone: 'UTC', zoneName: 'UTC', now: NOW };
const lines = (agents: readonly AgentView[], more: Partial<StatusView> = {}) =>
  missingOf({ status: { ...status, ...more }, agents: { agents }, sites: null }, viewer).map(
    ({ text, detail }) => `${text}: ${detail}`,
  );

t.test('a site is silent when none of its agents is connected', async (t) => {
  t.same(lines([agent('bath', false)]), ['Site bath is silent: nothing is known of it since 01:41:40, 5m ago']);
  t.same(lines([agent('bath', false), agent('bath', true)]), []);
  t.same(lines([agent('bath', false, { complete_through: null })]), [
    'Site bath is silent: none of its results ever came',
  ]);
});

t.test('sites that no agent was ever heard from are named', async (t) => {
  const site = (name: string, agent_state: string) => ({ site: name, agent_state }) as SiteView;
  const of = (...sites: readonly SiteView[]) =>
    missingOf({ status, agents: null, sites: { sites } }, viewer).map(({ text, detail }) => `${text}: ${detail}`);
  const begin = 'none was ever heard; dorawatch-agent run begins one';
  t.same(of(site('bath', 'none'), site('bath', 'none'), site('leeds', 'connected')), [
    `Site bath has no agent: ${begin}`,
  ]);
  t.same(of(site('bath', 'none'), site('leeds', 'none')), [`2 sites have no agent: bath, leeds: ${begin}`]);
});

t.test('many silent sites are one line', async (t) => {
  const agents = Array.from({ length: 142 }, (_, n) => agent(`s${n}`, false));
  t.same(lines(agents), ['142 sites are silent: s0, s1, s2, s3, s4, s5 and 136 more']);
});

t.test('a site is late when what is known of it is old, whatever its agent says, unless it rests', async (t) => {
  const old = { complete_through: unixMicros(NOW - 45e6) };
  t.same(lines([agent('bath', true, old)]), ['Site bath is late: nothing is known of it since 01:45:55, 45s ago']);
  t.same(lines([agent('bath', true, { ...old, backlog_batches: 40 })]), [
    'Site bath is late: nothing is known of it since 01:45:55, 45s ago; 40 batches wait at its agent',
  ]);
  t.same(lines([agent('bath', true, { ...old, resting: 'it was told to' })]), [
    'Agent at bath probes nothing: it was told to',
  ]);
});

t.test('lateness and trouble are said, of agents and of the collector', async (t) => {
  t.same(lines([agent('bath', true, { backlog_batches: 40, trouble: 'its spool is full' })]), [
    'Site bath is late: 40 batches wait at its agent',
    'Agent at bath: its spool is full',
  ]);
  const consumer = { name: 'influx', lag_entries: 9, lag_ms: 190_000, set_aside: 0, problem: null };
  t.same(lines([], { consumers: [consumer] }), ['The collector’s influx lag: 3m 10s behind']);
  t.same(lines([], { consumers: [{ ...consumer, lag_ms: 30_000 }] }), [], 'rollups are written every half minute');
  const verdicts = { ...consumer, name: 'verdicts', lag_ms: 15_000 };
  t.same(lines([], { consumers: [verdicts] }), ['The collector’s verdicts lag: 15s behind']);
});
