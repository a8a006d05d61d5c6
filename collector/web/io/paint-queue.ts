/**
 * Which lanes are painted when: those in view at once, the others a few at a time. A month of a fleet
 * has hundreds of lanes, of which a screen shows forty; all are painted before long, so that scrolling and paper find them there.
 * Rejected: requestIdleCallback, which not every browser has.
 */

/** A lane's canvas and what paints it. */
type Paints = Map<HTMLElement, () => void>;

/** Painted ahead of the scroll, px. */
const AHEAD_PX = 300;
/** Painted in one turn out of view: a few milliseconds, so that a frame is not late for them. */
const LANES_A_TURN = 8;

export class PaintQueue {
  readonly #waiting: Paints = new Map();
  #isDue = false;
  #turn: number | null = null;

  constructor() {
    window.addEventListener('beforeprint', this.#paintAll);
  }

  /** Paints before the next frame if it is in view, soon if not; what waited for this element is forgotten. */
  add(element: HTMLElement, paint: () => void): void {
    this.#waiting.set(element, paint);
    if (this.#isDue) return;
    this.#isDue = true;
    // All of one drawing are there by then, and looking where they are costs one layout.
    queueMicrotask(this.#paintSeen);
  }

  forget(element: HTMLElement): void {
    this.#waiting.delete(element);
  }

  readonly #paintSeen = (): void => {
    this.#isDue = false;
    const seen = [...this.#waiting].filter(([element]) => {
      const { top, bottom } = element.getBoundingClientRect();
      return bottom > -AHEAD_PX && top < window.innerHeight + AHEAD_PX;
    });
    for (const [element, paint] of seen) this.#paint(element, paint);
    this.#goOn();
  };

  #goOn(): void {
    if (this.#turn === null && this.#waiting.size > 0) this.#turn = window.setTimeout(this.#paintSome);
  }

  readonly #paintSome = (): void => {
    this.#turn = null;
    for (const [element, paint] of [...this.#waiting].slice(0, LANES_A_TURN)) this.#paint(element, paint);
    this.#goOn();
  };

  readonly #paintAll = (): void => {
    for (const [element, paint] of this.#waiting) this.#paint(element, paint);
  };

  #paint(element: HTMLElement, paint: () => void): void {
    this.#waiting.delete(element);
    paint();
  }

  close(): void {
    window.removeEventListener('beforeprint', this.#paintAll);
    if (this.#turn !== null) clearTimeout(this.#turn);
    this.#waiting.clear();
  }
}
