import t from 'tap';
import { type AgentFlags, readAgentFlags as read, type Surroundings } from '../../../agent/core/agent-config.ts';
import type { KeptEnrolment } from '../../../agent/core/enrolment.ts';
import { unixMicros } from '../../../shared/core/units.ts';

const readAgentFlags = (flags: AgentFlags, around: Partial<Surroundings> = {}) =>
  read(flags, { enrolment: null, proxy: '', ...around });

t.test('good flags', async (t) => {
  t.strictSame(readAgentFlags({ collector: 'dorawatch.example', site: 'corsham', state: '/var/lib/x' }), {
    collector: 'dorawatch.example:6767',
    site: 'corsham',
    stateDirectory: '/var/lib/x',
    id: null,
    spoolBytes: 256 * 2 ** 20,
    spoolAgeMs: 7 * 86_400_000,
    metrics: { host: '127.0.0.1', port: 6769 },
    proxy: undefined,
    enrolment: undefined,
  });
  const metricsAt = (metrics: string) => readAgentFlags({ collector: 'c', site: 'a', state: 's', metrics });
  t.match(metricsAt('[::]:0'), { metrics: { host: '[::]', port: 0 } }, 'wherever somebody wants it');
  t.match(metricsAt('off'), { metrics: undefined });
  t.match(readAgentFlags({ collector: '[::1]:7000', site: 'a', state: 's', id: 'b' }), {
    collector: '[::1]:7000',
    id: 'b',
  });
  const bounds = { spoolBytes: '64MiB', spoolAge: '12h' };
  t.match(readAgentFlags({ collector: 'c', site: 'a', state: 's', ...bounds }), {
    spoolBytes: 64 * 2 ** 20,
    spoolAgeMs: 12 * 3_600_000,
  });
});

t.test('every mistake at once, each naming its flag', async (t) => {
  const mistakes = readAgentFlags({ collector: 'host:99999', site: 'two words', state: '', id: '' });
  t.match(mistakes, [/^--collector/, /^--site/, /^--id/, /^--state/]);
  const bad = { spoolBytes: '12', spoolAge: 'a week', metrics: '6769' };
  t.match(readAgentFlags({ collector: 'c', site: 'a', state: 's', ...bad }), [
    /^--spool-bytes/,
    /^--spool-age/,
    /^--metrics takes HOST:PORT or "off", not "6769"/,
  ]);
});

const enrolment: KeptEnrolment = {
  ...{ collector: 'c.example:443', site: 'corsham', agent: 'corsham-1', proxy: 'http://p:3128' },
  ...{ key: 'k', chain: ['c'], roots: ['r'], revoked: null, validFrom: unixMicros(0), validTo: unixMicros(1) },
};

t.test('an enrolment says where and for whom, and flags may not contradict it', async (t) => {
  const known = readAgentFlags({ state: 's' }, { enrolment });
  t.match(known, { collector: 'c.example:443', site: 'corsham', proxy: { host: 'p', port: 3128 }, enrolment });
  t.match(readAgentFlags({ state: 's', collector: 'c.example:443', site: 'corsham' }, { enrolment }), { id: null });
  t.match(readAgentFlags({ state: 's', collector: 'd', site: 'leeds', id: 'x' }, { enrolment }), [
    /^--collector d:6767 contradicts the enrolment of this agent \(c.example:443\): .*join --again/,
    /^--site leeds contradicts/,
    /^--id x contradicts/,
  ]);
  t.match(readAgentFlags({ state: 's' }), [/not enrolled .*--collector/, /not enrolled .*--site/]);
});

t.test('a proxy: flag before environment before enrolment, and no password in a flag', async (t) => {
  const flags = { state: 's' };
  const set = 'http://u:p@h:1';
  t.match(readAgentFlags(flags, { enrolment, proxy: set }), { proxy: { host: 'h', login: 'u:p' } });
  t.match(readAgentFlags({ ...flags, proxy: 'http://f:2' }, { enrolment, proxy: set }), { proxy: { host: 'f' } });
  t.match(readAgentFlags({ ...flags, proxy: 'off' }, { enrolment }), { proxy: undefined });
  t.match(readAgentFlags({ ...flags, proxy: set }, { enrolment }), [/^--proxy takes no password.*DORAWATCH_PROXY/]);
  t.match(readAgentFlags({ ...flags, proxy: 'socks://h' }, { enrolment }), [/^--proxy takes http/]);
  t.match(readAgentFlags(flags, { enrolment, proxy: 'nonsense' }), [/^DORAWATCH_PROXY takes http/]);
});
