/** Timeline: who served when, over hours to months, and what happened in between. */
import { useMemo } from 'preact/hooks';
import type { LaneSetView, TimelineView } from '../../../shared/core/history-view.ts';
import { findingsOf } from '../core/findings-list.ts';
import { openedServers, type Place } from '../core/place.ts';
import { apiUrl } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import { FindingTable } from '../parts/finding-table.tsx';
import { Legend } from '../parts/legend.tsx';
import { PeriodBar } from '../parts/period-bar.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { TimelineChart } from '../parts/timeline-chart.tsx';
import { type PastProps, usePast } from './past.ts';

const USUAL = '-24h';

export function PastTimeline(props: PastProps) {
  const { place, go, viewer, scheme } = props;
  const { group, groups, period, query, round } = usePast(props, USUAL);
  const asked = useAsked<TimelineView>(group === '' ? null : apiUrl('timeline', query), round);
  const opened = useOpened(place);
  const sitesUrl = apiUrl('lanes', { ...query, server: opened.length === 1 ? (opened[0] ?? null) : null });
  const sites = useAsked<LaneSetView>(group === '' || opened.length === 0 ? null : sitesUrl, round);
  const timeline = asked.value;
  return (
    <>
      <h1>Timeline</h1>
      <PeriodBar {...{ place, go, groups, group, period, viewer }} usual={USUAL} />
      <Refusal problem={asked.problem ?? (opened.length === 0 ? null : sites.problem)} />
      {timeline === null ? (
        asked.problem === null && <p class="empty">Waiting for the collector.</p>
      ) : (
        <div aria-busy={asked.isOld}>
          <TimelineChart
            timeline={timeline}
            sites={opened.length === 0 ? null : sites.value}
            opened={opened}
            viewer={viewer}
            scheme={scheme}
            go={go}
          />
          <Legend />
          <section class="card" aria-labelledby="happened">
            <div class="card-head">
              <h2 id="happened">What happened</h2>
            </div>
            <FindingTable group={group} rows={findingsOf(timeline)} viewer={viewer} />
          </section>
        </div>
      )}
    </>
  );
}

/** The same list while it is the same. */
const useOpened = ({ server }: Place): readonly string[] => useMemo(() => openedServers({ server }), [server]);
