/**
 * Where the pointer or the focus is over a chart, told to those few that draw it. As state of the chart it would have hundreds
 * of lanes looked at again for each move. A touch drags sideways; up and down it scrolls the page.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

export interface Dragged {
  /** px from the plot's left. */
  readonly from: number;
  readonly to: number;
}

export interface Pointed {
  /** px; null: the pointer is elsewhere. */
  readonly x: number | null;
  /** Key of the lane under it. */
  readonly lane: string | null;
  readonly dragged: Dragged | null;
  /** The span that keys have chosen. */
  readonly focused: { readonly lane: string; readonly span: number } | null;
  /** px from the chart's top: the upper and lower edge of the lane that is pointed at or has the focus. */
  readonly top: number;
  readonly bottom: number;
}

const NOWHERE: Pointed = { x: null, lane: null, dragged: null, focused: null, top: 0, bottom: 0 };

export class Pointing {
  #pointed = NOWHERE;
  readonly #listeners = new Set<(pointed: Pointed) => void>();

  get pointed(): Pointed {
    return this.#pointed;
  }

  tell(change: Partial<Pointed>): void {
    this.#pointed = { ...this.#pointed, ...change };
    for (const listener of this.#listeners) listener(this.#pointed);
  }

  /** @returns what ends it */
  follow(listener: (pointed: Pointed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** As state of whoever draws it. */
export function usePointed(pointing: Pointing): Pointed {
  const [pointed, setPointed] = useState(pointing.pointed);
  useEffect(() => pointing.follow(setPointed), [pointing]);
  return pointed;
}

/** Less is a click of an unsteady hand. */
const DRAG_PX = 6;

/** Where a lane is in its chart. */
export function edgesOf(lane: HTMLElement | null): Pick<Pointed, 'top' | 'bottom'> {
  const chart = lane?.closest('.chart');
  if (lane === null || chart == null) return { top: 0, bottom: 0 };
  const [own, outer] = [lane.getBoundingClientRect(), chart.getBoundingClientRect()];
  return { top: own.top - outer.top, bottom: own.bottom - outer.top };
}

interface Plot {
  /** px from the element's left to the plot's. */
  readonly left: number;
  readonly width: number;
  /** The two ends, in order. */
  readonly onDragged: (dragged: Dragged) => void;
}

/** Handlers for the chart's element. */
export function usePointing(plot: Plot): { readonly pointing: Pointing; readonly handlers: object } {
  const now = useRef(plot);
  now.current = plot;
  return useMemo(() => {
    const pointing = new Pointing();
    return { pointing, handlers: handlersOf(pointing, () => now.current) };
  }, []);
}

function handlersOf(pointing: Pointing, plotNow: () => Plot): object {
  let began: number | null = null;
  const xOf = (event: PointerEvent): number =>
    event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left - plotNow().left;
  const within = (x: number): number => Math.max(0, Math.min(plotNow().width - 1, x));
  const isDrag = (x: number): boolean => began !== null && Math.abs(x - began) > DRAG_PX;
  const away = { x: null, lane: null, dragged: null };
  const move = (event: PointerEvent): void => {
    const x = xOf(event);
    const lane = (event.target as HTMLElement).closest<HTMLElement>('[data-lane]');
    const isOver = began !== null || (x >= 0 && x < plotNow().width);
    const dragged = began !== null && isDrag(x) ? inOrder(began, within(x)) : null;
    const place = { x: within(x), lane: lane?.dataset['lane'] ?? null, dragged, ...edgesOf(lane) };
    pointing.tell(isOver ? place : away);
  };
  const down = (event: PointerEvent): void => {
    const x = xOf(event);
    if (event.button !== 0 || x < 0 || x >= plotNow().width) return;
    if ((event.target as HTMLElement).closest('button, a')) return;
    began = x;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const up = (event: PointerEvent): void => {
    const x = within(xOf(event));
    const dragged = began !== null && isDrag(x) ? inOrder(began, x) : null;
    began = null;
    pointing.tell({ dragged: null });
    if (dragged !== null) plotNow().onDragged(dragged);
  };
  const leave = (): void => {
    began = null;
    pointing.tell(away);
  };
  return {
    onPointerMove: move,
    onPointerDown: down,
    onPointerUp: up,
    onPointerLeave: leave,
    onPointerCancel: leave,
  };
}

const inOrder = (a: number, b: number): Dragged => ({ from: Math.min(a, b), to: Math.max(a, b) });
