/** Who makes an exchange, with whom, and every "no" with what to do about it. */
import t from 'tap';
import { type AdHocAgent, type Circumstances, chooseAdHoc } from '../../../../collector/core/ad-hoc/choice.ts';
import { assign, NO_ASSIGNMENTS } from '../../../../collector/core/assignment.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import { OWN_FEATURES } from '../../../../shared/core/features.ts';
import type { PauseRow } from '../../../../shared/core/ops-reply.ts';
import type { ProbeRequest } from '../../../../shared/core/ops-request.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const now = unixMicros(1_700_000_000e6);
const secondsAgo = (seconds: number) => unixMicros(now - seconds * 1e6);

function configOf(probe = 'rate: 10/s, drop_time: 3s') {
  const verdict = judgeConfigText(`groups:
  - name: hot
    mode: hot-standby
    servers:
      - { name: primary, address: 10.0.0.1, role: primary }
      - { name: standby, address: 10.0.0.2, role: standby }
  - name: balanced
    mode: load-balancing
    servers:
      - { name: primary, address: 10.0.1.1, role: primary }
      - { name: second, address: 10.0.1.2, role: secondary }
sites: [{ name: corsham }, { name: leeds }]
probe: { ${probe} }
`);
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.mistakes));
  return verdict.config;
}

const session = (agent: string, fields: Partial<AdHocAgent> = {}): AdHocAgent => ({
  agent,
  site: 'corsham',
  version: '0.1.0',
  connected: true,
  lastSeen: secondsAgo(1),
  features: OWN_FEATURES,
  clockOffsetUs: null,
  clockErrorUs: null,
  ...fields,
});

function circumstances(
  sessions: readonly AdHocAgent[],
  { pauses = [], config = configOf() }: Partial<Pick<Circumstances, 'pauses' | 'config'>> = {},
): Circumstances {
  const { byAgent } = assign(NO_ASSIGNMENTS, config, sessions);
  const known = sessions.map(({ agent: id, site, lastSeen: last_seen }) => ({ id, site, last_seen }));
  return { config, pauses, sessions, known, assignmentOf: (agent) => byAgent.get(agent), now };
}

const request = (server: string, fields: Partial<ProbeRequest> = {}): ProbeRequest => ({
  ...{ site: 'corsham', server, group: null, agent: null, kind: null, wait_ms: null, actor: null },
  ...fields,
});

const here = circumstances([session('a1')]);

t.test('a server by name, by group and name, by address; as the schedule asks it', async (t) => {
  const asked = (server: string, fields: Partial<ProbeRequest> = {}) => {
    const choice = chooseAdHoc(request(server, fields), here);
    return choice.ok ? choice.asked : choice.problem;
  };
  const standby = { group: 'hot', server: 'standby', bucket: null, kind: 'dora', dropTimeMs: 3000 };
  t.same(asked('standby'), standby);
  t.same(asked('hot/standby'), standby);
  t.same(asked('10.0.0.2', { kind: 'do', wait_ms: 500 }), { ...standby, kind: 'do', dropTimeMs: 500 });
  t.match(asked('primary', { group: 'balanced' }), { group: 'balanced', bucket: 0 });
  t.match(asked('second'), { bucket: 1 }, 'as a client that is its own when all is well');
  t.equal(asked('primary'), '"primary" is several servers: hot/primary, balanced/primary; say which by one of these');
});

t.test('where the schedule takes no leases, an exchange takes none unless it is asked to', async (t) => {
  const kindOf = (probe: string, kind: string | null = null) => {
    const choice = chooseAdHoc(
      request('standby', { kind }),
      circumstances([session('a1')], { config: configOf(probe) }),
    );
    return choice.ok ? choice.asked.kind : choice.problem;
  };
  t.equal(kindOf('rate: 10/s, kind: do'), 'do');
  t.equal(kindOf('rate: 10/s, kind: do', 'dora'), 'dora');
  t.equal(kindOf('rate: 10/s, kind: do, dora_rate: 1/s'), 'dora');
});

t.test('of several agents: the one heard last that can; or the one that is named', async (t) => {
  const sessions = [
    session('old', { features: [] }),
    session('slow', { lastSeen: secondsAgo(4) }),
    session('quick', { lastSeen: secondsAgo(2) }),
    session('gone', { connected: false }),
    session('elsewhere', { site: 'leeds' }),
  ];
  const agentOf = (agent: string | null) => {
    const choice = chooseAdHoc(request('standby', { agent }), circumstances(sessions));
    return choice.ok ? choice.agent.agent : `${choice.kind}: ${choice.problem}`;
  };
  t.equal(agentOf(null), 'quick');
  t.equal(agentOf('slow'), 'slow');
  t.match(
    agentOf('old'),
    /^not-now: agent old \(version 0\.1\.0\) is too old: it does not know ad-hoc exchanges; install/,
  );
  t.equal(
    agentOf('gone'),
    'not-now: agent gone is not connected: gone was last heard 1s ago; dorawatch agents shows them all',
  );
  t.match(agentOf('elsewhere'), /^not-found: there is no agent "elsewhere"; .* \(of site corsham\)$/);
});

t.test('every other no', async (t) => {
  const say = (of: Circumstances, fields: Partial<ProbeRequest>) => {
    const choice = chooseAdHoc(request('standby', fields), of);
    return choice.ok ? 'yes' : `${choice.kind}: ${choice.problem}`;
  };
  const pause = (fields: Partial<PauseRow>): Circumstances => {
    const row = { group: null, server: null, site: null, since: secondsAgo(840), text: null, actor: null, ref: null };
    return circumstances([session('a1')], { pauses: [{ ...row, ...fields }] });
  };
  const cases: readonly (readonly [Circumstances, Partial<ProbeRequest>, string])[] = [
    [here, { site: 'corsam' }, 'not-found: there is no site "corsam"; did you mean "corsham"?'],
    [here, { server: 'stanby' }, 'not-found: there is no server "stanby"; did you mean "standby"?'],
    [here, { server: 'hot/stanby' }, 'not-found: there is no server "hot/stanby"; did you mean "hot/standby"?'],
    [here, { group: 'hott' }, 'not-found: there is no group "hott"; did you mean "hot"?'],
    [here, { kind: 'd' }, 'invalid: an exchange is "dora" or "do", not "d"'],
    [here, { wait_ms: 10_001 }, 'invalid: an answer is waited for from 1 ms to 10 s, not 10001 ms'],
    [
      circumstances([]),
      {},
      'not-now: no agent has ever been heard from site corsham; start one there: dorawatch-agent run --site corsham',
    ],
    [
      circumstances([session('a1', { connected: false, lastSeen: secondsAgo(90) })]),
      {},
      'not-now: no agent of site corsham is connected: a1 was last heard 1m 30s ago; dorawatch agents shows them all',
    ],
    [
      { ...here, assignmentOf: () => undefined },
      {},
      'not-now: agent a1 has not been told yet to probe standby; try again in a second',
    ],
    [pause({}), {}, 'not-now: probing everywhere was paused 14m 0s ago; to go on: dorawatch resume --all'],
    [
      pause({ group: 'hot', site: 'corsham', actor: 'ada', text: 'new switch' }),
      {},
      'not-now: probing of group hot at site corsham was paused 14m 0s ago by ada (new switch); to go on: dorawatch resume --group hot --site corsham',
    ],
    [pause({ site: 'leeds' }), {}, 'yes'],
  ];
  for (const [of, fields, said] of cases) t.equal(say(of, fields), said);
});
