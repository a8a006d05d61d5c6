/** The bar above every view: where one is, whether what is shown is so, and the two things one can do from anywhere. */
import { type Live, liveText } from '../core/live-state.ts';
import { hashOf, type Place, VIEWS, type ViewName } from '../core/place.ts';
import { mayMark, type Whoami } from '../core/who.ts';
import type { Scheme } from '../io/theme.ts';
import { ShapeMark } from './state-mark.tsx';

const NAMES: Readonly<Record<ViewName, string>> = {
  now: 'Now',
  timeline: 'Timeline',
  latency: 'Latency',
  sites: 'Sites',
  report: 'Report',
};

interface BarProps {
  readonly place: Place;
  readonly live: Live;
  readonly zone: string;
  readonly scheme: Scheme;
  readonly onScheme: (scheme: Scheme) => void;
  readonly whoami: Whoami;
  readonly onMark: () => void;
  readonly onLogOut: () => void;
}

export function TopBar({ place, live, zone, scheme, onScheme, whoami, onMark, onLogOut }: BarProps) {
  return (
    <header class="bar">
      <a class="brand" href="#/now">
        <Wave />
        dorawatch
      </a>
      <nav class="tabs" aria-label="Views">
        <ul>
          {VIEWS.map((view) => (
            <li key={view}>
              <a href={hashOf(placeFor(place, view))} aria-current={view === place.view ? 'page' : undefined}>
                {NAMES[view]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="bar-end">
        <LiveWord live={live} zone={zone} />
        {mayMark(whoami) && (
          <button type="button" onClick={onMark}>
            Add a mark
          </button>
        )}
        {whoami.until !== null && (
          <button type="button" onClick={onLogOut} title={`${whoami.name}, ${whoami.role}`}>
            Log out {whoami.name}
          </button>
        )}
        <SchemeButton scheme={scheme} onScheme={onScheme} />
      </div>
    </header>
  );
}

/** Another view of the same group and period; what was opened in one has no meaning in the other. */
function placeFor(place: Place, view: ViewName): Place {
  const isPeriod = view !== 'now' && view !== 'sites';
  return {
    ...place,
    view,
    since: isPeriod ? place.since : null,
    until: isPeriod ? place.until : null,
    server: null,
    site: null,
  };
}

function LiveWord({ live, zone }: { readonly live: Live; readonly zone: string }) {
  return (
    <span class="live" data-live={live.kind} role="status">
      {live.kind !== 'away' && (
        <ShapeMark
          shape={live.kind === 'live' ? 'disc' : 'ring'}
          tone={live.kind === 'live' ? 'well' : 'unknown'}
          size={8}
        />
      )}
      {liveText(live, zone)}
    </span>
  );
}

const NEXT: Readonly<Record<Scheme, Scheme>> = { system: 'dark', dark: 'light', light: 'system' };
const SCHEME_WORDS: Readonly<Record<Scheme, string>> = {
  system: 'as the system has it',
  light: 'light',
  dark: 'dark',
};

function SchemeButton({ scheme, onScheme }: Pick<BarProps, 'scheme' | 'onScheme'>) {
  const label = `Colours: ${SCHEME_WORDS[scheme]}`;
  return (
    <button type="button" class="square" aria-label={label} title={label} onClick={() => onScheme(NEXT[scheme])}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
        {scheme !== 'light' && <path d="M8 2a6 6 0 0 1 0 12Z" fill="currentColor" />}
        {scheme === 'dark' && <path d="M8 2a6 6 0 0 0 0 12Z" fill="currentColor" />}
      </svg>
    </button>
  );
}

function Wave() {
  return (
    <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
      <path
        d="M3 16h7l3-9 6 18 3-9h7"
        fill="none"
        stroke="currentColor"
        stroke-width="3"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}
