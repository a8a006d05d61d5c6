/**
 * When the kernel received the packet that was read last, on our monotonic clock. The kernel stamps with the wall clock, so
 * both clocks are read together to convert. Their difference changes only when somebody steps the wall clock, so every
 * reading narrows it, and one that contradicts the earlier ones is a step: until the next reading there is no stamp, for
 * nobody can say on which side of the step the packet came.
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
  readonly native: Pick<NativeCalls, 'realtime' | 'lastReceived'>;
  readonly fd: number;
  readonly monotonic: () => MonotonicNs;
}

/** Turns stamping on for a socket. The kernel stamps from about the next packet on. */
export function kernelTimestamps({ native, fd, monotonic }: KernelTimestampSource): KernelTimestamps {
  const timespec = new Uint8Array(16);
  const view = new DataView(timespec.buffer);
  // Whole seconds since the epoch leave a double too few bits for nanoseconds; seconds since now do not.
  const baseSeconds = native.realtime(timespec) ? view.getUint32(0, true) : 0;
  // The low halves hold all there is: nanoseconds are below 2^30, seconds below 2^32 until 2106.
  const wallNs = (): number => (view.getUint32(0, true) - baseSeconds) * 1e9 + view.getUint32(8, true);
  // Monotonic less wall clock lies between these two, in ns.
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  let isStepped = false;
  native.lastReceived(fd, timespec);
  return {
    align: () => {
      const before = monotonic();
      if (!native.realtime(timespec)) return;
      const [from, to] = [before - wallNs(), monotonic() - wallNs()];
      isStepped = from > most || to < least;
      least = isStepped ? from : Math.max(least, from);
      most = isStepped ? to : Math.min(most, to);
    },
    last: (notBefore, notAfter) => {
      if (isStepped || !native.lastReceived(fd, timespec)) return undefined;
      const stamp = wallNs() + (least + most) / 2;
      const slack = (most - least) / 2;
      // For a packet without a stamp the kernel gives the moment at which it is asked, which is after the reading. An
      // offset that is not known yet makes NaN, and a comparison with that is false.
      if (!(stamp >= notBefore - slack && stamp <= notAfter + slack)) return undefined;
      return Math.min(stamp, notAfter) as MonotonicNs;
    },
  };
}
