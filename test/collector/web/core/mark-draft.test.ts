import t from 'tap';
import { emptyDraft, readDraft } from '../../../../collector/web/core/mark-draft.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const viewer = { zone: 'Europe/London', zoneName: 'BST', now: unixMicros(Date.UTC(2026, 6, 1, 11, 0, 0) * 1000) };
const draft = { ...emptyDraft('pair', 'ada'), text: ' Primary taken down ' };

t.test('what was left empty is left out, and a time is the viewer’s', async (t) => {
  t.same(readDraft(draft, viewer), { ok: true, body: { text: 'Primary taken down', group: 'pair', actor: 'ada' } });
  const read = readDraft({ ...draft, at: '11:30' }, viewer);
  t.match(read, { ok: true, body: { at: '2026-07-01T10:30:00.000000Z' } });
});

t.test('what cannot be sent is said at its field', async (t) => {
  t.match(readDraft({ ...draft, text: '  ' }, viewer), { ok: false, fields: { text: /what was done/ } });
  t.match(readDraft({ ...draft, at: 'noonish' }, viewer), { ok: false, fields: { at: /is not a time; expected/ } });
});
