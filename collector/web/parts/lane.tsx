/**
 * One lane: a canvas, and around it something that takes the focus. For keys and screen readers it is a slider over its
 * spans: left and right go from one to the next, and each says its state, bracket and reason.
 */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { columnsOf, type Scale } from '../core/lane-columns.ts';
import { type LaneRow, spanWords } from '../core/lane-rows.ts';
import type { Viewer } from '../core/moment-text.ts';
import { type LaneColours, paintLane } from '../io/lane-painter.ts';
import type { PaintQueue } from '../io/paint-queue.ts';
import { edgesOf, type Pointing } from '../io/pointing.ts';
import { still } from './still.ts';

/** What all lanes of a chart share. */
export interface LaneProps {
  readonly scale: Scale;
  readonly viewer: Viewer;
  readonly colours: LaneColours;
  readonly pointing: Pointing;
  readonly painting: PaintQueue;
}

interface OneLaneProps extends LaneProps {
  readonly row: LaneRow;
  readonly height: number;
}

/** Drawn anew only when something of its own changed: there may be hundreds. */
export const Lane = still(DrawnLane);

function DrawnLane({ row, scale, height, viewer, colours, pointing, painting }: OneLaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [focused, setFocused] = useState<number | null>(null);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    painting.add(element, () =>
      paintLane(element, columnsOf(row.stretches, scale).runs, { width: scale.width, height }, colours),
    );
    return () => painting.forget(element);
  }, [row, scale, height, colours, painting]);
  const last = row.stretches.length - 1;
  const chosen = Math.min(focused ?? last, last);
  const said = useMemo(() => spanWords(row, chosen, viewer), [row, chosen, viewer]);
  const focus = (lane: HTMLElement, span: number): void => {
    setFocused(span);
    pointing.tell({ focused: { lane: row.key, span }, ...edgesOf(lane) });
  };
  const blur = (): void => {
    setFocused(null);
    pointing.tell({ focused: null });
  };
  const press = (key: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -last, End: last }[key.key];
    if (step === undefined) return;
    key.preventDefault();
    focus(key.currentTarget as HTMLElement, Math.max(0, Math.min(last, chosen + step)));
  };
  return (
    <div
      class="lane"
      role="slider"
      tabIndex={0}
      style={{ height: `${height}px` }}
      aria-label={row.lane.site === null ? `${row.name} ${row.note}` : `${row.lane.server} at ${row.name}`}
      aria-valuemin={1}
      aria-valuemax={last + 1}
      aria-valuenow={chosen + 1}
      aria-valuetext={said === null ? 'nothing known' : [said.title, ...said.lines].join('. ')}
      onFocus={({ currentTarget }) => currentTarget.matches(':focus-visible') && focus(currentTarget, last)}
      onBlur={blur}
      onKeyDown={press}
    >
      <canvas ref={canvas} />
    </div>
  );
}
