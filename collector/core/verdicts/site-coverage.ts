/**
 * When a site's agents were heard of, in event time: spans of batches, joined where they are closer than the silence
 * limit. The holes between spans are the site's silences. A backlog that comes late fills its hole, and the silence is
 * withdrawn: the site was cut off, not idle.
 */

import { unixMicros } from '../../../shared/core/units.ts';
import type { State, Transition } from '../finding.ts';
import { bracket } from './bracket.ts';
import { findingId } from './finding-id.ts';
import { COVERAGE_KEPT } from './limits.ts';

/** A span without a silence in it, µs, and the names of its first and last batch. */
export interface Span {
  from: number;
  to: number;
  first: string;
  last: string;
}

/** Spans in order, disjoint. Plain JSON. */
export type Coverage = Span[];

/** Adds what a batch covers, joining spans that come within `limit` of each other. @returns whether the oldest had to go */
export function cover(coverage: Coverage, span: Span, limit: number): boolean {
  const joined: Span = { ...span };
  let at = coverage.length;
  while (at > 0 && (coverage[at - 1] as Span).to + limit >= joined.from) {
    const other = coverage[at - 1] as Span;
    if (other.from > joined.to + limit) {
      at--;
      continue;
    }
    absorb(joined, other);
    coverage.splice(--at, 1);
  }
  at = coverage.findIndex((other) => other.from > joined.from);
  coverage.splice(at < 0 ? coverage.length : at, 0, joined);
  if (coverage.length <= COVERAGE_KEPT) return false;
  coverage.shift();
  return true;
}

function absorb(into: Span, other: Span): void {
  if (other.from < into.from) {
    into.from = other.from;
    into.first = other.first;
  }
  if (other.to > into.to) {
    into.to = other.to;
    into.last = other.last;
  }
}

function turn(site: string, from: State, to: State, at: number, first: string): Transition {
  return {
    kind: 'silent',
    id: findingId('silent', null, null, site, null, from, to, first),
    group: null,
    server: null,
    site,
    bucket: null,
    from,
    to,
    reason: to === 'unknown' ? 'silent-agent' : 'answered',
    ...bracket(at, at),
    detectedAt: unixMicros(0),
    sites: null,
    lossRatio: null,
    evidence: null,
    late: false,
  };
}

/** The site's silences, @param pausedAt since when nothing is probed from it because a person said so: `serving → unknown` at the last result, `unknown → serving` at the first new one. */
export function silences(
  site: string,
  coverage: Coverage,
  furthest: number,
  limit: number,
  pausedAt: number | null = null,
): Transition[] {
  const turns: Transition[] = [];
  coverage.forEach((span, i) => {
    if (i > 0) turns.push(turn(site, 'unknown', 'serving', span.from, span.first));
    const isPaused = pausedAt !== null && pausedAt - span.to <= limit;
    const ended = i < coverage.length - 1 || (furthest - span.to > limit && !isPaused);
    if (ended) turns.push(turn(site, 'serving', 'unknown', span.to, span.last));
  });
  return turns;
}
