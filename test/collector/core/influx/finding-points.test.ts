/** Notices among the findings that are written to InfluxDB: of the declared schema, and apart from the states of servers. */
import t from 'tap';
import { NOTICE_KINDS } from '../../../../collector/core/finding.ts';
import { findingPoint, mirrorChange } from '../../../../collector/core/influx/finding-points.ts';
import { MEASUREMENTS } from '../../../../collector/core/influx/point.ts';
import type { EventRow } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const at = unixMicros(1_772_364_966_000_000);
const notice = (kind: string, more: Partial<EventRow> = {}): EventRow => ({
  id: '0123456789abcdef0123456789abcdef',
  kind,
  at,
  earliest: at,
  latest: at,
  detected_at: at,
  group: 'corsham-dhcp',
  server: null,
  site: 'corsham',
  bucket: null,
  from: null,
  to: 'non-serving',
  reason: null,
  text: 'a sentence',
  actor: null,
  ref: null,
  late: false,
  scope: '10.80.1.0/24',
  evidence: null,
  planned: null,
  ...more,
});

t.test('a notice of any kind is a point of dhcp_transition that no query for servers or paths finds', async (t) => {
  const { tags, fields } = MEASUREMENTS.dhcp_transition;
  for (const kind of NOTICE_KINDS) {
    const point = findingPoint(notice(kind, { server: 'primary', site: kind === 'answers-as' ? null : 'corsham' }));
    t.match(point, { measurement: 'dhcp_transition', tags: { kind, level: 'notice', group: 'corsham-dhcp' } });
    t.ok(
      Object.keys(point?.tags ?? {}).every((tag) => tags.some((one) => one === tag)),
      'declared tags',
    );
    t.ok(
      Object.keys(point?.fields ?? {}).every((field) => field in fields),
      'declared fields',
    );
  }
});

t.test('one that is withdrawn goes, one that is revised is written again', async (t) => {
  const first = mirrorChange(new Map(), [notice('scope')]);
  t.equal(first.writes.length, 1);
  const revised = mirrorChange(first.after, [notice('scope', { text: 'more is known' })]);
  t.strictSame([revised.writes.length, revised.deletions.length], [1, 0]);
  t.equal(mirrorChange(revised.after, []).deletions.length, 1);
});
