/** The pointer over a plot: where it is, and what it drags over. A touch drags sideways; up and down it scrolls the page. */
import { useRef, useState } from 'preact/hooks';

export interface Dragged {
  /** px from the plot's left. */
  readonly from: number;
  readonly to: number;
}

export interface Pointer {
  /** px; null: it is elsewhere. */
  readonly x: number | null;
  /** Key of the lane under it. */
  readonly lane: string | null;
  readonly dragged: Dragged | null;
}

const ELSEWHERE: Pointer = { x: null, lane: null, dragged: null };
/** Less is a click of an unsteady hand. */
const DRAG_PX = 6;

/** @param left px from the element's left to the plot's @param onDragged the two ends, in order */
export function usePointer(left: number, width: number, onDragged: (dragged: Dragged) => void) {
  const [pointer, setPointer] = useState<Pointer>(ELSEWHERE);
  const began = useRef<number | null>(null);
  const xOf = (event: PointerEvent): number =>
    event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left - left;
  const within = (x: number): number => Math.max(0, Math.min(width - 1, x));
  const move = (event: PointerEvent): void => {
    const x = xOf(event);
    const start = began.current;
    const lane = (event.target as HTMLElement).closest<HTMLElement>('[data-lane]')?.dataset['lane'] ?? null;
    const drags = start !== null && Math.abs(x - start) > DRAG_PX;
    const isOver = start !== null || (x >= 0 && x < width);
    setPointer(isOver ? { x: within(x), lane, dragged: drags ? inOrder(start, within(x)) : null } : ELSEWHERE);
  };
  const down = (event: PointerEvent): void => {
    const x = xOf(event);
    if (event.button !== 0 || x < 0 || x >= width || (event.target as HTMLElement).closest('button, a')) return;
    began.current = x;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const up = (event: PointerEvent): void => {
    const start = began.current;
    began.current = null;
    setPointer((before) => ({ ...before, dragged: null }));
    const x = within(xOf(event));
    if (start !== null && Math.abs(x - start) > DRAG_PX) onDragged(inOrder(start, x));
  };
  const leave = (): void => {
    began.current = null;
    setPointer(ELSEWHERE);
  };
  return {
    pointer,
    handlers: {
      onPointerMove: move,
      onPointerDown: down,
      onPointerUp: up,
      onPointerLeave: leave,
      onPointerCancel: leave,
    },
  };
}

const inOrder = (a: number, b: number): Dragged => ({ from: Math.min(a, b), to: Math.max(a, b) });
