/** What is planned of a place at a moment, by each of the three sources, whatever the order in which it is asked. */
import t from 'tap';
import type { CollectorConfig } from '../../../../collector/core/config/config.ts';
import type { KeaEntry, LogEntry, MaintenanceEntry } from '../../../../collector/core/log-entry.ts';
import { createMaintenance, type Maintenance } from '../../../../collector/core/maintenance/maintenance.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { hotStandby } from '../../hot-standby.ts';

const HOUR = 3600;
/** Seconds after Sunday 2026-07-12 00:00 UTC. */
const at = (second: number) => unixMicros(1_783_814_400_000_000 + second * 1e6);
const GROUP = { group: 'corsham-dhcp', server: null, site: null };
const PRIMARY = { ...GROUP, server: 'primary' };

const said = (action: 'start' | 'stop', second: number, more: Partial<MaintenanceEntry> = {}): MaintenanceEntry => ({
  kind: 'maintenance',
  receivedAt: at(second),
  action,
  ...GROUP,
  since: at(second),
  until: at(action === 'start' ? second + 2 * HOUR : second),
  text: null,
  actor: null,
  ref: null,
  ...more,
});

const configEntry = (second: number, more: string): LogEntry => {
  const verdict = judgeConfigText(hotStandby('corsham') + more);
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.mistakes));
  return { kind: 'config', receivedAt: at(second), version: 1, config: verdict.config as CollectorConfig, text: '' };
};
const SUNDAYS = `maintenance:
  - { group: corsham-dhcp, days: [sun], from: "02:00", until: "04:00", zone: Europe/London, reason: patches }
`;

const fed = (...entries: readonly LogEntry[]): Maintenance => {
  const maintenance = createMaintenance();
  let previousAt: number | null = null;
  for (const entry of entries) {
    maintenance.apply(entry, () => ({ intervalUs: 10e6, previousAt }));
    if (entry.kind === 'kea') previousAt = entry.receivedAt;
  }
  return maintenance;
};

/** Whether a place is planned at each of some seconds: "-#-". */
const line = (maintenance: Maintenance, place: Parameters<Maintenance['plannedAt']>[0], seconds: readonly number[]) =>
  seconds.map((second) => (maintenance.plannedAt(place, at(second)) === null ? '-' : '#')).join('');

t.test('what a window takes in: all that lies within it, and nothing that is more than it', async (t) => {
  const of = (scope: Partial<MaintenanceEntry>) => fed(said('start', 0, scope));
  const rows = [
    [{}, '##-#'],
    [{ server: 'primary' }, '-#-#'],
    [{ site: 'leeds' }, '---#'],
    [{ group: null, site: 'leeds' }, '--##'],
    [{ group: null }, '####'],
  ] as const;
  const places = [GROUP, PRIMARY, { group: null, server: null, site: 'leeds' }, { ...PRIMARY, site: 'leeds' }];
  for (const [scope, expected] of rows)
    t.equal(places.map((place) => line(of(scope), place, [1])).join(''), expected, JSON.stringify(scope));
});

t.test('a person begins it and ends it; it counts from then until then', async (t) => {
  t.equal(line(fed(said('start', 10)), GROUP, [9, 10, 11, 7209, 7210]), '-###-');
  t.equal(line(fed(said('start', 10), said('stop', 60)), GROUP, [9, 10, 59, 60]), '-##-');
  const planned = said('start', 0, { since: at(100), until: at(200) });
  t.equal(line(fed(planned), GROUP, [99, 100, 199, 200]), '-##-');
  t.equal(line(fed(planned, said('stop', 50)), GROUP, [150]), '-', 'what has not begun never does');
  const again = fed(said('start', 0, { until: at(100), text: 'a' }), said('start', 50, { until: at(300) }));
  t.equal(line(again, GROUP, [0, 299, 300]), '##-');
  t.match(again.people, [{ since: at(0), text: 'a' }], 'the same again is one');
});

t.test('who ends the group ends what lies within it, and no other', async (t) => {
  const all = fed(
    said('start', 0, { server: 'primary' }),
    said('start', 0, { group: null, site: 'leeds' }),
    said('stop', 9),
  );
  t.equal(line(all, PRIMARY, [10]), '-');
  t.equal(line(all, { group: null, server: null, site: 'leeds' }, [10]), '#');
});

t.test('two that overlap are planned from the first to the last of them', async (t) => {
  const both = fed(said('start', 0, { until: at(100) }), said('start', 50, { group: null, until: at(200) }));
  t.equal(line(both, GROUP, [0, 75, 150, 199, 200]), '####-');
  t.equal(both.periods({ group: 'corsham-dhcp', since: at(0), until: at(500) }).length, 2);
});

t.test('a window of the file counts while its file is in force, and an unrelated change does not end it', async (t) => {
  // 02:00 to 04:00 in London is 01:00 to 03:00 UTC.
  const [begin, end] = [HOUR, 3 * HOUR];
  const one = fed(configEntry(0, SUNDAYS));
  t.equal(line(one, GROUP, [begin - 1, begin, end - 1, end]), '-##-');
  t.match(one.plannedAt(PRIMARY, at(begin)), { source: 'file', text: 'patches', since: at(begin), until: at(end) });
  const changed = fed(configEntry(0, SUNDAYS), configEntry(begin + 60, `${SUNDAYS}detect: { fall: 7 }\n`));
  t.match(changed.plannedAt(GROUP, at(begin + 90)), { since: at(begin) });
  const removed = fed(configEntry(0, SUNDAYS), configEntry(begin + 60, ''));
  t.equal(line(removed, GROUP, [begin, begin + 59, begin + 60]), '##-');
  const added = fed(configEntry(0, ''), configEntry(begin + 60, SUNDAYS));
  t.equal(line(added, GROUP, [begin, begin + 60]), '-#', 'nothing is planned afterwards');
  t.match(added.plannedAt(GROUP, at(begin + 60)), { since: at(begin + 60) });
});

const word = (second: number, server: string, state: string | null): KeaEntry => ({
  kind: 'kea',
  receivedAt: at(second),
  group: 'corsham-dhcp',
  server,
  word: state === null ? null : ({ state, scopes: [] } as unknown as KeaEntry['word']),
  problem: state === null ? 'refused' : null,
});

t.test(
  "Kea's own word: from when it can have begun until the pair works as ever, over the server's absence",
  async (t) => {
    const upgrade = fed(
      word(0, 'standby', 'hot-standby'),
      word(300, 'standby', 'partner-in-maintenance'),
      word(302, 'primary', 'in-maintenance'),
      word(320, 'primary', null),
      word(330, 'standby', 'partner-down'),
      word(900, 'primary', 'syncing'),
      word(910, 'standby', 'hot-standby'),
    );
    t.equal(line(upgrade, GROUP, [283, 285, 300, 325, 899, 910, 924, 925]), '-######-');
    t.match(upgrade.plannedAt(GROUP, at(500)), { source: 'kea', text: 'primary is in maintenance, as Kea says' });
    t.equal(line(fed(word(0, 'standby', 'partner-down')), GROUP, [1]), '-', 'a partner that is down was not planned');
    const lost = fed(word(0, 'primary', 'in-maintenance'), word(10, 'primary', null));
    t.equal(line(lost, GROUP, [5, 3 * HOUR, 5 * HOUR]), '##-', 'nor is it for ever');
  },
);

t.test('a bracket that touches a window may have been in it', async (t) => {
  const one = fed(said('start', 100, { until: at(200) }));
  const within = (from: number, to: number) => one.plannedWithin(GROUP, { from: at(from), to: at(to) }) !== null;
  t.strictSame([within(90, 99), within(90, 101), within(199, 205), within(200, 205)], [false, true, true, false]);
});

t.test('a snapshot goes on as the log would', async (t) => {
  const entries = [configEntry(0, SUNDAYS), said('start', 10), word(20, 'primary', 'in-maintenance')];
  const whole = fed(...entries);
  const restored = createMaintenance(JSON.parse(JSON.stringify(whole.snapshot())));
  for (const one of [whole, restored]) one.apply(said('stop', 100), () => ({ intervalUs: 0, previousAt: null }));
  t.strictSame(restored.snapshot(), JSON.parse(JSON.stringify(whole.snapshot())));
  t.equal(line(restored, GROUP, [50, 2 * HOUR]), line(whole, GROUP, [50, 2 * HOUR]));
});
