/** The chart: what happened and what was planned, a lane a server with its sites' below when it is opened, and an axis of time. */
import { useEffect, useMemo } from 'preact/hooks';
import type { LaneSetView, TimelineView } from '../../../shared/core/history-view.ts';
import { gapTimes } from '../core/gap-times.ts';
import { momentAt, type Scale } from '../core/lane-columns.ts';
import { type LaneRow, laneRow, laneSetRows } from '../core/lane-rows.ts';
import type { Viewer } from '../core/moment-text.ts';
import { chosen } from '../core/place.ts';
import { ticksOf } from '../core/ticks.ts';
import { laneColours } from '../io/lane-painter.ts';
import type { Go } from '../io/location.ts';
import { useWidth } from '../io/measured.ts';
import { PaintQueue } from '../io/paint-queue.ts';
import { usePointing } from '../io/pointing.ts';
import { Axis, Backdrop, PointedLine } from './backdrop.tsx';
import { PlannedRibbon } from './planned-ribbon.tsx';
import { Ribbon } from './ribbon.tsx';
import { ServerLanes } from './server-lanes.tsx';
import { SpanCard } from './span-card.tsx';

interface ChartProps {
  readonly timeline: TimelineView;
  /** The opened servers' sites; null: none is opened, or they are not here yet. */
  readonly sites: LaneSetView | null;
  readonly opened: readonly string[];
  readonly viewer: Viewer;
  readonly scheme: string;
  readonly go: Go;
}

const LABEL_PX = 168;
const NARROW_LABEL_PX = 92;
const NARROW_PX = 560;
const TICK_ROOM_PX = 84;

export function TimelineChart({ timeline, sites, opened, viewer, scheme, go }: ChartProps) {
  const [ref, room] = useWidth<HTMLElement>();
  const left = room < NARROW_PX ? NARROW_LABEL_PX : LABEL_PX;
  const width = Math.max(40, room - left - 12);
  const { since, until } = timeline;
  const scale = useMemo<Scale>(() => ({ since, until, width }), [since, until, width]);
  const { rows, siteRows, byKey } = useRows(timeline, sites);
  const { pointing, handlers } = usePointing({
    left,
    width,
    onDragged: ({ from, to }) => go(chosen(momentAt(scale, from), momentAt(scale, to))),
  });
  const painting = usePainting();
  const ticks = ticksOf(since, until, viewer.zone, Math.max(1, Math.floor(width / TICK_ROOM_PX)));
  // With the present in it a viewer is another one each second; words about spans need the date alone.
  const minute = Math.floor(viewer.now / 60e6);
  const reader = useMemo(() => viewer, [viewer.zone, viewer.zoneName, minute]);
  const colours = useMemo(laneColours, [scheme]);
  return (
    <section
      class="card chart"
      ref={ref}
      aria-label={`Timeline of ${timeline.group}`}
      style={{ '--label': `${left}px` }}
      {...handlers}
    >
      {room > 0 && (
        <>
          <div class="plot-back" aria-hidden="true">
            <Backdrop timeline={timeline} scale={scale} ticks={ticks} />
            <PointedLine pointing={pointing} />
          </div>
          <Findings timeline={timeline} scale={scale} viewer={reader} go={go} isNarrow={room < NARROW_PX} />
          {rows.map((row) => (
            <ServerLanes
              key={row.key}
              row={row}
              sites={siteRows}
              {...{ opened, go, scale, colours, pointing, painting }}
              viewer={reader}
            />
          ))}
          <Axis ticks={ticks} scale={scale} pointing={pointing} viewer={reader} />
          <SpanCard rows={byKey} viewer={reader} isBelowAll={opened.length === 0} {...{ pointing, scale, left }} />
        </>
      )}
    </section>
  );
}

function useRows(timeline: TimelineView, sites: LaneSetView | null) {
  return useMemo(() => {
    const gaps = gapTimes(timeline);
    const rows = timeline.lanes.map((lane) => laneRow(lane, timeline, gaps));
    const siteRows = sites === null ? [] : laneSetRows(sites, gaps);
    const byKey: ReadonlyMap<string, LaneRow> = new Map([...rows, ...siteRows].map((row) => [row.key, row]));
    return { rows, siteRows, byKey };
  }, [timeline, sites]);
}

function usePainting(): PaintQueue {
  const painting = useMemo(() => new PaintQueue(), []);
  useEffect(() => () => painting.close(), [painting]);
  return painting;
}

interface FindingsProps extends Pick<ChartProps, 'timeline' | 'viewer' | 'go'> {
  readonly scale: Scale;
  readonly isNarrow: boolean;
}

function Findings({ timeline, scale, viewer, go, isNarrow }: FindingsProps) {
  const { marks, gaps, overlaps, failovers, planned } = timeline;
  return (
    <>
      {planned.length > 0 && (
        <div class="row signs">
          <span class="row-label soft">Planned</span>
          <PlannedRibbon planned={planned} until={timeline.until} {...{ scale, viewer, go }} />
        </div>
      )}
      <div class="row signs">
        <span class="row-label soft">Marks</span>
        <Ribbon label="Marks" rows={marks} {...{ scale, viewer, go }} isFlags />
      </div>
      <div class="row signs">
        <span class="row-label soft">{isNarrow ? 'Findings' : 'Gaps, failovers'}</span>
        <Ribbon
          label="Gaps, overlaps and failovers"
          rows={[...gaps, ...overlaps, ...failovers]}
          {...{ scale, viewer, go }}
        />
      </div>
    </>
  );
}
