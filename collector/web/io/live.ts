/**
 * The stream as state of the page: what was told last, and whether it is so. `round` grows whenever what was asked for
 * otherwise may be old: a stream began anew, or something was found out.
 */
import { useEffect, useState } from 'preact/hooks';
import type { AgentsView, EventRow } from '../../../shared/core/ops-view.ts';
import type { PageStatus } from '../core/api-shapes.ts';
import { CONNECTING, type Live, whenHeard, whenLost } from '../core/live-state.ts';
import { wallNow } from './clock.ts';
import { followLive } from './live-stream.ts';

export interface Told {
  readonly live: Live;
  readonly status: PageStatus | null;
  readonly agents: AgentsView | null;
  /** News since the page was opened, newest first. */
  readonly news: readonly EventRow[];
  readonly round: number;
  /** Collector's clock − viewer's, µs. */
  readonly aheadUs: number;
}

/** What a person on call reads at a glance; older news is in the timeline. */
const NEWS_MAX = 50;

const NOTHING: Told = { live: CONNECTING, status: null, agents: null, news: [], round: 0, aheadUs: 0 };

function hear(before: Told, kind: 'status' | 'finding' | 'agents', value: unknown): Told {
  switch (kind) {
    case 'status': {
      const status = value as PageStatus;
      // A stream's document may come without the present; the clock difference is then as it was.
      const aheadUs = typeof status.now === 'number' ? status.now - wallNow() : before.aheadUs;
      return { ...before, status, aheadUs };
    }
    case 'agents':
      return { ...before, agents: value as AgentsView };
    case 'finding':
      return { ...before, news: withNews(before.news, value as EventRow), round: before.round + 1 };
  }
}

/** What is found out again (a gap that ended) takes the place of what was known of it. */
function withNews(news: readonly EventRow[], row: EventRow): readonly EventRow[] {
  return [row, ...news.filter(({ id }) => id !== row.id)].slice(0, NEWS_MAX);
}

export function useLive(): Told {
  const [told, setTold] = useState<Told>(NOTHING);
  useEffect(
    () =>
      followLive({
        onHeard: () => setTold((before) => ({ ...before, live: whenHeard(before.live) })),
        onLost: (since) => setTold((before) => ({ ...before, live: whenLost(before.live, since) })),
        onBegan: () => setTold((before) => ({ ...before, round: before.round + 1 })),
        onNews: (kind, value) => setTold((before) => hear(before, kind, value)),
      }),
    [],
  );
  return told;
}
