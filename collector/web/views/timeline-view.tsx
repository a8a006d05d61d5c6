/** Timeline: who served when, over hours to months, and what happened in between. */
import type { TimelineView } from '../../../shared/core/history-view.ts';
import { findingsOf } from '../core/findings-list.ts';
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
  const sitesUrl = place.server === null ? null : apiUrl('timeline', { ...query, sites: true, server: place.server });
  const sites = useAsked<TimelineView>(group === '' ? null : sitesUrl, round);
  const timeline = asked.value;
  return (
    <>
      <h1>Timeline</h1>
      <PeriodBar {...{ place, go, groups, group, period, viewer }} usual={USUAL} />
      <Refusal problem={asked.problem ?? (place.server === null ? null : sites.problem)} />
      {timeline === null ? (
        asked.problem === null && <p class="empty">Waiting for the collector.</p>
      ) : (
        <div aria-busy={asked.isOld}>
          <TimelineChart
            timeline={timeline}
            sites={place.server === null ? null : sites.value}
            opened={place.server}
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
