/** Stories of a pair and its sites, and what a person on call is told of them: one alert a cause, its words, and its end. */
import t from 'tap';
import { milliseconds } from '../../../../shared/core/units.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, type WorldOptions } from '../../../simulation/world.ts';
import { type Story, tell } from './alert-story.ts';

const pair = (own: Partial<WorldOptions>): WorldOptions => ({
  ...quietWorld(seeded(7)),
  servers: ['primary', 'standby'],
  mode: 'hot-standby',
  sites: 3,
  ...own,
});

const primaryAlone = (server: string): boolean => server === 'primary';

/** What was told, without its dates. */
const linesOf = (story: Story): readonly string[] =>
  tell(story).lines.map((line) => line.replaceAll(/2023-11-14 (22:1\d:\d\d) UTC/g, '$1'));

t.test('a failover is one alert, from the gap to the fail-back', async (t) => {
  const failover = pair({
    seconds: 230,
    alive: (server, at) => (server === 'primary' ? at < 60 || at > 200 : at > 110 && at < 205),
  });
  t.same(linesOf({ world: failover }), [
    '64 + gap pair primary: pair: no server serves since 22:14:20',
    '114 ~ gap pair primary: pair: primary does not serve since 22:14:20; standby serves since 22:15:10 (50.0s without service)',
    '204 - gap pair primary',
  ]);
});

t.test('a handover without a gap is an alert about the server', async (t) => {
  const clean = pair({ seconds: 120, alive: (server, at) => (server === 'primary' ? at < 60 : at > 58) });
  t.same(linesOf({ world: clean }), [
    '90 + server pair primary: pair: primary does not serve since 22:14:20; standby serves',
  ]);
});

t.test('when who took over dies too that is another gap, and another page', async (t) => {
  const both = pair({
    seconds: 370,
    alive: (server, at) =>
      server === 'primary' ? at < 60 || at > 350 : (at > 110 && at < 200) || (at > 250 && at < 352),
  });
  const told = linesOf({ world: both });
  t.same(
    told.filter((line) => !line.includes('~')),
    [
      '64 + gap pair primary: pair: no server serves since 22:14:20',
      '204 + gap pair standby: pair: no server serves since 22:16:40',
      '254 - gap pair standby',
      '354 - gap pair primary',
    ],
  );
});

t.test('in load balancing one half is an alert, and both are one', async (t) => {
  const world = pair({
    seconds: 370,
    mode: 'load-balancing',
    servers: ['primary', 'secondary'],
    alive: (server, at, bucket) => {
      if (server === 'primary') return bucket === 0 && (at < 60 || at > 350);
      return at < 200 ? bucket === 1 || at > 100 : at > 300;
    },
  });
  const told = linesOf({ world }).filter((line) => !line.includes('~'));
  t.match(told, [
    /^6\d \+ gap pair primary bucket-0: pair: no server serves the primary's clients since/,
    /^20\d \+ gap pair secondary: pair: no server serves anybody; /,
    /^30\d - gap pair secondary$/,
    /^35\d - gap pair primary bucket-0$/,
  ]);
  t.equal(told.length, 4);
});

t.test('sites', async (t) => {
  t.same(
    linesOf({
      world: pair({ seconds: 330, alive: primaryAlone, lost: (at, site) => at > 60 && at < 300 && site === 1 }),
    }),
    [
      '182 + site-unserved pair site-001: site site-001 is served by no server of pair since 22:14:20',
      '304 - site-unserved pair site-001',
    ],
    'one that is cut off from the servers',
  );
  t.match(
    linesOf({
      world: pair({
        seconds: 420,
        sites: 24,
        alive: primaryAlone,
        lost: (at, site) => at > 60 && at < 390 && site >= 14,
      }),
    }).filter((line) => !line.includes('~')),
    [
      /^18\d \+ site-unserved pair: 10 sites that no server of pair serves: site-014, .* and 7 more$/,
      /^\d+ - site-unserved pair$/,
    ],
    'many of them are one alert, and the server that they lack is none',
  );
  t.match(
    linesOf({
      world: pair({
        seconds: 320,
        sites: 24,
        alive: primaryAlone,
        running: (site, at) => at < 60 || at > 300 || site < 14,
      }),
    }),
    [/^18\d \+ site-silent: 10 sites without any agent that reports: /, /^30\d - site-silent$/],
    'agents that fall silent',
  );
  t.match(
    linesOf({
      world: pair({
        seconds: 250,
        sites: 24,
        alive: primaryAlone,
        running: (site, at) => at < 60 || at > 230 || site < 2,
      }),
    }),
    [
      /^12\d \+ collector: the collector hears 2 of 24 sites: nothing comes in from site-002, .* and 19 more$/,
      /^23\d - collector$/,
    ],
    'most of them are an alert about the collector',
  );
  const gone = tell({ world: pair({ seconds: 70, alive: primaryAlone, running: (_, at) => at < 60 }), after: 120 });
  t.match(
    gone.lines,
    [/^12\d \+ collector: the collector hears 0 of 3 sites/],
    'nothing is claimed of servers that nobody asks',
  );
  t.equal(gone.book.get('site-silent site-001')?.held, 'told by collector');
});

t.test('what flaps is one alert that says so, until it is quiet', async (t) => {
  const world = pair({
    seconds: 500,
    alive: (server, at) => server === 'primary' && (at < 60 || at > 300 || Math.floor(at / 40) % 2 === 0),
  });
  const flapping = { changes: 4, withinMs: milliseconds(120_000) };
  const told = linesOf({ world, alerts: { flapping } });
  t.same(
    told.filter((line) => !line.includes('~')).map((line) => line.replace(/:.*/, '')),
    ['64 + gap pair primary', '84 - gap pair primary', '124 + gap pair primary', '424 - gap pair primary'],
  );
  t.match(
    told.find((line) => line.startsWith('164 ~')),
    /flaps \(4 changes in 2m\): pair: no server serves .*; just now it is well$/,
  );
});

t.test('planned work holds back what it is about, and nothing else', async (t) => {
  const world = pair({ seconds: 200, alive: (server, at) => server === 'primary' && at < 60 });
  const during = {
    world,
    planned: (place: { group: string | null }, at: number) => (place.group === 'pair' && at < 150 ? 'CHG12' : null),
  };
  t.equal(tell({ world, planned: () => 'CHG12' }).book.get('gap pair primary')?.held, 'planned: CHG12');
  t.match(linesOf(during), [/^150 \+ gap pair primary/], 'what is still so when it ends is told then');
  const taken = pair({ seconds: 160, alive: (name, at) => (name === 'primary' ? at < 60 : at > 110) });
  t.same(
    linesOf({ world: taken, planned: ({ server }) => (server === 'primary' ? 'CHG12' : null) }),
    ['64 + gap pair primary: pair: no server serves since 22:14:20', '114 - gap pair primary'],
    'work on the primary is no plan for a gap, and all that a takeover leaves to be told',
  );
});

t.test('any interleaving of restarts tells the same', async (t) => {
  const world = () =>
    pair({
      seconds: 380,
      alive: (server, at) =>
        server === 'primary' ? at < 60 || at > 350 : (at > 110 && at < 200) || (at > 250 && at < 352),
    });
  const told = linesOf({ world: world() });
  const random = seeded(11);
  for (let round = 0; round < 6; round += 1) {
    const restarts = Array.from({ length: 1 + Math.floor(random() * 12) }, () => 1 + Math.floor(random() * 379));
    t.same(linesOf({ world: world(), restarts }), told, `restarts at ${restarts.join(', ')}`);
  }
});

t.test('late history is silent', async (t) => {
  const world = pair({
    seconds: 300,
    alive: (server, at) => server === 'primary' && (at < 60 || at > 100),
    // Nobody can tell of the outage before it is over.
    connected: (_, at) => at < 55 || at > 200,
  });
  t.same(
    linesOf({ world }).filter((line) => !line.includes('collector')),
    [],
  );
});
