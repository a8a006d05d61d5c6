import t from 'tap';
import { judgeMark } from '../../../../collector/core/answers/mark-request.ts';
import { storedMark } from '../../../../collector/core/answers/timeline.ts';
import { ALERTS_DEFAULTS } from '../../../../collector/core/config/alerts.ts';
import { DETECT_DEFAULTS, RETENTION_DEFAULTS } from '../../../../collector/core/config/collector-config.ts';
import type { CollectorConfig } from '../../../../collector/core/config/config.ts';
import { GROUP_DEFAULTS, SERVER_DEFAULTS, SITE_DEFAULTS } from '../../../../collector/core/config/config.ts';
import { PROBE_DEFAULTS } from '../../../../collector/core/config/probe.ts';
import type { MarkRequest } from '../../../../shared/core/ops-request.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const config: CollectorConfig = {
  groups: [
    {
      name: 'g',
      mode: 'independent',
      ...GROUP_DEFAULTS,
      servers: [{ name: 'a', address: '10.0.0.1', role: 'server', ...SERVER_DEFAULTS }],
    },
  ],
  sites: [{ name: 'corsham', ...SITE_DEFAULTS }],
  probe: PROBE_DEFAULTS,
  detect: DETECT_DEFAULTS,
  influx: null,
  retention: RETENTION_DEFAULTS,
  alerts: ALERTS_DEFAULTS,
  allowServers: [],
  maintenance: [],
  http: { trustedProxy: null },
};
const now = unixMicros(1_772_364_966_000_000);
const nothing = { at: null, group: null, server: null, site: null, actor: null, ref: null };
const judge = (mark: Partial<MarkRequest>) => judgeMark({ text: 'x', ...nothing, ...mark }, config, now);

t.test('what is given is kept, and now stands for no time', async (t) => {
  t.same(judge({ text: ' Primary down ', actor: 'ada' }), {
    ok: true,
    entry: { kind: 'mark', receivedAt: now, ...nothing, at: now, text: 'Primary down', actor: 'ada' },
  });
  const past = judge({ at: unixMicros(now - 9e12) });
  t.ok(past.ok && past.entry.at === now - 9e12, 'a past time is fine');
});

t.test('what no report could show is refused', async (t) => {
  const cases: [Partial<MarkRequest>, RegExp][] = [
    [{ text: '  ' }, /needs a text/],
    [{ text: 'x'.repeat(501) }, /at most 500/],
    [{ text: 'a\nb' }, /one line/],
    [{ text: '\u001b[31m' }, /control characters/],
    [{ ref: 'r'.repeat(129) }, /at most 128/],
    [{ at: unixMicros(now + 2 * 86_400e6) }, /at most a day ahead/],
    [{ group: 'h' }, /no group "h"/],
    [{ server: 'b' }, /no server "b"/],
    [{ site: 'corshm' }, /did you mean "corsham"/],
  ];
  for (const [mark, problem] of cases) {
    const verdict = judge(mark);
    t.match(verdict.ok ? 'accepted' : verdict.problem, problem);
  }
});

t.test('the same mark twice is two marks; the same entry again is one', async (t) => {
  const [first, again] = [judge({}), judgeMark({ text: 'x', ...nothing }, config, unixMicros(now + 1))];
  if (!first.ok || !again.ok) throw new Error('refused');
  t.not(storedMark(first.entry).id, storedMark(again.entry).id);
  t.equal(storedMark(first.entry).id, storedMark({ ...first.entry }).id);
});
