/**
 * What is told of the span that is pointed at, or that keys have chosen: state, bracket, reason, and the moment in UTC. It stands
 * below its lane and beside the line through the pointed moment, so that the other lanes can be read at that moment; of a chart
 * that is all in view it stands below the last lane and covers none.
 */
import { columnsOf, pixelOf, type Scale } from '../core/lane-columns.ts';
import { type LaneRow, spanWords } from '../core/lane-rows.ts';
import type { Viewer } from '../core/moment-text.ts';
import { type Pointed, type Pointing, usePointed } from '../io/pointing.ts';

interface SpanCardProps {
  readonly pointing: Pointing;
  readonly rows: ReadonlyMap<string, LaneRow>;
  readonly scale: Scale;
  readonly viewer: Viewer;
  /** px from the chart's left to the plot's. */
  readonly left: number;
  /** Whether it stands below all lanes. */
  readonly isBelowAll: boolean;
}

export function SpanCard({ pointing, rows, scale, viewer, left, isBelowAll }: SpanCardProps) {
  const pointed = usePointed(pointing);
  const found = spanOf(pointed, rows, scale);
  const words = found === null ? null : spanWords(found.row, found.index, viewer);
  if (found === null || words === null) return null;
  const { x } = found;
  const below = isBelowAll ? { top: '100%' } : { top: `${pointed.bottom + 6}px` };
  return (
    <div class="span-card" style={{ ...asideOf(x, left, scale.width), ...below }} aria-hidden="true">
      <strong>{words.title}</strong>
      {words.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
      {words.utc.map((line) => (
        <div key={line} class="soft">
          {line}
        </div>
      ))}
    </div>
  );
}

const APART_PX = 12;
/** A plot with less room than this has none for a card beside a line. */
const ROOM_PX = 420;

function asideOf(x: number, left: number, width: number): object {
  if (width < ROOM_PX) return { left: '8px', right: '8px' };
  if (x > width / 2)
    return { right: `calc(100% - ${left + x - APART_PX}px)`, maxWidth: `min(420px, ${left + x - APART_PX}px)` };
  return { left: `${left + x + APART_PX}px`, maxWidth: `min(420px, ${width - x - APART_PX}px)` };
}

interface FoundSpan {
  readonly row: LaneRow;
  readonly index: number;
  /** px from the plot's left. */
  readonly x: number;
}

function spanOf({ x, lane, dragged, focused }: Pointed, rows: SpanCardProps['rows'], scale: Scale): FoundSpan | null {
  if (dragged !== null) return null;
  const pointed = rows.get(lane ?? '');
  if (x !== null && pointed !== undefined) {
    const index = columnsOf(pointed.stretches, scale).shown[Math.floor(x)] ?? -1;
    return { row: pointed, index, x };
  }
  const row = rows.get(focused?.lane ?? '');
  const stretch = row?.stretches[focused?.span ?? -1];
  if (row === undefined || focused === null || stretch === undefined) return null;
  return { row, index: focused.span, x: (pixelOf(scale, stretch.from) + pixelOf(scale, stretch.to)) / 2 };
}
