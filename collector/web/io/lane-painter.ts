/**
 * A lane's runs on a canvas. Height says the state as colour does: full for what serves and for what is broken, half for
 * what stands by, a line for what nobody knows; degraded is hatched and broken has a dark edge.
 */
import type { Run } from '../core/lane-columns.ts';
import type { Tone } from '../core/state-look.ts';

/** Share of the lane's height, from its middle. */
const HEIGHTS: Readonly<Record<Tone, number>> = { well: 0.8, quiet: 0.4, warn: 0.8, bad: 1, double: 1, unknown: 0.14 };
const HATCH_PX = 5;

/** By the names of the palette; read once for all lanes, since each reading makes the browser work out its styles. */
export type LaneColours = ReadonlyMap<string, string>;

export interface LaneSize {
  /** CSS px, both. */
  readonly width: number;
  readonly height: number;
}

export function paintLane(
  canvas: HTMLCanvasElement,
  runs: readonly Run[],
  { width, height }: LaneSize,
  colours: LaneColours,
): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  pen.scale(ratio, ratio);
  for (const { x0, x1, look } of runs) {
    const tall = Math.max(2, Math.round(height * HEIGHTS[look.tone]));
    const top = Math.round((height - tall) / 2);
    pen.fillStyle = colours.get(`${look.tone}-fill`) ?? 'gray';
    pen.fillRect(x0, top, x1 - x0, tall);
    if (look.tone === 'warn') hatch(pen, { x0, x1, top, tall }, colours.get('warn') ?? 'black');
  }
}

interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly top: number;
  readonly tall: number;
}

function hatch(pen: CanvasRenderingContext2D, { x0, x1, top, tall }: Box, colour: string): void {
  pen.save();
  pen.beginPath();
  pen.rect(x0, top, x1 - x0, tall);
  pen.clip();
  pen.strokeStyle = colour;
  pen.beginPath();
  for (let x = x0 - tall; x < x1; x += HATCH_PX) {
    pen.moveTo(x, top + tall);
    pen.lineTo(x + tall, top);
  }
  pen.stroke();
  pen.restore();
}

const TONES: readonly Tone[] = ['well', 'quiet', 'warn', 'bad', 'double', 'unknown'];

/** As the style sheet has them now. */
export function laneColours(): LaneColours {
  const style = getComputedStyle(document.documentElement);
  return new Map(
    TONES.flatMap((tone) => [tone, `${tone}-fill`]).map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  );
}
