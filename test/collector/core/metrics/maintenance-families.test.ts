/** Gauges of what is planned: a window of the group is its servers' too, one of a server is none of its group. */
import t from 'tap';
import { maintenanceFamilies } from '../../../../collector/core/metrics/maintenance-families.ts';
import { isWithin, type PauseScope } from '../../../../collector/core/steering.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import { hotStandby } from '../../hot-standby.ts';

const read = judgeConfigText(hotStandby('corsham', 'leeds'));
if (!read.ok) throw new Error('the configuration of this test has mistakes');
const { config } = read;

/** What is 1 while a window is in force: "group", "primary", … */
const shown = (window: Partial<PauseScope>): readonly string[] =>
  maintenanceFamilies({
    config,
    isPlanned: (place) => isWithin(place, { group: null, server: null, site: null, ...window }),
  }).flatMap(({ samples }) =>
    samples.flatMap(({ labels = {}, value }) =>
      value === 1 ? [labels['site'] ?? labels['server'] ?? labels['group'] ?? ''] : [],
    ),
  );

t.test('what each window shows', async (t) => {
  t.same(shown({ group: 'corsham-dhcp' }), ['corsham-dhcp', 'primary', 'standby']);
  t.same(shown({ group: 'corsham-dhcp', server: 'standby' }), ['standby']);
  t.same(shown({ site: 'leeds' }), ['leeds']);
  t.same(shown({ group: 'corsham-dhcp', site: 'leeds' }), [], 'a part of the group, and a part of the site');
  t.same(shown({}), ['corsham-dhcp', 'primary', 'standby', 'corsham', 'leeds']);
});
