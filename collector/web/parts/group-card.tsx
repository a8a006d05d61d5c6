/** One group as it is now: its state, who serves, how many sites agree, and a row for each of its servers. */
import type { GroupView, ServerView } from '../../../shared/core/ops-view.ts';
import { elapsedText } from '../../core/answers/clock-text.ts';
import { countText, dropText, latencyText } from '../core/figure-text.ts';
import { isStandingBy, serverLook, serversServing } from '../core/group-order.ts';
import type { Viewer } from '../core/moment-text.ts';
import { hashOf, placeOf, type ViewName } from '../core/place.ts';
import { groupLook, reasonText } from '../core/state-look.ts';
import { Moment } from './moment.tsx';
import { ShapeMark, StateMark } from './state-mark.tsx';

interface GroupProps {
  readonly group: GroupView;
  /** Length of the window that drops and latency are over, s. */
  readonly windowS: number;
  readonly viewer: Viewer;
}

const linkTo = (view: ViewName, group: string): string => hashOf({ ...placeOf(''), view, group });

export function GroupCard({ group, windowS, viewer }: GroupProps) {
  const look = groupLook(group.state);
  const heading = `group-${group.name}`;
  return (
    <section class="card group" data-tone={look.tone} aria-labelledby={heading}>
      <div class="card-head">
        <h2 id={heading}>{group.name}</h2>
        <StateMark look={look} />
        {group.open_gap_ms !== null && <strong class="tone-bad">{elapsedText(group.open_gap_ms)} so far</strong>}
        <span class="soft">{group.mode}</span>
        <span class="links">
          <a href={linkTo('timeline', group.name)} aria-label={`Timeline of ${group.name}`}>
            Timeline
          </a>
          <a href={linkTo('report', group.name)} aria-label={`Report of ${group.name}`}>
            Report
          </a>
        </span>
      </div>
      {group.paused !== null && (
        <p class="who tone-warn">
          <ShapeMark shape="triangle" tone="warn" /> Probing is paused: {group.paused}. What stands here is from before.
        </p>
      )}
      <p class="who">
        <WhoWords group={group} />
        {group.since !== null && (
          <>
            {', since '}
            <Moment at={group.since} viewer={viewer} ago />
          </>
        )}
        <SiteWords group={group} />
      </p>
      <ServerTable group={group} windowS={windowS} viewer={viewer} />
      {group.notices.length > 0 && (
        <ul class="notices" aria-label={`Amiss in ${group.name}`}>
          {group.notices.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function WhoWords({ group }: { readonly group: GroupView }) {
  const who = serversServing(group);
  if (who === 'nobody' && group.state === 'unknown') return <strong>It is not known who serves</strong>;
  return (
    <>
      <strong>{who}</strong> {who.includes(' and ') ? 'serve' : 'serves'}
    </>
  );
}

function SiteWords({ group }: { readonly group: GroupView }) {
  const { served, unserved, unknown } = group.sites;
  return (
    <>
      {'; '}
      {countText(served)} of {countText(served + unserved + unknown)} sites served
      {unserved > 0 && <strong class="tone-bad">, {countText(unserved)} unserved</strong>}
      {unknown > 0 && <span class="tone-unknown">, {countText(unknown)} unknown</span>}
    </>
  );
}

function ServerTable({ group, windowS, viewer }: GroupProps) {
  return (
    <div class="wide">
      <table class="folding">
        <caption class="unseen">
          Servers of {group.name}; drops and latency over {windowS / 60} minutes
        </caption>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">State</th>
            <th scope="col">Since</th>
            <th scope="col" class="number">
              Sites served
            </th>
            <th scope="col" class="number">
              Drops ({windowS / 60} min)
            </th>
            <th scope="col" class="number">
              OFFER p50 / p99
            </th>
            <th scope="col" class="number">
              ACK p50 / p99
            </th>
          </tr>
        </thead>
        <tbody>
          {group.servers.map((server) => (
            <ServerRows key={server.name} server={server} viewer={viewer} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ServerRows({ server, viewer }: { readonly server: ServerView; readonly viewer: Viewer }) {
  const look = serverLook(server);
  const { serving, degraded, non_serving, unknown } = server.sites;
  const { offer_p50, offer_p99, ack_p50, ack_p99 } = server.latency_us;
  const isQuiet = isStandingBy(server);
  return (
    <>
      <tr data-tone={look.tone}>
        <th scope="row" title={server.address}>
          <span>
            {server.name} <span class="soft">{server.role === server.name ? server.address : server.role}</span>
          </span>
        </th>
        <td data-label="State">
          <StateMark look={look} />
        </td>
        <td data-label="Since">
          <Moment at={server.since} viewer={viewer} ago />
        </td>
        <td class="number" data-label="Sites served">
          {isQuiet
            ? '–'
            : `${countText(serving + degraded)} of ${countText(serving + degraded + non_serving + unknown)}`}
        </td>
        <td class="number" data-label="Drops">
          {dropText(isQuiet ? null : server.drop_ratio)}
        </td>
        <td class="number" data-label="OFFER p50 / p99">
          {latencyText(offer_p50, offer_p99)}
        </td>
        <td class="number" data-label="ACK p50 / p99">
          {latencyText(ack_p50, ack_p99)}
        </td>
      </tr>
      <WhyRow server={server} />
    </>
  );
}

/** Why it is not as it should be; for one that is, nothing. */
function WhyRow({ server }: { readonly server: ServerView }) {
  const isWell = isStandingBy(server) || (server.state === 'serving' && server.kea?.disagreement == null);
  if (isWell) return null;
  const words = [server.evidence ?? reasonText(server.reason), server.kea?.disagreement ?? null];
  const said = words.filter((word) => word !== null && word !== '').join('. ');
  if (said === '') return null;
  return (
    <tr class="why">
      <td colSpan={7}>
        {server.name}: {said}
      </td>
    </tr>
  );
}
