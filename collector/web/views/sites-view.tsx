/** Sites: who serves each, and how its agent is: last heard, clock, backlog, version. Those that are not served come first. */
import { useState } from 'preact/hooks';
import type { AgentsView, AgentView, SitesView, SiteView } from '../../../shared/core/ops-view.ts';
import { clockErrorText, countText, offsetText } from '../core/figure-text.ts';
import { agoText, type Viewer } from '../core/moment-text.ts';
import { isFound, type SiteRow, siteRows } from '../core/site-rows.ts';
import { reasonText, siteLook } from '../core/state-look.ts';
import { apiUrl } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import type { Told } from '../io/live.ts';
import { useRounds } from '../io/ticking.ts';
import { Field } from '../parts/field.tsx';
import { Moment } from '../parts/moment.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { ShapeMark, StateMark } from '../parts/state-mark.tsx';

interface SitesProps {
  readonly told: Told;
  readonly viewer: Viewer;
}

const EVERY_MS = 10_000;

export function SitesTable({ told, viewer }: SitesProps) {
  const [words, setWords] = useState('');
  const round = told.round * 1e6 + useRounds(EVERY_MS);
  const sites = useAsked<SitesView>(apiUrl('sites'), round);
  const asked = useAsked<AgentsView>(apiUrl('agents'), told.round);
  const agents = told.agents ?? asked.value;
  const all = sites.value === null ? [] : siteRows(sites.value.sites, agents?.agents ?? []);
  const rows = all.filter((row) => isFound(row, words));
  return (
    <>
      <h1>Sites</h1>
      <div class="controls">
        <Field id="find" label="Find" value={words} onValue={setWords} placeholder="site, agent, server, state" />
        <p class="soft" role="status">
          {rows.length === all.length ? `${countText(all.length)} rows` : `${rows.length} of ${all.length} rows`}
        </p>
      </div>
      <Refusal problem={sites.problem} />
      <section class="card wide" aria-label="Sites and agents">
        <table class="folding">
          <caption class="unseen">Sites and their agents, those that are not served first</caption>
          <thead>
            <tr>
              <th scope="col">Site</th>
              <th scope="col">State</th>
              <th scope="col">Last ACK</th>
              <th scope="col">Agent</th>
              <th scope="col">Last heard</th>
              <th scope="col" class="number">
                Clock (offset ± error)
              </th>
              <th scope="col" class="number">
                Backlog
              </th>
              <th scope="col">Version</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.key} row={row} viewer={viewer} />
            ))}
          </tbody>
        </table>
        {sites.value === null && sites.problem === null && <p class="empty">Waiting for the collector.</p>}
        {sites.value !== null && rows.length === 0 && (
          <p class="empty">{all.length === 0 ? 'No sites are configured.' : 'No site has these words.'}</p>
        )}
      </section>
    </>
  );
}

function Row({ row, viewer }: { readonly row: SiteRow; readonly viewer: Viewer }) {
  const { site, verdicts, agent } = row;
  const [first] = verdicts;
  return (
    <tr>
      <th scope="row">{site}</th>
      <td data-label="State">
        <div class="stack">
          {verdicts.map((verdict) => (
            <Verdict key={verdict.group} verdict={verdict} isOne={verdicts.length === 1} />
          ))}
        </div>
      </td>
      <td data-label="Last ACK">
        <Moment at={first?.last_ack_at ?? null} viewer={viewer} />
      </td>
      <AgentCells agent={agent} viewer={viewer} />
    </tr>
  );
}

function Verdict({ verdict, isOne }: { readonly verdict: SiteView; readonly isOne: boolean }) {
  const { group, state, served_by: by, reason } = verdict;
  const why = state === 'served' ? `by ${by.join(', ')}` : reasonText(reason);
  return (
    <div title={verdict.evidence ?? undefined}>
      <StateMark look={siteLook(state)} /> <span class="soft">{isOne ? why : `${why} (${group})`}</span>
    </div>
  );
}

function AgentCells({ agent, viewer }: { readonly agent: AgentView | null; readonly viewer: Viewer }) {
  if (agent === null)
    return (
      <td colSpan={5} class="soft">
        no agent was ever heard
      </td>
    );
  const { clock_offset_us: offset, clock_error_us: error, backlog_batches: backlog } = agent;
  const clock = offset === null ? '–' : `${offsetText(offset)} ${clockErrorText(error)}`;
  const trouble = agent.trouble ?? agent.resting;
  return (
    <>
      <td data-label="Agent">
        <span>
          {agent.id}
          {trouble !== null && (
            <div class="tone-warn">
              <ShapeMark shape="triangle" tone="warn" size={9} /> {trouble}
            </div>
          )}
        </span>
      </td>
      <td data-label="Last heard">
        {agent.connected ? (
          'connected'
        ) : (
          <span class="tone-unknown">
            <ShapeMark shape="dash" tone="unknown" size={9} />{' '}
            {agent.last_seen === null ? 'never' : agoText(agent.last_seen, viewer.now)}
          </span>
        )}
      </td>
      <td class="number" data-label="Clock">
        {clock}
      </td>
      <td class="number" data-label="Backlog">
        {backlog === null ? '–' : countText(backlog)}
      </td>
      <td data-label="Version">{agent.version ?? '–'}</td>
    </>
  );
}
