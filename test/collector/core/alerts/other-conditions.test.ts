/** What is amiss beside the question who serves, from what is known to the sentence that a person reads, and one alert a cause. */
import t from 'tap';
import { type AlertBook, lookAgain } from '../../../../collector/core/alerts/alert-book.ts';
import type { AlertKind } from '../../../../collector/core/alerts/alert-kind.ts';
import { RULE_DEFAULTS, RULE_ON } from '../../../../collector/core/alerts/alert-kind.ts';
import { webhookMessage } from '../../../../collector/core/alerts/alert-message.ts';
import { isOpen } from '../../../../collector/core/alerts/alert-record.ts';
import type { Condition } from '../../../../collector/core/alerts/condition.ts';
import {
  agentConditions,
  footprintConditions,
  noticeConditions,
} from '../../../../collector/core/alerts/other-conditions.ts';
import { ALERTS_DEFAULTS } from '../../../../collector/core/config/alerts.ts';
import { PROBE_DEFAULTS } from '../../../../collector/core/config/probe.ts';
import type { AmissView } from '../../../../collector/core/notices/view.ts';
import type { AgentView } from '../../../../shared/core/ops-view.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, type WorldOptions } from '../../../simulation/world.ts';
import { moment, windowEntry } from '../maintenance/window-entry.ts';
import { tell } from './alert-story.ts';

/** What is told of conditions that last: a line a message, "60 fired DorawatchX critical: …". */
function messagesOf(found: (second: number) => readonly Condition[], until: number): readonly string[] {
  let book: AlertBook = new Map();
  const lines: string[] = [];
  for (let second = 0; second <= until; second += 10) {
    const now = moment(second);
    const assessment = { conditions: found(second), unsure: new Set<string>() };
    const config = ALERTS_DEFAULTS;
    const next = lookAgain(book, { assessment, heardOf: 9, config, now, plannedAt: () => null, isUntold: () => false });
    for (const [key, record] of next) {
      const old = book.get(key);
      const was = old !== undefined && isOpen(old);
      if (was === isOpen(record)) continue;
      const message = webhookMessage(record, was ? 'resolved' : 'fired', {
        rows: [],
        zone: 'UTC',
        externalUrl: null,
        now,
      });
      const { alertname, severity } = message.labels;
      const why = message.evidence === null ? '' : ` (${message.evidence})`;
      lines.push(`${second} ${message.occasion} ${alertname} ${severity}: ${message.summary}${why}`);
    }
    book = next;
  }
  return lines;
}

const rogueAt = (site: string): AmissView => ({
  kind: 'rogue',
  group: null,
  server: null,
  site,
  scope: null,
  detail: '10.9.9.9',
  since: moment(0),
  text: `Unknown server 10.9.9.9 answers at ${site}`,
});

t.test('a rogue server is one alert at once, however many sites see it', async (t) => {
  const sites = ['corsham', 'leeds', 'york'];
  t.same(
    messagesOf((second) => (second < 60 ? noticeConditions(sites.map(rogueAt)) : []), 80),
    [
      '0 fired DorawatchRogueServer critical: Unknown server 10.9.9.9 answers at corsham (and at 2 other sites)',
      '60 resolved DorawatchRogueServer critical: Unknown server 10.9.9.9 answers at corsham (and at 2 other sites)',
    ],
  );
  const [seen] = noticeConditions(sites.map(rogueAt));
  t.match(seen, { address: '10.9.9.9', site: null, sites });
  const other = { ...rogueAt('leeds'), detail: '10.9.9.10' };
  t.equal(noticeConditions([rogueAt('leeds'), other]).length, 2, 'another address is another server');
});

const agent = (id: string, more: Partial<AgentView>): AgentView => ({
  id,
  site: id.replace(/-\d$/, ''),
  version: '1.0.0',
  connected: true,
  last_seen: moment(0),
  complete_through: moment(0),
  clock_offset_us: 0,
  clock_error_us: 1,
  backlog_batches: 0,
  assignment_version: 1,
  loop_delay_max_ms: 1,
  refused_batches: 0,
  lost_batches: 0,
  lost_exchanges: 0,
  throttled: 0,
  trouble: null,
  leases_held: null,
  leases_worst: null,
  leases: [],
  resting: null,
  behind: false,
  ...more,
});

t.test('probes that keep nearly all the leases that they can are told of after a while, by server', async (t) => {
  const held = (primary: number): readonly AgentView[] => [
    agent('corsham', { leases: [{ group: 'pair', server: 'primary', scope: null, held: primary, worst: 40 }] }),
    agent('leeds', {
      leases: [
        { group: 'pair', server: 'primary', scope: null, held: 40, worst: 40 },
        { group: 'pair', server: 'standby', scope: null, held: 3, worst: 40 },
      ],
    }),
  ];
  const released = { probe: { ...PROBE_DEFAULTS, release: 'sometimes' as never } };
  const found = (primary: number) => footprintConditions(held(primary), released, moment(0));
  t.same(
    messagesOf(() => found(35), 620),
    [
      '600 fired DorawatchFootprint warning: pair: probes do not get rid of their leases of primary (they hold 75, and 80 at worst; is RELEASE lost on the way, or refused?)',
    ],
  );
  t.same(found(20), [], 'three quarters are an ordinary day');
  const never = { probe: { ...PROBE_DEFAULTS, release: 'never' as const } };
  t.same(footprintConditions(held(40), never, moment(0)), [], 'leases that are never given back are held by design');
});

t.test('agents in trouble are one alert that names them; those that are gone are silent sites', async (t) => {
  const agents = [
    agent('corsham-1', { trouble: 'its spool cannot be written: ENOSPC' }),
    agent('leeds-1', { resting: 'the collector has been silent for 4h' }),
    agent('york-1', { trouble: 'its clock is off', connected: false }),
    agent('bath-1', {}),
  ];
  t.same(
    messagesOf((second) => agentConditions(agents, moment(second)), 620),
    [
      '600 fired DorawatchAgentTrouble warning: 2 agents in trouble: corsham-1 and leeds-1 (corsham-1: its spool cannot be written: ENOSPC and leeds-1: the collector has been silent for 4h)',
    ],
  );
});

/** A pair whose primary dies in the planned minute from 60 s on, with the standby in its place. */
const pair = (alive: WorldOptions['alive'], seconds = 330): WorldOptions => ({
  ...quietWorld(seeded(7)),
  servers: ['primary', 'standby'],
  mode: 'hot-standby',
  sites: 1,
  rate: 5,
  seconds,
  alive,
});

const taken = (server: string, second: number): boolean => (server === 'primary' ? second < 70 : second > 80);
const without = (...kinds: readonly AlertKind[]) => ({
  rules: { ...RULE_DEFAULTS, ...Object.fromEntries(kinds.map((kind) => [kind, null])) },
});

t.test('what a window leaves behind is one page, by the rule that says it best', async (t) => {
  const story = { world: pair(taken), said: [windowEntry(60, 120)] };
  const { lines, book } = tell(story);
  t.match(
    lines,
    [/^1[45]\d \+ server pair primary: pair: primary does not serve since/],
    'held in the window, told after it',
  );
  t.equal(lines.length, 1);
  t.equal(book.get('maintenance pair')?.held, 'told by server pair primary');
  const alone = tell({ ...story, alerts: without('server') });
  t.match(alone.lines, [
    /^24\d \+ maintenance pair: After maintenance of group pair: primary is non-serving \(before: serving\) and standby is serving/,
  ]);
});

t.test('nobody is called for what is well again, or better than before', async (t) => {
  const back = (server: string, second: number) =>
    server === 'primary' ? second < 70 || second > 110 : second > 80 && second < 110;
  t.same(tell({ world: pair(back), said: [windowEntry(60, 120)] }).lines, []);
  const repaired = (server: string, second: number) =>
    server === 'primary' ? second < 20 || second > 90 : second > 30 && second < 90;
  const lines = tell({ world: pair(repaired), said: [windowEntry(60, 120)], alerts: without('server', 'gap') }).lines;
  t.same(lines, []);
});

t.test('two that serve after a window are one alert', async (t) => {
  const both = (server: string, second: number) => server === 'primary' || second > 80;
  const story = { world: pair(both), said: [windowEntry(60, 120)] };
  t.match(tell(story).lines, [/^17\d \+ overlap pair: pair: primary and standby serve at once since/]);
  const rules = { ...RULE_DEFAULTS, overlap: null, maintenance: RULE_ON };
  t.match(tell({ ...story, world: pair(both, 560), alerts: { rules } }).lines, [
    /\+ maintenance pair: .*standby is serving/,
  ]);
});
