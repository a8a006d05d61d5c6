import t from 'tap';
import { readAgentFlags } from '../../../agent/core/agent-config.ts';

t.test('good flags', async (t) => {
  t.strictSame(readAgentFlags({ collector: 'dorawatch.example', site: 'corsham', state: '/var/lib/x' }), {
    collector: 'dorawatch.example:6767',
    site: 'corsham',
    stateDirectory: '/var/lib/x',
    id: null,
    spoolBytes: 256 * 2 ** 20,
    spoolAgeMs: 7 * 86_400_000,
    metrics: { host: '127.0.0.1', port: 6769 },
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
