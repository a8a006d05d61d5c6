/**
 * The checker on a day made here, with one thing wrong at a time: a judge that cannot convict proves nothing. The day has a
 * kill and a return of the primary, and an agent whose clock is wrong by minutes.
 */
import t from 'tap';
import type { WireExchange } from '../../lab/wire.ts';
import type { EventRow, Evidence, StoredExchange } from './evidence.ts';
import { judge, type Verdict, verdictLine } from './verdict.ts';

const BEGAN_US = 1_700_000_000_000_000;
const EVERY_US = 200_000;
const COUNT = 600;
const SLOTS = 16;
const SERVER = '10.77.1.2';
const WRONG_US = -73_000_000;
const ROUNDS_PER_BATCH = 5;
/** Rounds in which the primary is dead. */
const DEAD = { from: 200, until: 300 };

const isDead = (round: number): boolean => round >= DEAD.from && round < DEAD.until;
const sentUs = (round: number): number => BEGAN_US + round * EVERY_US + ((round * 7919) % 3_000);
const rounds = Array.from({ length: COUNT }, (_, round) => round);

const wire: WireExchange[] = rounds.map((round) => {
  const discoverUs = sentUs(round);
  const answered = { offerUs: discoverUs + 1_000, requestUs: discoverUs + 2_000, ackUs: discoverUs + 3_000 };
  const chaddr = `02:00:00:00:00:${(round % SLOTS).toString(16).padStart(2, '0')}`;
  return { server: SERVER, xid: round, chaddr, discoverUs, ...(isDead(round) ? {} : answered) };
});

const stored: StoredExchange[] = rounds.map((round) => ({
  agent: 'agent0',
  epoch: 1,
  sequence: Math.floor(round / ROUNDS_PER_BATCH),
  index: round % ROUNDS_PER_BATCH,
  server: 'primary',
  identity: round % SLOTS,
  sentUs: sentUs(round) - 300,
  outcome: isDead(round) ? 'dropped' : 'acked',
  offsetUs: WRONG_US,
}));

const row = (from: string, to: string, round: number): EventRow => ({
  kind: 'transition',
  server: 'primary',
  site: null,
  from,
  to,
  earliestUs: sentUs(round - 1),
  latestUs: sentUs(round) + 50_000,
});

const DAY: Evidence = {
  sites: [{ site: 'site0', agent: 'agent0', shed: 0, wire }],
  servers: wire,
  serverNames: { [SERVER]: 'primary' },
  lives: [
    {
      agent: 'agent0',
      startedUs: BEGAN_US - 1_000_000,
      endedUs: sentUs(COUNT) + 1_000_000,
      isKilled: false,
      epoch: 1,
      spooled: rounds.filter((round) => round % ROUNDS_PER_BATCH === 0).map((round) => [round / ROUNDS_PER_BATCH, 5]),
    },
  ],
  stored,
  influx: stored,
  rows: [row('serving', 'non-serving', DEAD.from), row('non-serving', 'serving', DEAD.until)],
  gaps: [{ fromUs: sentUs(DEAD.from), untilUs: sentUs(DEAD.until - 1) }],
  disturbances: [],
  dropTimeUs: 3_000_000,
};

/** InfluxDB has what the store has, unless that is what is wrong. */
const judged = (day: Partial<Evidence>): Verdict => {
  const all = { ...DAY, ...day };
  const influx = [...new Map(all.stored.map((each) => [`${each.sequence} ${each.index}`, each])).values()];
  return judge({ ...all, influx: day.influx ?? influx });
};
const line = (day: Partial<Evidence>): string => verdictLine(judged(day));
const zeros = 'exchanges 600, lost 0, duplicated 0, invented 0, transitions missed 0, transitions invented 0';
const without = <Item>(items: readonly Item[], at: number): Item[] => items.filter((_, index) => index !== at);
const first = <Item>([item]: readonly Item[]): Item => {
  if (item === undefined) throw new Error('nothing there');
  return item;
};

t.test('a day told truly is a row of zeros', async (t) => {
  t.equal(line({}), zeros);
});

t.test('each wrong is counted where it belongs, and nowhere else', async (t) => {
  t.equal(line({ stored: without(stored, 57) }), zeros.replace('lost 0', 'lost 1'));
  t.equal(line({ stored: stored.slice(5) }), zeros.replace('lost 0', 'lost 5'), 'a whole batch, the first');
  t.equal(line({ stored: [...stored, first(stored)] }), zeros.replace('duplicated 0', 'duplicated 1'));
  const renamed = { ...first(stored), sequence: 9_999 };
  t.equal(line({ stored: [...stored, renamed] }), zeros.replace('duplicated 0', 'duplicated 1'), 'under another name');
  const made = { ...renamed, sentUs: BEGAN_US + 4_500_000, identity: 3 };
  t.equal(line({ stored: [...stored, made] }), zeros.replace('invented 0', 'invented 1'));
  const liar = stored.map((each, round) => (round === 250 ? { ...each, outcome: 'acked' } : each));
  t.equal(line({ stored: liar }), zeros.replace('invented 0', 'invented 1'), 'an answer that never came');
  const drop = stored.map((each, round) => (round === 50 ? { ...each, outcome: 'dropped' } : each));
  t.equal(line({ stored: drop }), zeros.replace('invented 0', 'invented 1'), 'a drop that was answered');
});

t.test('InfluxDB is held against the store', async (t) => {
  t.equal(line({ influx: without(stored, 9) }), zeros.replace('lost 0', 'lost 1'));
  t.equal(line({ influx: [...stored, first(stored)] }), zeros.replace('duplicated 0', 'duplicated 1'));
  const other = { ...first(stored), outcome: 'dropped' };
  t.equal(line({ influx: [other, ...stored.slice(1)] }), zeros.replace('invented 0', 'invented 1'));
});

t.test('transitions are missed and invented', async (t) => {
  t.equal(line({ rows: DAY.rows.slice(1) }), zeros.replace('missed 0', 'missed 1'));
  const invented = zeros.replace('transitions invented 0', 'transitions invented 1');
  t.equal(line({ rows: [...DAY.rows, row('serving', 'degraded', 400)] }), invented);
  const blind = { disturbances: [{ kind: 'weather', target: 'wan0', fromUs: sentUs(100), untilUs: sentUs(500) }] };
  t.equal(
    line({ ...blind, rows: [row('unknown', 'serving', 1)] }),
    zeros.replace('missed 0', 'missed 1'),
    'told serving throughout',
  );
  const dead = zeros.replace('transitions invented 0', 'transitions invented 1');
  t.equal(line({ ...blind, rows: [row('unknown', 'non-serving', 100)] }), dead, 'told dead, and answers');
  const wide = [{ fromUs: sentUs(DEAD.from), untilUs: sentUs(DEAD.until + 20) }];
  t.equal(line({ gaps: wide }), dead, 'a gap in which somebody answers');
  const late = zeros.replace('missed 0', 'missed 1').replace('transitions invented 0', 'transitions invented 1');
  const moved = [row('serving', 'non-serving', DEAD.from + 20), row('non-serving', 'serving', DEAD.until)];
  t.equal(line({ rows: moved }), late, 'four seconds beside the truth is not the truth');
});

t.test('what an agent took with it is excused, what it left on its disk is not', async (t) => {
  const life = { ...first(DAY.lives), isKilled: true, endedUs: sentUs(COUNT - 1) + 100_000, spooled: [] };
  const verdict = judged({ lives: [life], stored: stored.slice(0, -5) });
  t.match(verdict.exchanges, { lost: 0, excused: 5 });
  t.match(judged({ lives: [life], stored: without(stored, 300) }).exchanges, { lost: 1, excused: 0 });
  const shed = [{ ...first(DAY.sites), shed: 1 }];
  t.match(judged({ sites: shed, stored: without(stored, 300) }).exchanges, { lost: 0, excused: 1 });
  const spooled = { ...life, spooled: [[COUNT / ROUNDS_PER_BATCH - 1, 5]] as const };
  t.match(judged({ lives: [spooled], stored: stored.slice(0, -5) }).exchanges, { lost: 5 });
});

t.test('nobody is blamed for what no site could see', async (t) => {
  const disturbances = [{ kind: 'cut', target: 'wan0', fromUs: sentUs(190), untilUs: sentUs(310) }];
  t.match(judged({ disturbances, rows: [] }).transitions, { missed: 0, moments: 2, seen: 0 });
});
