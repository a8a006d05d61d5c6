/** What cannot be planned is refused in a sentence that says what can; what says no end is given one. */
import t from 'tap';
import { judgeMaintenance } from '../../../../collector/core/answers/maintenance-request.ts';
import { type PersonWindow, withPerson } from '../../../../collector/core/maintenance/person-windows.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import type { MaintenanceRequest } from '../../../../shared/core/ops-request.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { hotStandby } from '../../hot-standby.ts';

const read = judgeConfigText(hotStandby('corsham', 'leeds'));
if (!read.ok) throw new Error('the configuration of this test has mistakes');
const { config } = read;
const now = unixMicros(1e15);
const HOUR_US = 3600e6;
const words = { text: null, actor: null, ref: null };
const nothing = {
  group: null,
  server: null,
  site: null,
  since: null,
  until: null,
  for_ms: null,
  exact: false,
  ...words,
};
const later = (us: number) => unixMicros(now + us);

const judge = (request: Partial<MaintenanceRequest>, action: 'start' | 'stop', people: readonly PersonWindow[] = []) =>
  judgeMaintenance({ ...nothing, ...request }, action, { config, people, now });

function started(...requests: readonly Partial<MaintenanceRequest>[]): readonly PersonWindow[] {
  return requests.reduce<readonly PersonWindow[]>((people, request) => {
    const verdict = judge(request, 'start', people);
    return verdict.ok ? withPerson(people, verdict.entry) : people;
  }, []);
}

t.test('starts', async (t) => {
  t.match(judge({ group: 'corsham-dhcp', text: ' new switch ' }, 'start'), {
    ok: true,
    entry: { action: 'start', text: 'new switch', since: now, until: later(2 * HOUR_US) },
  });
  t.match(judge({ server: 'primary', for_ms: 600_000 }, 'start'), {
    ok: true,
    entry: { group: 'corsham-dhcp', server: 'primary', until: later(600e6) },
  });
  t.match(judge({ since: later(HOUR_US), until: later(2 * HOUR_US) }, 'start'), { ok: true });
  const cases: [Partial<MaintenanceRequest>, RegExp][] = [
    [{ group: 'corsham' }, /no group "corsham"; did you mean "corsham-dhcp"/],
    [{ site: 'leds' }, /did you mean "leeds"/],
    [{ since: later(-1e6) }, /begins now or later/],
    [{ since: later(91 * 24 * HOUR_US) }, /90 days ahead at most/],
    [{ until: later(1e6) }, /a minute at least/],
    [{ for_ms: 8 * 86_400_000 }, /7 days at most/],
    [{ until: later(HOUR_US), for_ms: 600_000 }, /one is enough/],
    [{ text: 'two\nlines' }, /one line of text/],
  ];
  for (const [request, problem] of cases) t.match(judge(request, 'start'), { ok: false, problem }, String(problem));
  const many = started(
    ...Array.from({ length: 256 }, (_, n) => ({ since: later((2 * n + 1) * 300e6), for_ms: 60_000 })),
  );
  t.equal(many.length, 256);
  t.match(judge({ group: 'corsham-dhcp' }, 'start', many), { ok: false, problem: /256 maintenances/ });
});

t.test('ends', async (t) => {
  const people = started({ group: 'corsham-dhcp', server: 'primary' });
  t.match(judge({ group: 'corsham-dhcp' }, 'stop', people), { ok: true, entry: { action: 'stop', until: now } });
  t.match(judge({}, 'stop', people), { ok: true });
  t.match(judge({ group: 'corsham-dhcp', server: 'primary', site: 'leeds' }, 'stop', people), {
    ok: false,
    problem: 'that is in maintenance with all of server primary of group corsham-dhcp: stop that',
  });
  t.match(judge({ site: 'leeds' }, 'stop', people), {
    ok: false,
    problem: /no maintenance at site leeds was started by a person \(windows of the file end with the file/,
  });
  t.match(judge({ group: 'corsham' }, 'stop', people), { ok: false, problem: /did you mean/ });
  t.match(judge({}, 'stop'), { ok: false, problem: /no maintenance anywhere/ });
});

t.test('an exact stop ends what is in force of the very scope, and nothing else', async (t) => {
  const group = { group: 'corsham-dhcp' };
  const people = started(
    group,
    { ...group, server: 'standby' },
    { ...group, since: later(9 * HOUR_US), for_ms: 60_000 },
  );
  const after = (exact: boolean) => {
    const verdict = judge({ ...group, exact }, 'stop', people);
    if (!verdict.ok) throw new Error(verdict.problem);
    const windows = withPerson(people, { ...verdict.entry, receivedAt: later(1e6) });
    return windows.filter(({ until }) => until > later(1e6)).map(({ server, since }) => [server, since > now]);
  };
  t.same(after(false), []);
  t.same(after(true), [
    ['standby', false],
    [null, true],
  ]);
  const none = judge({ ...group, exact: true }, 'stop', started({ ...group, server: 'standby' }));
  t.match(none, { ok: false });
});
