/**
 * One lane: a canvas, and around it something that takes the focus. For keys and screen readers it is a slider over its
 * spans: left and right go from one to the next, and each says its state, bracket and reason.
 */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { columnsOf, pixelOf, type Scale } from '../core/lane-columns.ts';
import { type LaneRow, spanWords } from '../core/lane-rows.ts';
import type { Viewer } from '../core/moment-text.ts';
import { type LaneColours, paintLane } from '../io/lane-painter.ts';
import { SpanCard } from './span-card.tsx';
import { still } from './still.ts';

interface LaneProps {
  readonly row: LaneRow;
  readonly scale: Scale;
  readonly height: number;
  readonly viewer: Viewer;
  readonly colours: LaneColours;
  /** px of the pointer, when it is over this lane and drags nothing. */
  readonly pointerX: number | null;
}

/** Drawn anew only when something of its own changed: there may be hundreds, and the pointer is over one. */
export const Lane = still(DrawnLane);

function DrawnLane({ row, scale, height, viewer, colours, pointerX }: LaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const columns = useMemo(() => columnsOf(row.stretches, scale), [row, scale]);
  const [focused, setFocused] = useState<number | null>(null);
  useLayoutEffect(() => {
    if (canvas.current !== null) paintLane(canvas.current, columns.runs, { width: scale.width, height }, colours);
  }, [columns, scale.width, height, colours]);
  const last = row.stretches.length - 1;
  const chosen = Math.min(focused ?? last, last);
  const index = pointerX === null ? focused : (columns.shown[Math.floor(pointerX)] ?? -1);
  const words = index === null ? null : spanWords(row, index, viewer);
  const said = spanWords(row, chosen, viewer);
  const stretch = row.stretches[index ?? -1];
  const middle = stretch === undefined ? 0 : (pixelOf(scale, stretch.from) + pixelOf(scale, stretch.to)) / 2;
  const press = (key: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -last, End: last }[key.key];
    if (step === undefined) return;
    key.preventDefault();
    setFocused(Math.max(0, Math.min(last, chosen + step)));
  };
  return (
    <div
      class="lane"
      role="slider"
      tabIndex={0}
      aria-label={row.lane.site === null ? `${row.name} ${row.note}` : `${row.lane.server} at ${row.name}`}
      aria-valuemin={1}
      aria-valuemax={last + 1}
      aria-valuenow={chosen + 1}
      aria-valuetext={said === null ? 'nothing known' : [said.title, ...said.lines].join('. ')}
      onFocus={({ currentTarget }) => currentTarget.matches(':focus-visible') && setFocused(last)}
      onBlur={() => setFocused(null)}
      onKeyDown={press}
    >
      <canvas ref={canvas} />
      {words !== null && <SpanCard words={words} x={pointerX ?? middle} width={scale.width} />}
    </div>
  );
}
