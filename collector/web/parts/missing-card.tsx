/** What the picture lacks: sites that nobody hears from, agents that are behind or ill, and readers of the log that lag. */
import type { SitesView } from '../../../shared/core/ops-view.ts';
import { missingOf } from '../core/missing.ts';
import type { Viewer } from '../core/moment-text.ts';
import { apiUrl } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import type { Told } from '../io/live.ts';
import { ShapeMark } from './state-mark.tsx';

export function MissingCard({ told, viewer }: { readonly told: Told; readonly viewer: Viewer }) {
  const isUnsure = told.status?.groups.some((group) => group.sites.unknown > 0) ?? false;
  const sites = useAsked<SitesView>(isUnsure ? apiUrl('sites') : null, told.round);
  if (told.status === null) return null;
  const lines = missingOf({ status: told.status, agents: told.agents, sites: sites.value }, viewer);
  return (
    <section class="card" aria-labelledby="missing">
      <div class="card-head">
        <h2 id="missing">Silent or late</h2>
        {lines.length === 0 && <span class="soft">nothing</span>}
      </div>
      <ul>
        {lines.map(({ text, detail, tone }) => (
          <li key={text}>
            <span class={`state tone-${tone}`}>
              <ShapeMark shape={tone === 'warn' ? 'triangle' : 'dash'} tone={tone} />
              {text}
            </span>
            {detail !== '' && <div class="soft">{detail}</div>}
          </li>
        ))}
      </ul>
    </section>
  );
}
