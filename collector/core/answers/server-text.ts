/**
 * A group's and a server's state in words, as `status` and `top` both say them: whose gap it is, who is silent by design, and
 * figures short enough for a column.
 */
import type { GroupView, ServerView } from '../../../shared/core/ops-view.ts';
import { elapsedText } from './clock-text.ts';
import { clientsText, isServed } from './event-text.ts';

/** Words for states whose key is not the word that people say. */
export const GROUP_WORDS: Readonly<Record<string, string>> = { 'failed-over': 'failed over', overlap: 'both serving' };

/** Whose gap it is where only one half of the clients has it, and how long it has lasted. */
export function gapText({ state, servers, open_gap_ms: length }: GroupView): string {
  if (state !== 'gap') return '';
  const unserved = [0, 1].filter((bucket) => {
    const half = servers.flatMap(({ buckets }) => buckets.filter((one) => one.bucket === bucket));
    return half.length > 0 && half.every((one) => one.state === 'non-serving');
  });
  const whose = unserved.length === 1 ? ` for ${clientsText(unserved[0] ?? 0)}` : '';
  return `${whose}${length === null ? '' : `, ${elapsedText(length)} so far`}`;
}

/** In a gap one that stands by should have taken over: its silence is then a part of the fault, and the collector says so. */
export const isSilentByDesign = ({ expected, state, reason }: ServerView, group: GroupView['state']): boolean =>
  reason === 'by-design' || (expected === 'silent' && state === 'unknown' && group !== 'gap');

/** Partner-down: it answers those who are not its own as well. */
export function takenOverText({ buckets }: ServerView): string {
  const taken = buckets.filter(({ expected, state }) => expected === 'silent' && isServed(state));
  return taken.map(({ bucket }) => `, also ${clientsText(bucket)}`).join('');
}

/** Sites that it answers, of those that it has. */
export function sitesText({ sites }: ServerView): string {
  const served = sites.serving + sites.degraded;
  return `${served} of ${served + sites.non_serving + sites.unknown}`;
}

/** A standby leaves every probe unanswered: a drop ratio of 100 % would read as a fault. @param silent by design */
export function dropsText({ drop_ratio: ratio }: ServerView, silent: boolean): string {
  return silent || ratio === null ? '-' : `${(ratio * 100).toFixed(1)} %`;
}

/** "2.1/9.8 ms" */
export function latencyText(p50: number | null, p99: number | null): string {
  if (p50 === null || p99 === null) return '-';
  return `${millisecondsText(p50)}/${millisecondsText(p99)} ms`;
}

const millisecondsText = (us: number): string => (us / 1000).toFixed(us < 10_000 ? 1 : 0);

/** What servers say of themselves that does not fit what their sites see, a line each. */
export const keaLines = (servers: readonly ServerView[]): readonly string[] =>
  servers.flatMap(({ name, kea }) => (kea?.disagreement == null ? [] : [`${name} ${kea.disagreement}`]));
