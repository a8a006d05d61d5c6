/** When systemd is told that a program's work moves on. */
import t from 'tap';
import { advances, type Work } from '../../../shared/core/supervised-work.ts';

const work = (moved: number, isDue: boolean): Work => ({ moved, isDue, line: '' });

t.test('what is due must move; what is not due may rest', async (t) => {
  t.ok(advances(work(5, true), work(6, true)));
  t.notOk(advances(work(5, true), work(5, true)), 'stood still');
  t.ok(advances(work(5, true), work(5, false)), 'there was nothing to do');
  t.ok(advances(work(5, false), work(6, true)));
  t.notOk(advances(work(5, false), work(5, true)), 'a look later it must have begun');
});
