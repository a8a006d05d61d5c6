import t from 'tap';
import { metricsFormat } from '../../../../shared/core/metrics/content-type.ts';

t.test('OpenMetrics to who asks for it, and the old text to everybody else', async (t) => {
  const open = 'application/openmetrics-text';
  const asked: readonly (readonly [string | undefined, string])[] = [
    [undefined, '0.0.4'],
    ['*/*', '0.0.4'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', '0.0.4'],
    ['text/plain;version=0.0.4', '0.0.4'],
    [open, 'openmetrics'],
    [`${open};version=1.0.0,${open};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`, 'openmetrics'],
    [`text/plain;q=0.9, ${open};q=0.4`, '0.0.4'],
    [`${open};q=0`, '0.0.4'],
    [`${open};q=much`, '0.0.4'],
  ];
  for (const [accept, format] of asked) t.equal(metricsFormat(accept), format, accept ?? 'no header');
});
