/** The page: the bar, the view that the address names, and what they share (what the stream told, the present, the zone). */
import { useEffect, useRef, useState } from 'preact/hooks';
import { headline } from './core/group-order.ts';
import type { Viewer } from './core/moment-text.ts';
import type { Whoami } from './core/who.ts';
import { viewerZone, zoneName } from './io/clock.ts';
import { type Told, useLive } from './io/live.ts';
import { usePlace } from './io/location.ts';
import { keepScheme, keptScheme, type Scheme, useSystemScheme } from './io/theme.ts';
import { useNow } from './io/ticking.ts';
import { useWho } from './io/who.ts';
import { MarkForm } from './parts/mark-form.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { LatencyView } from './views/latency-view.tsx';
import { LoginView } from './views/login-view.tsx';
import { NowView } from './views/now-view.tsx';
import type { PastProps } from './views/past.ts';
import { PastReport } from './views/report-view.tsx';
import { SitesTable } from './views/sites-view.tsx';
import { PastTimeline } from './views/timeline-view.tsx';

export function Page() {
  const door = useWho();
  switch (door.who.kind) {
    case 'asking':
      return <p class="empty">Waiting for the collector's first word.</p>;
    case 'stranger':
      return <LoginView over={door.who.over} logIn={door.logIn} />;
    case 'let-in':
      return <Inside whoami={door.who.whoami} askAgain={door.askAgain} onLogOut={door.logOut} />;
  }
}

interface InsideProps {
  readonly whoami: Whoami;
  readonly askAgain: () => void;
  readonly onLogOut: () => void;
}

function Inside({ whoami, askAgain, onLogOut }: InsideProps) {
  const [place, go] = usePlace();
  const told = useLive();
  const [scheme, setScheme] = useState(keptScheme);
  const [isMarking, setMarking] = useState(false);
  const now = useNow(told.aheadUs);
  const zone = viewerZone();
  const viewer: Viewer = { zone, zoneName: zoneName(zone, now), now };
  const main = useRef<HTMLElement>(null);
  useTitle(told);
  const isAway = told.live.kind === 'away';
  useEffect(() => {
    // A stream also ends when its login does.
    askAgain();
  }, [isAway, askAgain]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the view
      </button>
      <TopBar
        place={place}
        live={told.live}
        zone={zone}
        scheme={scheme}
        onScheme={(chosen: Scheme) => {
          keepScheme(chosen);
          setScheme(chosen);
        }}
        whoami={whoami}
        onMark={() => setMarking(true)}
        onLogOut={onLogOut}
      />
      <main id="main" ref={main} tabIndex={-1}>
        <View place={place} go={go} told={told} viewer={viewer} scheme={`${scheme} ${useSystemScheme()}`} />
      </main>
      <footer class="foot">
        Times are {viewer.zoneName} ({zone}); point at one for UTC. dorawatch {told.status?.version ?? ''}
      </footer>
      {isMarking && (
        <MarkForm
          groups={told.status?.groups ?? []}
          group={place.group}
          viewer={viewer}
          author={whoami.name}
          onClose={() => setMarking(false)}
        />
      )}
    </>
  );
}

function View(props: PastProps) {
  const { place, told, viewer } = props;
  switch (place.view) {
    case 'now':
      return <NowView told={told} viewer={viewer} />;
    case 'timeline':
      return <PastTimeline {...props} />;
    case 'latency':
      return <LatencyView {...props} />;
    case 'sites':
      return <SitesTable told={told} viewer={viewer} />;
    case 'report':
      return <PastReport {...props} />;
  }
}

/** The tab tells, too: whoever has the page behind others sees a gap begin. */
function useTitle({ status, live }: Told): void {
  const said = status === null ? '' : `${headline(status.groups).text} – `;
  const title = `${live.kind === 'away' ? 'not live – ' : said}dorawatch`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
