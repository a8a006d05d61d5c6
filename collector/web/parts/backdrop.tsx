/** Behind and over the lanes: lines of the axis, gaps and overlaps through all of them, what is planned, and where the pointer is. */
import type { TimelineView } from '../../../shared/core/history-view.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { momentAt, pixelOf, type Scale } from '../core/lane-columns.ts';
import { momentText, type Viewer } from '../core/moment-text.ts';
import type { Tick } from '../core/ticks.ts';
import { type Pointing, usePointed } from '../io/pointing.ts';

interface BackdropProps {
  readonly timeline: TimelineView;
  readonly scale: Scale;
  readonly ticks: readonly Tick[];
}

/** More bands than this say no more than the lanes do. */
const BANDS_MAX = 400;

/** Left edge and width in the plot, px; what reaches beyond it is cut. */
export function extentOf(scale: Scale, from: number, to: number): { readonly left: string; readonly width: string } {
  const left = Math.max(0, pixelOf(scale, from));
  return { left: `${left}px`, width: `${Math.max(2, Math.min(scale.width, pixelOf(scale, to)) - left)}px` };
}

export function Backdrop({ timeline, scale, ticks }: BackdropProps) {
  return (
    <>
      {ticks.map(({ at }) => (
        <div key={at} class="tick-line" style={{ left: `${Math.round(pixelOf(scale, at))}px` }} />
      ))}
      {timeline.planned.slice(0, BANDS_MAX).map(({ from, to, text }) => (
        <div key={`${from}${text}`} class="band planned" style={extentOf(scale, from, to ?? timeline.until)} />
      ))}
      {[...timeline.gaps, ...timeline.overlaps].slice(-BANDS_MAX).map((row) => (
        <div key={row.id} class={`band ${row.kind}`} style={extentOf(scale, row.at, row.end?.at ?? timeline.until)} />
      ))}
    </>
  );
}

/** The line through the pointed moment, and what is dragged over. */
export function PointedLine({ pointing }: { readonly pointing: Pointing }) {
  const { x, dragged } = usePointed(pointing);
  return (
    <>
      {x !== null && <div class="pointer-line" style={{ transform: `translateX(${Math.round(x)}px)` }} />}
      {dragged !== null && (
        <div class="dragged" style={{ left: `${dragged.from}px`, width: `${dragged.to - dragged.from}px` }} />
      )}
    </>
  );
}

interface AxisProps extends Pick<BackdropProps, 'scale' | 'ticks'> {
  readonly pointing: Pointing;
  readonly viewer: Viewer;
}

/** A tick's text that would stand over the edge is left out. */
const EDGE_PX = 18;

export function Axis({ ticks, scale, pointing, viewer }: AxisProps) {
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
        <PointedTick {...{ scale, pointing, viewer }} />
      </div>
    </div>
  );
}

function PointedTick({ scale, pointing, viewer }: Omit<AxisProps, 'ticks'>) {
  const { x } = usePointed(pointing);
  if (x === null) return null;
  return (
    <span class="tick here" style={{ left: `${Math.round(x)}px` }}>
      {momentText(unixMicros(momentAt(scale, x)), viewer)}
    </span>
  );
}
