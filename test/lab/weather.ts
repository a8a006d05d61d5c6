/**
 * What a bad WAN does to a frame: loses it, sends it twice, lets it wait so that later ones overtake it, delays it. A pure
 * function of settings and dice, so that its figures can be tested without a network. netem was refused for this: many
 * kernels lack it, none lets a seed repeat it, and it takes a frame away before a capture on the same interface sees it.
 */

/** Ratios are of frames, each way; milliseconds are added to the line's own delay. */
export interface Weather {
  readonly loss: number;
  readonly duplicate: number;
  /** Ratio of frames that wait `reorderMs` longer. */
  readonly reorder: number;
  readonly reorderMs: number;
  readonly delayMs: number;
}

export const FAIR_WEATHER: Weather = { loss: 0, duplicate: 0, reorder: 0, reorderMs: 0, delayMs: 0 };

/** How much later than the line's own delay each copy of a frame comes out, ms; no copy: it is lost. */
export function fateOf(weather: Weather, dice: () => number): readonly number[] {
  if (dice() < weather.loss) return [];
  const copies = dice() < weather.duplicate ? 2 : 1;
  return Array.from(
    { length: copies },
    () => weather.delayMs + (dice() < weather.reorder ? weather.reorderMs * dice() : 0),
  );
}
