/**
 * When the kernel received the packet that was read last, on our monotonic clock. The kernel stamps with the wall clock, so
 * both clocks are read together to convert; a stamp that cannot be true (the wall clock was stepped in between) is refused,
 * and the moment of reading stands in for it.
 *
 * SO_TIMESTAMPNS was refused: raw-socket reads without control messages, and the stamp would be thrown away.
 */
import type { MonotonicNs } from '../../shared/core/units.ts';
import type { NativeCalls } from './native-calls.ts';

/** Reads kernel stamps of one socket. */
export interface KernelTimestamps {
  /** Reads both clocks together; to be called before a run of `last`. */
  align(): void;
  /** The stamp of the packet just read, if it lies within [notBefore, notAfter]; otherwise undefined. */
  last(notBefore: MonotonicNs, notAfter: MonotonicNs): MonotonicNs | undefined;
}

/** What it reads from. */
export interface KernelTimestampSource {
  readonly native: NativeCalls;
  readonly fd: number;
  readonly monotonic: () => MonotonicNs;
}

/** How far a true stamp may seem to lie outside its bounds, in ns: two clocks read 2 µs apart, on a busy core. */
const SLACK_NS = 1_000_000;

/** Turns stamping on for a socket. The kernel stamps from the next packet on. */
export function kernelTimestamps({ native, fd, monotonic }: KernelTimestampSource): KernelTimestamps {
  const timespec = new Uint8Array(16);
  const view = new DataView(timespec.buffer);
  // Whole seconds since the epoch leave a double too few bits for nanoseconds; seconds since now do not.
  const baseSeconds = native.realtime(timespec) ? seconds(view) : 0;
  const read = (): number => (seconds(view) - baseSeconds) * 1e9 + Number(view.getBigInt64(8, true));
  let offsetNs = Number.NaN;
  native.lastReceived(fd, timespec);
  return {
    align: () => {
      const before = monotonic();
      offsetNs = native.realtime(timespec) ? (before + monotonic()) / 2 - read() : Number.NaN;
    },
    last: (notBefore, notAfter) => {
      if (!native.lastReceived(fd, timespec)) return undefined;
      const stamp = read() + offsetNs;
      // A comparison with NaN is false, so without an offset there is no stamp.
      if (!(stamp >= notBefore - SLACK_NS && stamp <= notAfter + SLACK_NS)) return undefined;
      return Math.min(stamp, notAfter) as MonotonicNs;
    },
  };
}

function seconds(view: DataView): number {
  return Number(view.getBigInt64(0, true));
}
