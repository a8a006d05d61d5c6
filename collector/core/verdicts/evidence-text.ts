/**
 * What a verdict rests on, as one sentence for people: figures first, then what they mean. Built only when a verdict turns,
 * from what the fold counts anyway, so it is the same in every fold of the log.
 *
 * No clock time stands in it: the sentence is stored, and whoever reads it may be in another zone than whoever reads the
 * next one. Rejected: a structure that each reader words for himself; five readers would say five things.
 */
import { listText } from '../words.ts';
import { CODES } from './evidence.ts';
import * as loss from './loss-history.ts';
import type { PaceFigures } from './pace.ts';
import type { Pool, Run } from './pool.ts';

const SILENT_CODES = ['no-offer', 'no-ack'];

/** @param us µs @returns "2.1 ms", "210 ms", "1.4 s", "75 s" */
export function spanText(us: number): string {
  if (us < 1e6) return `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`;
  return `${(us / 1e6).toFixed(us < 10e6 ? 1 : 0)} s`;
}

/** The middle one; 0 without any. */
export function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** What the exchanges of a run came to beside its commonest code: " (2 no-ack)". */
function restText({ codes }: Run, code: number): string {
  const rest = CODES.flatMap((name, i) => {
    const count = codes[i] ?? 0;
    return i === code || count === 0 ? [] : [`${count} ${name}`];
  });
  return rest.length === 0 ? '' : ` (${rest.join(', ')})`;
}

/** Of which sites the run's exchanges are, where there are several. */
function sitesText({ sites, names, answers }: Pool): string {
  if (names.length < 2) return '';
  const seen = names.filter((_, i) => sites.run[i] !== 0 && sites.began[i] === answers).length;
  return seen === 1 ? ' at 1 site' : ` at ${seen} sites`;
}

/** How long before the run's first exchange the last answer came. */
function lastAckText({ lastAckAt, run }: Pool): string {
  const first = run.sent[0];
  if (lastAckAt < 0 || first === undefined) return 'never answered before';
  return `last ACK ${spanText(Math.max(0, first - lastAckAt))} before`;
}

/** Why a pool does not serve: its run as it stands. @param code the commonest of the run */
export function runText(pool: Pool, code: number): string {
  const { run } = pool;
  const of = `${run.codes[code] ?? 0} of ${run.length}`;
  const where = `${restText(run, code)}${sitesText(pool)}`;
  switch (CODES[code]) {
    case 'refused':
      return `ICMP port unreachable to ${of} exchanges${where}: the host lives, the daemon does not`;
    case 'unreachable':
      return `ICMP host or net unreachable to ${of} exchanges${where}: the host or the route to it is dead`;
    case 'nak':
      return `NAK to ${of} exchanges${where}: it answers and gives no lease`;
    case 'no-ack':
      return `OFFERs come (p50 ${spanText(medianOf(run.offers))}), no ACK in ${of} exchanges${where}: lease update or database stuck`;
    default:
      return `${of} DISCOVERs unanswered${where}, ${icmpText(run)}: host or route dead, or the server is silent; ${lastAckText(pool)}`;
  }
}

/** Whether any of a run was more than silence. */
function icmpText({ codes }: Run): string {
  const spoken = CODES.some((name, i) => i > 0 && !SILENT_CODES.includes(name) && (codes[i] ?? 0) > 0);
  return spoken ? 'the rest as said' : 'no ICMP';
}

/** Sustained loss, as the recent blocks have it. @param now µs */
export function lossText({ history }: Pool, now: number): string {
  const { lost, all } = loss.recentShare(history);
  return `${lost} of ${all} exchanges lost in ${spanText(now - loss.recentStart(history))}, others are answered`;
}

/** Sites that a server does not serve while it serves others. @param unserved their names */
export const sitesUnservedText = (unserved: readonly string[], reporting: number): string =>
  `${unserved.length} of ${reporting} sites that report are unserved: ${listText(unserved)}`;

const ofSites = ([some, all]: readonly [number, number]): string => (all > 1 ? ` at ${some} of ${all} sites` : '');

/** Slow answers. @param sites how many are slow, of how many */
export const paceText = ({ stage, now, usual, spanUs }: PaceFigures, sites: readonly [number, number]): string =>
  `${stage} p50 ${spanText(now)} over the last ${spanText(spanUs)}${ofSites(sites)}, usually ${spanText(usual)}`;

/** Loss in a queue. */
export const overloadText = (
  { lost, all }: loss.Prior,
  figures: PaceFigures,
  sites: readonly [number, number],
): string => `${lost} of ${all} exchanges lost while answers queue: ${paceText(figures, sites)}`;
