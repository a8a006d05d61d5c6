/** Work that takes as many ms as it is told, with a progress line; says "done" at its end. */
import { setTimeout as delay } from 'node:timers/promises';
import { withProgressLine } from '../../shared/io/progress-line.ts';

await withProgressLine(
  (seconds) => `waited for ${seconds} s, which is more than ${'x'.repeat(100)}`,
  () => delay(Number(process.argv[2])),
);
console.log('done');
