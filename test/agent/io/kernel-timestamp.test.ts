/** Kernel stamps on our clock: converted, refused where they cannot be true, and never taken across a step of the wall clock. */
import t from 'tap';
import { kernelTimestamps } from '../../../agent/io/kernel-timestamp.ts';
import type { NativeCalls } from '../../../agent/io/native-calls.ts';
import type { MonotonicNs } from '../../../shared/core/units.ts';

/** A host whose two clocks and last stamp the test sets; reading the wall clock takes `readNs`. Times in ns. */
function host() {
  const state = {
    monotonicNs: 0,
    aheadNs: 1_700_000_000n * 1_000_000_000n,
    stampNs: 0n as bigint | undefined,
    readNs: 100,
  };
  const put = (timespec: Uint8Array, ns: bigint): boolean => {
    const view = new DataView(timespec.buffer);
    view.setBigInt64(0, ns / 1_000_000_000n, true);
    view.setBigInt64(8, ns % 1_000_000_000n, true);
    return true;
  };
  const native: Pick<NativeCalls, 'realtime' | 'lastReceived'> = {
    realtime: (timespec) => {
      state.monotonicNs += state.readNs;
      return put(timespec, state.aheadNs + BigInt(state.monotonicNs - state.readNs / 2));
    },
    lastReceived: (_, timespec) => state.stampNs !== undefined && put(timespec, state.stampNs),
  };
  const monotonic = (): MonotonicNs => state.monotonicNs as MonotonicNs;
  return { state, stamps: kernelTimestamps({ native, fd: 3, monotonic }) };
}

const ns = (value: number): MonotonicNs => value as MonotonicNs;
const close = (stamp: number | undefined, expected: number): boolean =>
  stamp !== undefined && Math.abs(stamp - expected) < 1e3;

t.test('a stamp is put on our clock', async (t) => {
  const { state, stamps } = host();
  state.monotonicNs = 5e9;
  state.stampNs = state.aheadNs + 4_900_000_000n;
  t.equal(stamps.last(ns(0), ns(5e9)), undefined, 'not before the clocks were read together');
  stamps.align();
  t.ok(close(stamps.last(ns(0), ns(5e9)), 4.9e9));
});

t.test('one that cannot be true is refused: too old, later than its reading, or none at all', async (t) => {
  const { state, stamps } = host();
  stamps.align();
  state.stampNs = state.aheadNs + 1_000_000n;
  t.ok(stamps.last(ns(0), ns(2e6)));
  t.equal(stamps.last(ns(1.5e6), ns(2e6)), undefined);
  t.equal(stamps.last(ns(0), ns(0.999e6)), undefined, 'the kernel gives the moment of asking where it has no stamp');
  state.stampNs = undefined;
  t.equal(stamps.last(ns(0), ns(2e6)), undefined);
});

t.test('a reading that was interrupted spoils nothing', async (t) => {
  const { state, stamps } = host();
  stamps.align();
  state.readNs = 50e6;
  stamps.align();
  state.stampNs = state.aheadNs + BigInt(state.monotonicNs);
  t.ok(close(stamps.last(ns(0), ns(state.monotonicNs + 1e3)), state.monotonicNs));
});

t.test('after a step of the wall clock there is no stamp until the next reading', async (t) => {
  for (const stepNs of [-3_600_000_000_000n, 100_000n]) {
    const { state, stamps } = host();
    stamps.align();
    state.aheadNs += stepNs;
    state.monotonicNs = 1e9;
    state.stampNs = state.aheadNs + 1_000_000_000n;
    stamps.align();
    t.equal(stamps.last(ns(0), ns(2e9)), undefined);
    stamps.align();
    t.ok(close(stamps.last(ns(0), ns(2e9)), 1e9), 'and a true one again afterwards');
  }
});
