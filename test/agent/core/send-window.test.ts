import t from 'tap';
import { SendWindow } from '../../../agent/core/send-window.ts';
import { BACKLOG_WINDOW_BATCHES } from '../../../agent/core/stream-limits.ts';
import { SEND_WINDOW_BATCHES } from '../../../shared/core/limits.ts';

const batch = (sequence: number, length = 10) => ({
  position: 1_000 + sequence,
  epoch: 7,
  sequence,
  bytes: new Uint8Array(length),
});

t.test('an acknowledgement gives the positions in flight back, once, whatever range it claims', async (t) => {
  const window = new SendWindow();
  for (const sequence of [1, 2, 5]) window.add(batch(sequence), false);
  t.strictSame(window.settle(7, { from: 1, to: 1 }), [1_001]);
  t.strictSame(window.settle(7, { from: 1, to: 2 ** 50 }), [1_002, 1_005]);
  t.strictSame(window.settle(7, { from: 1, to: 9 }), []);
  t.strictSame(window.settle(8, { from: 1, to: 9 }), []);
  t.equal(window.size, 0);
});

t.test('the backlog leaves room for live batches', async (t) => {
  const window = new SendWindow();
  for (let sequence = 1; sequence <= BACKLOG_WINDOW_BATCHES; sequence += 1) window.add(batch(sequence), true);
  t.strictSame([window.hasBacklogRoom, window.hasRoom], [false, true]);
  for (let sequence = window.size + 1; sequence <= SEND_WINDOW_BATCHES; sequence += 1)
    window.add(batch(sequence), false);
  t.notOk(window.hasRoom);
  window.settle(7, { from: 1, to: 2 });
  t.strictSame([window.hasBacklogRoom, window.hasRoom], [true, true]);
});
