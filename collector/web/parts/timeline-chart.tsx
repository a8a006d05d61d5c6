/** The chart: an axis of time, what happened above it, and a lane a server, with its sites' lanes below when it is opened. */

import { useMemo } from 'preact/hooks';
import type { TimelineView } from '../../../shared/core/history-view.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { momentAt, pixelOf, type Scale } from '../core/lane-columns.ts';
import { type LaneRow, laneRow, worstSitesFirst } from '../core/lane-rows.ts';
import { momentText, type Viewer } from '../core/moment-text.ts';
import { chosen } from '../core/place.ts';
import { type Tick, ticksOf } from '../core/ticks.ts';
import { type Pointer, usePointer } from '../io/dragging.ts';
import { type LaneColours, laneColours } from '../io/lane-painter.ts';
import type { Go } from '../io/location.ts';
import { useWidth } from '../io/measured.ts';
import { Lane } from './lane.tsx';
import { Ribbon } from './ribbon.tsx';

interface ChartProps {
  readonly timeline: TimelineView;
  /** The opened server's sites; null: none is opened, or they are not here yet. */
  readonly sites: TimelineView | null;
  readonly opened: string | null;
  readonly viewer: Viewer;
  readonly scheme: string;
  readonly go: Go;
}

const LABEL_PX = 168;
const NARROW_LABEL_PX = 92;
const NARROW_PX = 560;
const SERVER_HEIGHT_PX = 26;
const SITE_HEIGHT_PX = 14;
const TICK_ROOM_PX = 84;
/** A tick's text that would stand over the edge is left out. */
const EDGE_PX = 18;

export function TimelineChart({ timeline, sites, opened, viewer, scheme, go }: ChartProps) {
  const [ref, room] = useWidth<HTMLElement>();
  const label = room < NARROW_PX ? NARROW_LABEL_PX : LABEL_PX;
  const width = Math.max(40, room - label - 12);
  const { since, until } = timeline;
  const scale = useMemo<Scale>(() => ({ since, until, width }), [since, until, width]);
  const rows = useMemo(() => timeline.lanes.map((lane) => laneRow(lane, timeline)), [timeline]);
  const siteRows = useMemo(
    () => (sites === null ? [] : worstSitesFirst(sites.lanes.map((lane) => laneRow(lane, sites)))),
    [sites],
  );
  const { pointer, handlers } = usePointer(label, width, ({ from, to }) =>
    go(chosen(momentAt(scale, from), momentAt(scale, to))),
  );
  const ticks = ticksOf(since, until, viewer.zone, Math.max(1, Math.floor(width / TICK_ROOM_PX)));
  // With the present in it a viewer is another one each second; words about spans need the date alone.
  const minute = Math.floor(viewer.now / 60e6);
  const reader = useMemo(() => viewer, [viewer.zone, viewer.zoneName, minute]);
  const colours = useMemo(laneColours, [scheme]);
  const laneProps = { scale, viewer: reader, colours, pointer };
  return (
    <section
      class="card chart"
      ref={ref}
      aria-label={`Timeline of ${timeline.group}`}
      style={{ '--label': `${label}px` }}
      {...handlers}
    >
      {room > 0 && (
        <>
          <div class="plot-back" aria-hidden="true">
            <Backdrop timeline={timeline} scale={scale} ticks={ticks} pointer={pointer} />
          </div>
          <div class="row signs">
            <span class="row-label soft">Marks</span>
            <Ribbon label="Marks" rows={timeline.marks} scale={scale} viewer={viewer} go={go} isFlags />
          </div>
          <div class="row signs">
            <span class="row-label soft">{room < NARROW_PX ? 'Findings' : 'Gaps, failovers'}</span>
            <Ribbon
              label="Gaps, overlaps and failovers"
              rows={[...timeline.gaps, ...timeline.overlaps, ...timeline.failovers]}
              scale={scale}
              viewer={viewer}
              go={go}
            />
          </div>
          {rows.map((row) => (
            <div key={row.key}>
              <ServerRow row={row} isOpen={opened === row.lane.server} go={go} {...laneProps} />
              {opened === row.lane.server &&
                siteRows
                  .filter(({ lane }) => lane.bucket === row.lane.bucket)
                  .map((site) => (
                    <div class="row site" key={site.key} data-lane={site.key}>
                      <span class="row-label" title={site.name}>
                        {site.name}
                      </span>
                      <Lane
                        row={site}
                        height={SITE_HEIGHT_PX}
                        scale={scale}
                        viewer={reader}
                        colours={colours}
                        pointerX={pointerOver(pointer, site.key)}
                      />
                    </div>
                  ))}
            </div>
          ))}
          <Axis ticks={ticks} scale={scale} pointer={pointer} viewer={viewer} />
        </>
      )}
    </section>
  );
}

const pointerOver = ({ x, lane, dragged }: Pointer, key: string): number | null =>
  lane === key && dragged === null ? x : null;

interface ServerRowProps {
  readonly row: LaneRow;
  readonly isOpen: boolean;
  readonly go: Go;
  readonly scale: Scale;
  readonly viewer: Viewer;
  readonly colours: LaneColours;
  readonly pointer: Pointer;
}

function ServerRow({ row, isOpen, go, scale, viewer, colours, pointer }: ServerRowProps) {
  return (
    <div class="row" data-lane={row.key}>
      <button
        type="button"
        class="row-label opener"
        aria-expanded={isOpen}
        aria-label={`Sites of ${row.name} ${row.note}`}
        onClick={() => go({ server: isOpen ? null : row.lane.server })}
      >
        <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
        <span class="name">
          {row.name} {row.note !== '' && <span class="soft">{row.note}</span>}
        </span>
      </button>
      <Lane
        row={row}
        height={SERVER_HEIGHT_PX}
        scale={scale}
        viewer={viewer}
        colours={colours}
        pointerX={pointerOver(pointer, row.key)}
      />
    </div>
  );
}

interface BackdropProps {
  readonly timeline: TimelineView;
  readonly scale: Scale;
  readonly ticks: readonly Tick[];
  readonly pointer: Pointer;
}

/** More bands than this say no more than the lanes do. */
const BANDS_MAX = 400;

/** Behind and over the lanes: lines of the axis, gaps and overlaps through all lanes, what is planned, what is dragged over. */
function Backdrop({ timeline, scale, ticks, pointer }: BackdropProps) {
  const band = (from: number, to: number) => ({
    left: `${Math.max(0, pixelOf(scale, from))}px`,
    width: `${Math.max(2, Math.min(scale.width, pixelOf(scale, to)) - Math.max(0, pixelOf(scale, from)))}px`,
  });
  return (
    <>
      {ticks.map(({ at }) => (
        <div key={at} class="tick-line" style={{ left: `${Math.round(pixelOf(scale, at))}px` }} />
      ))}
      {timeline.planned.slice(0, BANDS_MAX).map(({ from, to, text }) => (
        <div key={`${from}${text}`} class="band planned" style={band(from, to ?? timeline.until)} />
      ))}
      {[...timeline.gaps, ...timeline.overlaps].slice(-BANDS_MAX).map((row) => (
        <div key={row.id} class={`band ${row.kind}`} style={band(row.at, row.end?.at ?? timeline.until)} />
      ))}
      {pointer.x !== null && <div class="pointer-line" style={{ left: `${Math.round(pointer.x)}px` }} />}
      {pointer.dragged !== null && (
        <div
          class="dragged"
          style={{ left: `${pointer.dragged.from}px`, width: `${pointer.dragged.to - pointer.dragged.from}px` }}
        />
      )}
    </>
  );
}

interface AxisProps extends Pick<BackdropProps, 'scale' | 'ticks' | 'pointer'> {
  readonly viewer: Viewer;
}

function Axis({ ticks, scale, pointer, viewer }: AxisProps) {
  return (
    <div class="row axis" aria-hidden="true">
      <span class="row-label soft">{viewer.zoneName}</span>
      <div class="axis-ticks">
        {ticks
          .filter(({ at }) => pixelOf(scale, at) < scale.width - EDGE_PX)
          .map(({ at, text }) => (
            <span key={at} class="tick" style={{ left: `${Math.round(pixelOf(scale, at))}px` }}>
              {text}
            </span>
          ))}
        {pointer.x !== null && (
          <span class="tick here" style={{ left: `${Math.round(pointer.x)}px` }}>
            {momentText(unixMicros(momentAt(scale, pointer.x)), viewer)}
          </span>
        )}
      </div>
    </div>
  );
}
