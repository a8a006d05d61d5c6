/**
 * Now: one sentence that says whether anything is wrong, the groups with the worst first, and beside them what is missing
 * (sites that are silent, readers that are behind) and what was found out last.
 */
import type { GroupView } from '../../../shared/core/ops-view.ts';
import { headline, worstFirst } from '../core/group-order.ts';
import type { Viewer } from '../core/moment-text.ts';
import type { Told } from '../io/live.ts';
import { AlertsCard } from '../parts/alerts-card.tsx';
import { GroupCard } from '../parts/group-card.tsx';
import { MissingCard } from '../parts/missing-card.tsx';
import { NewsCard } from '../parts/news-card.tsx';
import { ShapeMark } from '../parts/state-mark.tsx';

interface NowProps {
  readonly told: Told;
  readonly viewer: Viewer;
}

export function NowView({ told, viewer }: NowProps) {
  const { status } = told;
  if (status === null) return <p class="empty">Waiting for the collector's first word.</p>;
  return (
    <>
      <Headline groups={status.groups} />
      <div class="now">
        <div class="groups">
          {worstFirst(status.groups).map((group) => (
            <GroupCard key={group.name} group={group} windowS={status.window_s} viewer={viewer} />
          ))}
        </div>
        <aside class="side" aria-label="Alerts, what is missing, and what is new">
          <AlertsCard told={told} viewer={viewer} />
          <MissingCard told={told} viewer={viewer} />
          <NewsCard told={told} viewer={viewer} />
        </aside>
      </div>
    </>
  );
}

function Headline({ groups }: { readonly groups: readonly GroupView[] }) {
  const { text, look } = headline(groups);
  return (
    <div class="headline">
      <ShapeMark shape={look.shape} tone={look.tone} size={22} />
      <h1 aria-live="polite">{text}</h1>
    </div>
  );
}
