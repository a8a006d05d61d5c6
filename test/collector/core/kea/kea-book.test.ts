/** What servers say against what sites see: what is told, once, when it has lasted, and when it is over. */
import t from 'tap';
import type { Outside } from '../../../../collector/core/kea/disagreement.ts';
import { createKeaBook } from '../../../../collector/core/kea/kea-book.ts';
import type { KeaEntry, KeaWord } from '../../../../collector/core/log-entry.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const CALM: KeaWord = {
  state: 'hot-standby',
  scopes: ['primary'],
  partnerState: 'hot-standby',
  communicationInterrupted: false,
  unackedClients: 0,
  unackedClientsLeft: 0,
  connectingClients: 0,
  clockSkewMs: null,
  freeAddresses: {},
};
const said = (second: number, change: Partial<KeaWord> | string = {}): KeaEntry => ({
  kind: 'kea',
  receivedAt: unixMicros(1e15 + second * 1e6),
  group: 'pair',
  server: 'primary',
  word: typeof change === 'string' ? null : { ...CALM, ...change },
  problem: typeof change === 'string' ? change : null,
});
const SERVES: Outside = { state: 'serving', served: 3, reporting: 3 };
const SILENT: Outside = { state: 'non-serving', served: 0, reporting: 3 };

function told(...steps: readonly (readonly [KeaEntry, Outside])[]): readonly string[] {
  const book = createKeaBook();
  return steps.flatMap(([entry, outside]) =>
    book.add(entry, outside).map(({ finding }) => ('text' in finding ? finding.text : finding.kind)),
  );
}

t.test('says serving but silent: once, when it has lasted, and its end', async (t) => {
  const rows = told(
    [said(0), SERVES],
    [said(10), SILENT],
    [said(20), SILENT],
    [said(30), SILENT],
    [said(40), SILENT],
    [said(50), SERVES],
  );
  t.same(rows, [
    'Primary says it serves (hot-standby, scopes primary), but is silent to each of the 3 sites that report',
    "Primary's own word fits what its sites see again",
  ]);
});

t.test('a moment between a word and a verdict is no disagreement', async (t) => {
  t.same(told([said(0), SERVES], [said(10), SILENT], [said(20, { state: 'waiting', scopes: [] }), SILENT]), []);
});

t.test('what Kea says on purpose is told at once, and maintenance as planned', async (t) => {
  t.match(told([said(0), SERVES], [said(10, { state: 'terminated' }), SERVES]), [/^Primary says terminated/]);
  t.match(told([said(0), SERVES], [said(10, { state: 'in-maintenance', scopes: [] }), SILENT], [said(20), SERVES]), [
    /is in maintenance, as planned/,
    /maintenance is over/,
  ]);
});

t.test('clocks apart, clients waiting, and a server that serves and cannot be asked', async (t) => {
  const lasting = (change: Partial<KeaWord> | string, outside: Outside) =>
    told([said(0, change), outside], [said(20, change), outside]);
  t.match(lasting({ clockSkewMs: -42_000 }, SERVES), [/42 s apart/]);
  t.match(lasting({ communicationInterrupted: true, unackedClients: 7, unackedClientsLeft: 4 }, SERVES), [
    /7 clients wait unanswered, 4 more and it takes over/,
  ]);
  t.match(lasting('connection refused', SERVES), [/serves, but cannot be asked .*connection refused/]);
  t.same(lasting('connection refused', SILENT), [], 'silent both ways is one fact');
  t.match(lasting({ state: 'waiting', scopes: [] }, SERVES), [/says it serves nobody \(waiting\), but answers 3 of 3/]);
});

t.test('a restored book goes on as it was', async (t) => {
  const steps = [0, 10, 20, 30, 40].map((second): readonly [KeaEntry, Outside] => [
    said(second),
    second < 10 ? SERVES : SILENT,
  ]);
  const whole = createKeaBook();
  const changes = steps.map(([entry, outside]) => whole.add(entry, outside));
  let book = createKeaBook();
  const again = steps.map(([entry, outside]) => {
    book = createKeaBook(JSON.parse(JSON.stringify(book.snapshot())));
    return book.add(entry, outside);
  });
  t.same(again, changes);
  t.same(book.snapshot(), whole.snapshot());
});
