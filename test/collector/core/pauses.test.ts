/** Pauses as a list that pauses add to and resumes take from, and the sentences that tell them. */
import fc from 'fast-check';
import t from 'tap';
import type { PauseEntry } from '../../../collector/core/log-entry.ts';
import { groupPauseText, pauseText, withPause } from '../../../collector/core/pauses.ts';
import { isPaused, isWithin } from '../../../collector/core/steering.ts';
import type { PauseRow } from '../../../shared/core/ops-reply.ts';
import { unixMicros } from '../../../shared/core/units.ts';

const everything = { group: null, server: null, site: null };
const said = (action: PauseEntry['action'], fields: Partial<PauseEntry> = {}): PauseEntry => ({
  kind: 'pause',
  receivedAt: unixMicros(1e15),
  action,
  ...everything,
  text: null,
  actor: null,
  ref: null,
  ...fields,
});
const after = (...entries: readonly PauseEntry[]): readonly PauseRow[] =>
  entries.reduce(withPause, [] as readonly PauseRow[]);
const scopes = (rows: readonly PauseRow[]): string[] =>
  rows.map(({ group, server, site }) => [group, server, site].map((name) => name ?? '*').join('/'));

t.test('a pause adds, the same again keeps its beginning, and each stands by itself', async (t) => {
  const rows = after(
    said('pause', { group: 'g', text: 'first', actor: 'ada' }),
    said('pause', { site: 'leeds' }),
    said('pause', { group: 'g', text: 'second', receivedAt: unixMicros(2e15) }),
  );
  t.same(scopes(rows), ['g/*/*', '*/*/leeds']);
  t.match(rows[0], { since: 1e15, text: 'second', actor: null });
});

t.test('a resume takes what lies within it: never a wider pause, never another’s', async (t) => {
  const paused = [
    said('pause', { group: 'g' }),
    said('pause', { group: 'g', server: 'p' }),
    said('pause', { site: 'leeds' }),
  ];
  t.same(scopes(after(...paused, said('resume', { group: 'g' }))), ['*/*/leeds']);
  t.same(scopes(after(...paused, said('resume', { group: 'g', server: 'p' }))), ['g/*/*', '*/*/leeds']);
  t.same(scopes(after(...paused, said('resume', { group: 'g', site: 'leeds' }))).length, 3);
  t.same(after(...paused, said('resume')), []);
});

t.test('sentences', async (t) => {
  t.equal(
    pauseText(said('pause', { group: 'corsham-dhcp', text: 'new switch' })),
    'Probing of group corsham-dhcp paused: new switch',
  );
  t.equal(
    pauseText(said('resume', { group: 'g', server: 'p', site: 's' })),
    'Probing of server p of group g at site s resumed',
  );
  t.equal(pauseText(said('pause')), 'Probing everywhere paused');
  const rows = after(said('pause', { group: 'g', text: 'x' }), said('pause', { group: 'h', server: 'p', site: 's' }));
  t.equal(groupPauseText(rows, 'g', ['p']), 'all of it (x)');
  t.equal(groupPauseText(rows, 'h', ['p']), 'server p at site s');
  t.equal(groupPauseText(rows, 'i', ['p']), null);
});

const name = (of: string) => fc.option(fc.constantFrom(`${of}1`, `${of}2`), { nil: null });
const entry = fc
  .record({
    action: fc.constantFrom('pause' as const, 'resume' as const),
    group: name('g'),
    server: name('s'),
    site: name('x'),
  })
  .map(({ action, ...scope }) => said(action, scope));

t.test(
  'whatever is said: after a resume nothing within it has a pause of its own, after a pause all of it is paused',
  async () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), entry, (before, last) => {
        const rows = after(...before, last);
        if (last.action === 'resume') return rows.every((row) => !isWithin(row, last));
        const place = { group: last.group ?? 'g2', server: last.server ?? 's2', site: last.site ?? 'x2' };
        return isPaused(rows, place) && new Set(scopes(rows)).size === rows.length;
      }),
    );
  },
);
