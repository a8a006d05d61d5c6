/**
 * What is amiss beside a group's servers as a few lines below its table: one a kind, so that forty scopes of one site do not
 * push the table off the screen. The whole of it is in `scopes`, `sites` and `events`.
 */
import { NOTICE_KINDS, type NoticeKind } from '../finding.ts';
import type { AmissView } from '../notices/view.ts';
import { AMISS_NAMED } from './limits.ts';

/** What several of a kind are called, and each of them. */
const WORDS: Readonly<Record<NoticeKind, readonly [string, (one: AmissView) => string]>> = {
  scope: ['scopes are not served as they should be', ({ site, scope }) => `${scope ?? '?'} at ${site ?? '?'}`],
  client: ["sites' clients get no answer", ({ site }) => site ?? '?'],
  relay: ["sites' clients get no answer by their relay's fault", ({ site }) => site ?? '?'],
  rogue: ['rogue servers answer', ({ site }) => site ?? '?'],
  'answers-as': ['servers answer as several identifiers', ({ server }) => server ?? '?'],
  expectation: ['answers are not as expected', ({ site, server }) => `${server ?? '?'} at ${site ?? '?'}`],
  kea: ['servers say what their sites do not see', ({ server }) => server ?? '?'],
  maintenance: ['windows of maintenance left things otherwise', ({ server, site }) => server ?? site ?? 'the group'],
};

/** @param amiss of one group @returns a line a kind, in the order of NOTICE_KINDS */
export function amissLines(amiss: readonly AmissView[]): readonly string[] {
  return NOTICE_KINDS.flatMap((kind) => {
    const own = amiss.filter((one) => one.kind === kind);
    const [first] = own;
    if (first === undefined) return [];
    return own.length === 1 ? [first.text] : [severalText(kind, own)];
  });
}

function severalText(kind: NoticeKind, own: readonly AmissView[]): string {
  const [noun, nameOf] = WORDS[kind];
  const names = own.slice(0, AMISS_NAMED).map(nameOf);
  const more = own.length > names.length ? `, and ${own.length - names.length} more` : '';
  return `${own.length} ${noun}: ${names.join(', ')}${more}`;
}
