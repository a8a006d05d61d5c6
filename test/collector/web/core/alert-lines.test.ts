import t from 'tap';
import { alertLines } from '../../../../collector/web/core/alert-lines.ts';
import type { AlertRow } from '../../../../shared/core/ops-reply.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const NOW = unixMicros(1e15);
const viewer = { zone: 'UTC', zoneName: 'UTC', now: NOW };
const alert = (summary: string, severity: string, more: Partial<AlertRow> = {}): AlertRow =>
  ({
    name: summary,
    state: 'firing',
    severity,
    group: 'g',
    server: null,
    site: null,
    since: unixMicros(NOW - 120e6),
    held: null,
    flapping: false,
    summary,
    ...more,
  }) as AlertRow;
const of = (...alerts: readonly AlertRow[]) => alertLines({ alerts, destinations: [] }, viewer);

t.test('what is told now comes first, the gravest on top; what waits for its time is none yet', async (t) => {
  const { lines, summary } = of(
    alert('a gap of planned work', 'critical', { state: 'held', held: 'planned: Kernel update' }),
    alert('a site is silent', 'warning'),
    alert('a lease count', 'info'),
    alert('a gap', 'critical'),
    alert('not for long', 'critical', { state: 'pending' }),
  );
  t.same(
    lines.map(({ text, look }) => `${text} ${look.tone}`),
    ['a gap bad', 'a site is silent warn', 'a lease count quiet', 'a gap of planned work unknown'],
  );
  t.equal(summary, '3 open, 1 held');
  t.equal(of().summary, 'none');
});

t.test('a line says how grave, since when, and why it is held', async (t) => {
  const [held] = of(alert('x', 'warning', { state: 'held', held: 'planned: Kernel update', flapping: true })).lines;
  t.equal(held?.detail, 'warning · since 01:44:40, 2m ago · flapping · held: planned work: Kernel update');
});

t.test('what another alert tells of is a number, and a beginning is said once', async (t) => {
  const { lines, summary } = of(
    alert('g: no server serves since 2026-11-27 09:17:44 UTC', 'critical'),
    alert('a site', 'critical', { state: 'held', held: 'told by gap g primary' }),
  );
  t.same(
    lines.map(({ text }) => text),
    ['g: no server serves'],
  );
  t.equal(summary, '1 open, 1 more told by them');
});

t.test('there is a bound', async (t) => {
  const many = Array.from({ length: 142 }, (_, n) => alert(`s${n}`, 'warning'));
  t.equal(of(...many).lines.length, 12);
  t.equal(of(...many).summary, '142 open, 12 shown');
});
