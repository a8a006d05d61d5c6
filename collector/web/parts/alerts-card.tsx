/** Open alerts: what somebody is called for now, and what is held back and why. */
import type { AlertsView } from '../../../shared/core/ops-reply.ts';
import { alertLines } from '../core/alert-lines.ts';
import type { Viewer } from '../core/moment-text.ts';
import { apiUrl } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import type { Told } from '../io/live.ts';
import { useRounds } from '../io/ticking.ts';
import { Refusal } from './refusal.tsx';
import { ShapeMark } from './state-mark.tsx';

/** Holding and letting go are no news of the stream. */
const EVERY_MS = 10_000;

export function AlertsCard({ told, viewer }: { readonly told: Told; readonly viewer: Viewer }) {
  const asked = useAsked<AlertsView>(apiUrl('alerts'), told.round * 1e6 + useRounds(EVERY_MS));
  const known = asked.value === null ? null : alertLines(asked.value, viewer);
  return (
    <section class="card" aria-labelledby="alerts">
      <div class="card-head">
        <h2 id="alerts">Alerts</h2>
        {known !== null && <span class="soft">{known.summary}</span>}
      </div>
      <Refusal problem={asked.value === null ? asked.problem : null} />
      <ul>
        {known?.lines.map(({ key, text, detail, look }) => (
          <li key={key}>
            <span class="news-text">
              <ShapeMark shape={look.shape} tone={look.tone} size={9} /> {text}
            </span>
            <span class="soft">{detail}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
