/** What cannot be paused or resumed is refused in a sentence that says what can. */
import t from 'tap';
import { judgePause } from '../../../../collector/core/answers/pause-request.ts';
import { withPause } from '../../../../collector/core/pauses.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import type { PauseRow } from '../../../../shared/core/ops-reply.ts';
import type { PauseRequest } from '../../../../shared/core/ops-request.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { hotStandby } from '../../hot-standby.ts';

const pair = hotStandby('corsham', 'leeds');
const read = judgeConfigText(
  pair.replace(
    'sites:',
    `${pair.slice(pair.indexOf('  - name:'), pair.indexOf('sites:')).replace('corsham-dhcp', 'leeds-dhcp')}sites:`,
  ),
);
if (!read.ok) throw new Error('the configuration of this test has mistakes');
const { config } = read;
const now = unixMicros(1e15);
const nothing = { group: null, server: null, site: null, text: null, actor: null, ref: null };

function paused(...requests: readonly Partial<PauseRequest>[]): readonly PauseRow[] {
  return requests.reduce<readonly PauseRow[]>((pauses, request) => {
    const verdict = judgePause({ ...nothing, ...request }, 'pause', { config, pauses, now });
    return verdict.ok ? withPause(pauses, verdict.entry) : pauses;
  }, []);
}

t.test('pauses', async (t) => {
  const judge = (request: Partial<PauseRequest>, pauses: readonly PauseRow[] = []) =>
    judgePause({ ...nothing, ...request }, 'pause', { config, pauses, now });
  t.match(judge({ group: 'corsham-dhcp', text: ' new switch ' }), {
    ok: true,
    entry: { action: 'pause', text: 'new switch' },
  });
  t.match(judge({ text: ' ' }), { ok: true, entry: { text: null } });
  const cases: [Partial<PauseRequest>, RegExp][] = [
    [{ group: 'corsham' }, /no group "corsham"; did you mean "corsham-dhcp"/],
    [{ group: 'corsham-dhcp', server: 'primry' }, /did you mean "primary"/],
    [{ site: 'bath' }, /no site "bath"; there is: corsham, leeds/],
    [{ server: 'primary' }, /is in groups corsham-dhcp, leeds-dhcp; say which/],
    [{ text: 'a\nb' }, /a pause is one line/],
    [{ actor: 'x'.repeat(200) }, /actor and ref have at most/],
  ];
  for (const [request, problem] of cases) t.match(judge(request), { ok: false, problem });
  const many = Array.from({ length: 256 }, () => paused({ site: 'leeds' })[0] as PauseRow);
  t.match(judge({}, many), { ok: false, problem: /256 pauses/ });
});

t.test('a server that is in one group alone brings its group with it', async (t) => {
  const single = judgeConfigText(pair);
  if (!single.ok) throw new Error('the configuration of this test has mistakes');
  const circumstances = { config: single.config, pauses: [], now };
  const verdict = judgePause({ ...nothing, server: 'primary' }, 'pause', circumstances);
  t.match(verdict, { ok: true, entry: { group: 'corsham-dhcp', server: 'primary' } });
  if (!verdict.ok) return;
  const pauses = withPause([], verdict.entry);
  const resumed = judgePause({ ...nothing, server: 'primary' }, 'resume', { ...circumstances, pauses });
  t.same(resumed.ok && withPause(pauses, resumed.entry), []);
});

t.test('resumes', async (t) => {
  const judge = (request: Partial<PauseRequest>, pauses: readonly PauseRow[]) =>
    judgePause({ ...nothing, ...request }, 'resume', { config, pauses, now });
  t.match(judge({}, []), { ok: false, problem: 'nothing is paused anywhere' });
  t.match(judge({ site: 'leeds' }, []), { ok: false, problem: 'nothing is paused at site leeds' });
  t.match(judge({ site: 'leds' }, []), { ok: false, problem: /did you mean "leeds"/ });
  t.match(judge({ group: 'leeds-dhcp', site: 'leeds' }, paused({ site: 'leeds' })), {
    ok: false,
    problem: 'that is paused with all at site leeds: resume that, and then pause what is to stay so',
  });
  const gone = { group: 'gone', server: null, site: null, since: now, text: null, actor: null, ref: null };
  t.match(judge({ group: 'gone' }, [gone]), { ok: true }, 'what the file no longer has can be resumed');
});
