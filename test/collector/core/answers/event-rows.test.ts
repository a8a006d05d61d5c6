/** What is told of a site's agents: its silence, and their disagreement, which is in events and is no row of a report. */
import t from 'tap';
import { eventRows, isRequested } from '../../../../collector/core/answers/event-rows.ts';
import type { Transition } from '../../../../collector/core/finding.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const at = unixMicros(1.7e15);
const finding = (change: Partial<Transition>): Transition => ({
  kind: 'disagreement',
  id: JSON.stringify(change),
  group: 'pair',
  server: 'primary',
  site: 'corsham',
  bucket: null,
  from: 'serving',
  to: 'degraded',
  reason: 'no-offer',
  at,
  earliest: at,
  latest: at,
  detectedAt: at,
  sites: null,
  agents: { unanswered: 'a2', answered: 'a1' },
  lossRatio: null,
  evidence: null,
  late: false,
  ...change,
});

t.test('the words', async (t) => {
  const rows = eventRows(
    [
      finding({}),
      finding({ from: 'degraded', to: 'serving', at: unixMicros(at + 1) }),
      finding({ kind: 'silent', group: null, server: null, to: 'unknown', at: unixMicros(at + 2) }),
    ],
    [],
  );
  t.same(
    rows.map(({ kind, text }) => `${kind}: ${text}`),
    [
      'disagreement: Site corsham: agents a1 and a2 disagree about primary (a2 is not answered)',
      'disagreement: Site corsham: agents a1 and a2 agree about primary again',
      'silent: Site corsham is silent: no agent reports',
    ],
  );
  const request = { group: 'pair', since: null, until: null, paths: false };
  for (const row of rows) t.ok(isRequested(row, request), row.text);
});

t.test('rows told before are told again only when what they rest on is another thing', async (t) => {
  const told = new WeakMap();
  const turn = (second: number, to: Transition['to'], more: Partial<Transition> = {}): Transition =>
    finding({ kind: 'transition', site: null, from: 'non-serving', to, at: unixMicros(at + second * 1e6), ...more });
  const [first, second] = [turn(10, 'serving'), turn(20, 'serving')];
  const alone = eventRows([second], [], { told });
  const both = eventRows([first, second], [], { told });
  t.match(alone[0]?.text, /starts/);
  t.match(both[1]?.text, /resumes/, 'what came before it is known now');
  t.same(both, eventRows([first, second], []), 'the same as told from nothing');
  t.same(eventRows([second], [], { told }), alone, 'and again when it is withdrawn');
  t.equal(eventRows([first, second], [], { told })[0], both[0], 'and a row that stands is the same row');
});
