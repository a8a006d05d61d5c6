import t from 'tap';
import { agentFamilies, shownAgents } from '../../../../collector/core/metrics/agent-families.ts';
import { AGENTS_SHOWN_MAX } from '../../../../collector/core/metrics/limits.ts';
import type { AgentView } from '../../../../shared/core/ops-view.ts';

const agent = (id: string, more: Partial<AgentView> = {}): AgentView =>
  ({
    id,
    site: 'corsham',
    connected: false,
    last_seen: 0,
    clock_error_us: null,
    resting: null,
    trouble: null,
    ...more,
  }) as AgentView;

t.test('agents have a bound: those that are connected come first, then those last heard of', async (t) => {
  const many = Array.from({ length: AGENTS_SHOWN_MAX + 100 }, (_, n) =>
    agent(`old-${n}`, { last_seen: n } as Partial<AgentView>),
  );
  const shown = shownAgents([...many, agent('here', { connected: true })]);
  t.equal(shown.length, AGENTS_SHOWN_MAX);
  t.equal(shown[0]?.id, 'here');
  t.equal(shown[1]?.id, `old-${AGENTS_SHOWN_MAX + 99}`);
});

t.test('figures in seconds, and none where none is known', async (t) => {
  const agents = [agent('a', { connected: true, clock_error_us: 1500 }), agent('b', { site: 'bath' })];
  const sources = { config: { sites: [{ name: 'corsham' }, { name: 'bath' }] }, agents, sites: [] };
  const families = agentFamilies(sources as unknown as Parameters<typeof agentFamilies>[0]);
  const samples = (name: string) => families.find((own) => own.name === name)?.samples;
  t.strictSame(samples('dorawatch_site_agent_clock_error_seconds'), [
    { labels: { agent: 'a', site: 'corsham' }, value: 0.0015 },
  ]);
  t.same(
    samples('dorawatch_site_reporting')?.map(({ value }) => value),
    [1, 0],
  );
  t.same(samples('dorawatch_agents_connected'), [{ labels: {}, value: 1 }]);
});
