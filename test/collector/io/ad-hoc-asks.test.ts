/** Requests of one session: each ends once, by its answer, by patience or with the session. */
import t from 'tap';
import { AD_HOC_PENDING_MAX } from '../../../collector/core/limits.ts';
import { AdHocAsks } from '../../../collector/io/ad-hoc-asks.ts';
import type { AdHocRequest, AdHocResult } from '../../../shared/core/ad-hoc.ts';
import { milliseconds } from '../../../shared/core/units.ts';
import type { AdHocAsk } from '../../../shared/wire/ad-hoc-codec.ts';

const asked: AdHocRequest = { group: 'g', server: 's', bucket: null, kind: 'do', dropTimeMs: milliseconds(1) };
const LONG_MS = 60_000;
const result = (text: string): AdHocResult => ({ kind: 'refusal', text });

t.test('answers find their requests, in whatever order they come', async (t) => {
  const sent: AdHocAsk[] = [];
  const asks = new AdHocAsks((message) => sent.push(message));
  const ends = [asks.ask(asked, LONG_MS), asks.ask(asked, LONG_MS)];
  for (const { request } of [...sent].reverse())
    asks.answered({ kind: 'ad-hoc-answer', request, result: result(`${request}`) });
  t.same(await Promise.all(ends), [
    { kind: 'answered', result: result('1') },
    { kind: 'answered', result: result('2') },
  ]);
  asks.answered({ kind: 'ad-hoc-answer', request: 1, result: result('again') });
  asks.over();
});

t.test('no answer: patience ends, and an answer after that is let go', async (t) => {
  const asks = new AdHocAsks(() => undefined);
  t.same(await asks.ask(asked, 1), { kind: 'silent' });
  asks.answered({ kind: 'ad-hoc-answer', request: 1, result: result('late') });
  t.same(await asks.ask(asked, 1), { kind: 'silent' });
});

t.test('the session ends: so does every request, also one that comes after', async (t) => {
  const asks = new AdHocAsks(() => undefined);
  const waiting = Array.from({ length: AD_HOC_PENDING_MAX }, () => asks.ask(asked, LONG_MS));
  t.same(await asks.ask(asked, LONG_MS), { kind: 'full' });
  asks.over();
  t.same(new Set((await Promise.all(waiting)).map(({ kind }) => kind)), new Set(['lost']));
  t.same(await asks.ask(asked, LONG_MS), { kind: 'lost' });
});
