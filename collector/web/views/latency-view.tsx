/** Latency: how long OFFERs and ACKs took, a plot a server; of one site's path when it is chosen. */
import type { SitesView } from '../../../shared/core/ops-view.ts';
import { apiUrl } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import { Choice } from '../parts/field.tsx';
import { LatencyCard } from '../parts/latency-card.tsx';
import { PeriodBar } from '../parts/period-bar.tsx';
import { type PastProps, usePast } from './past.ts';

const USUAL = '-24h';

export function LatencyView(props: PastProps) {
  const { place, go, told, viewer } = props;
  const { group, groups, period, query, round } = usePast(props, USUAL);
  const sites = useAsked<SitesView>(apiUrl('sites'), 0);
  const names = [...new Set(sites.value?.sites.filter((one) => one.group === group).map(({ site }) => site) ?? [])];
  const servers = told.status?.groups.find(({ name }) => name === group)?.servers ?? [];
  return (
    <>
      <h1>Latency</h1>
      <PeriodBar {...{ place, go, groups, group, period, viewer }} usual={USUAL} />
      <div class="controls">
        <Choice
          id="site"
          label="Seen from"
          value={place.site ?? ''}
          options={names}
          all="all sites together"
          onValue={(site) => go({ site: site === '' ? null : site })}
        />
      </div>
      <div class="groups">
        {servers.map(({ name }) => (
          <LatencyCard key={name} server={name} {...props} {...{ query, round, period }} />
        ))}
      </div>
      {servers.length === 0 && <p class="empty">Waiting for the collector.</p>}
    </>
  );
}
