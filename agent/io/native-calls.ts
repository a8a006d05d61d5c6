/**
 * The four system calls that neither Node nor raw-socket offers, through koffi: the kernel's receive stamp, the wall clock
 * in nanoseconds, a socket filter, and the address of a buffer for it. koffi is optional; without it the prober works as
 * well, stamps in user space, and pays for unrelated packets.
 *
 * A native addon of our own was refused: it would have to be compiled on every site host.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The calls, bound to libc. */
export interface NativeCalls {
  /** `ioctl(fd, SIOCGSTAMPNS)`: when the kernel received the packet read last, as a timespec; false when it does not say. */
  readonly lastReceived: (fd: number, timespec: Uint8Array) => boolean;
  /** `clock_gettime(CLOCK_REALTIME)` into a timespec. */
  readonly realtime: (timespec: Uint8Array) => boolean;
  /** Attaches a classic BPF program (SO_ATTACH_FILTER); false when the kernel refuses it. */
  readonly attachFilter: (fd: number, program: readonly FilterStep[]) => boolean;
}

/** One classic BPF instruction: code, jump if true, jump if false, constant. */
export type FilterStep = readonly [code: number, jt: number, jf: number, k: number];

const SIOCGSTAMPNS = 0x8907;
const CLOCK_REALTIME = 0;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;

/** The calls, or undefined where koffi is not installed, does not load, or finds no libc. */
export function loadNativeCalls(): NativeCalls | undefined {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const libc = koffi.load(null);
    const ioctl = libc.func('int ioctl(int, unsigned long, void *)');
    const clockGettime = libc.func('int clock_gettime(int, void *)');
    const setsockopt = libc.func('int setsockopt(int, int, int, void *, unsigned int)');
    return {
      lastReceived: (fd, timespec) => ioctl(fd, SIOCGSTAMPNS, timespec) === 0,
      realtime: (timespec) => clockGettime(CLOCK_REALTIME, timespec) === 0,
      attachFilter: (fd, program) => {
        const steps = filterOctets(program);
        const header = filterHeader(program.length, BigInt(koffi.address(steps)));
        return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, header, header.length) === 0;
      },
    };
  } catch (error) {
    // Not installed, no binary for this platform, or a libc without one of the calls: all mean "do without".
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Runs `open` and tells which file descriptor it opened; undefined where /proc does not say. */
export function openedDescriptor<T>(open: () => T): { readonly opened: T; readonly fd: number | undefined } {
  const before = socketDescriptors();
  const opened = open();
  const fresh = [...socketDescriptors()].filter((fd) => !before.has(fd));
  return { opened, fd: fresh.length === 1 ? fresh[0] : undefined };
}

/** Our descriptor of the socket with this inode, as /proc/net/udp names it; undefined when it is not ours. */
export function descriptorOfInode(inode: string): number | undefined {
  return [...socketDescriptors()].find((fd) => target(String(fd)) === `socket:[${inode}]`);
}

function socketDescriptors(): ReadonlySet<number> {
  const found = new Set<number>();
  for (const name of names('/proc/self/fd')) if (target(name).startsWith('socket:')) found.add(Number(name));
  return found;
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

/** The descriptor that listed the folder is gone by the time it is asked about; it is no socket. */
function target(name: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${name}`);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}

function filterOctets(program: readonly FilterStep[]): Buffer {
  const octets = Buffer.alloc(program.length * 8);
  program.forEach(([code, jt, jf, k], index) => {
    octets.writeUInt16LE(code, index * 8);
    octets.writeUInt8(jt, index * 8 + 2);
    octets.writeUInt8(jf, index * 8 + 3);
    octets.writeUInt32LE(k, index * 8 + 4);
  });
  return octets;
}

/** struct sock_fprog on a 64-bit little-endian machine: length, padding, address. */
function filterHeader(length: number, address: bigint): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt16LE(length, 0);
  header.writeBigUInt64LE(address, 8);
  return header;
}
