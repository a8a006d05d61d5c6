/** uPlot, told what this page wants of it: quantiles over time, lines that end where nothing was measured, drag to zoom. */
import uPlot from 'uplot';
import { unixMicros } from '../../../shared/core/units.ts';
import { type LatencyLines, LINES } from '../core/latency-lines.ts';
import { momentText, type Viewer } from '../core/moment-text.ts';
import { ticksOf } from '../core/ticks.ts';

export interface PlotOptions {
  readonly width: number;
  readonly height: number;
  /** Period shown, s. */
  readonly from: number;
  readonly to: number;
  /** Called without its present: the axis needs the zone alone. */
  readonly viewer: Viewer;
  /** @param from and to in s */
  readonly onZoom: (from: number, to: number) => void;
}

const COLOURS = ['--plot-offer', '--plot-offer-tail', '--plot-ack', '--plot-ack-tail'];
const TICK_ROOM_PX = 90;

/** @returns what takes it away again */
export function drawLatency(place: HTMLElement, lines: LatencyLines, options: PlotOptions): () => void {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const { width, height, from, to, viewer, onZoom } = options;
  const axis = { stroke: colour('--ink-soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const ticks = ticksOf(
    unixMicros(from * 1e6),
    unixMicros(to * 1e6),
    viewer.zone,
    Math.max(1, Math.floor(width / TICK_ROOM_PX)),
  );
  const font = `12px ${style.fontFamily}`;
  const plot = new uPlot(
    {
      width,
      height,
      legend: { live: true },
      cursor: { drag: { x: true, y: false, setScale: false } },
      scales: {
        x: { time: true, range: [from, to] },
        y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.08)] },
      },
      axes: [
        { ...axis, font, splits: () => ticks.map(({ at }) => at / 1e6), values: () => ticks.map(({ text }) => text) },
        { ...axis, font, size: 64, values: (_, splits) => splits.map((ms) => `${ms} ms`) },
      ],
      series: [
        { label: 'Time', value: (_, at) => (at === null ? '–' : momentText(unixMicros(at * 1e6), viewer)) },
        ...LINES.map(({ name }, n) => ({
          label: name,
          stroke: colour(COLOURS[n] ?? ''),
          width: n % 2 === 0 ? 2 : 1,
          // Not by colour alone: an ACK's line is dashed.
          ...(n >= 2 ? { dash: [6, 3] } : {}),
          spanGaps: false,
          points: { show: lines[0].length < 60, size: 4 },
          value: (_: uPlot, ms: number | null) => (ms === null ? '–' : `${ms.toFixed(1)} ms`),
        })),
      ],
      hooks: {
        setSelect: [
          (made) => {
            const { left, width: wide } = made.select;
            if (wide > 4) onZoom(made.posToVal(left, 'x'), made.posToVal(left + wide, 'x'));
          },
        ],
      },
    },
    lines as uPlot.AlignedData,
    place,
  );
  return () => plot.destroy();
}
