/**
 * A queue, first in, first out, in constant time: an array, and the index of its first element. `shift` moves the whole
 * array, and a Map's iteration walks over what was deleted: with 65,536 exchanges remembered that was a sixth of a core.
 *
 * A ring of fixed size was refused: most agents remember a few hundred, and each would hold room for all.
 */

/** Elements from `head` on; changed by the functions of this file only. */
export interface Fifo<T> {
  items: T[];
  head: number;
}

/** Consumed places at the front before they are given back, so that giving back is rare. */
const CONSUMED_MIN = 1_024;

/** An empty queue. */
export function createFifo<T>(): Fifo<T> {
  return { items: [], head: 0 };
}

/** The element that has been in it longest; undefined when it is empty. */
export function first<T>({ items, head }: Fifo<T>): T | undefined {
  return items[head];
}

/** Adds at the end. */
export function push<T>(fifo: Fifo<T>, item: T): void {
  fifo.items.push(item);
}

/** Removes the first element; the queue must not be empty. */
export function removeFirst<T>(fifo: Fifo<T>): void {
  fifo.head += 1;
  // Half of the array is moved at most, and only after as many were taken: constant on average.
  if (fifo.head < CONSUMED_MIN || fifo.head * 2 < fifo.items.length) return;
  fifo.items = fifo.items.slice(fifo.head);
  fifo.head = 0;
}
