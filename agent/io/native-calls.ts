/**
 * The system calls that neither Node nor raw-socket offers, through koffi: the kernel's receive stamp, the wall clock in
 * nanoseconds, a socket filter and the address of a buffer for it, and packet sockets. koffi is optional; without it the prober
 * works as well, stamps in user space, pays for unrelated packets, and does not see who sent a frame.
 *
 * A native addon of our own was refused: it would have to be compiled on every site host.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { LibraryHandle } from 'koffi';

/** The calls, bound to libc. */
export interface NativeCalls {
  /** `ioctl(fd, SIOCGSTAMPNS)`: when the kernel received the packet read last, as a timespec; false when it does not say. */
  readonly lastReceived: (fd: number, timespec: Uint8Array) => boolean;
  /** `clock_gettime(CLOCK_REALTIME)` into a timespec. */
  readonly realtime: (timespec: Uint8Array) => boolean;
  /** Attaches a classic BPF program (SO_ATTACH_FILTER); false when the kernel refuses it. */
  readonly attachFilter: (fd: number, program: readonly FilterStep[]) => boolean;
  readonly packet: PacketCalls;
}

/** Packet sockets (packet(7)) of the cooked kind, which carry IPv4 packets and leave the link header to the kernel. */
export interface PacketCalls {
  /** Opens one on the interface with this index; a negative errno when the kernel refuses. What `program` refuses never comes in. */
  readonly open: (index: number, program: readonly FilterStep[]) => number;
  /** Sends to every host on the link. 0, or the errno. */
  readonly broadcast: (fd: number, index: number, packet: Uint8Array) => number;
  /** Octets of the next packet, its sender's link address in `sender`[12 … 18); -1 when none waits. */
  readonly receive: (fd: number, packet: Uint8Array, sender: Uint8Array) => number;
  /** SO_MEMINFO: nine words, the last of them packets dropped for want of room. */
  readonly memory: (fd: number, words: Uint8Array) => boolean;
  readonly close: (fd: number) => void;
}

/** One classic BPF instruction: code, jump if true, jump if false, constant. */
export type FilterStep = readonly [code: number, jt: number, jf: number, k: number];

const SIOCGSTAMPNS = 0x8907;
const CLOCK_REALTIME = 0;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_MEMINFO = 55;
const AF_PACKET = 17;
/** SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC */
const COOKED = 0x2 | 0x800 | 0x80000;
const ETH_P_IP = 0x0800;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
/** struct sockaddr_ll. */
const LINK_ADDRESS_OCTETS = 20;

/** The calls, or undefined where koffi is not installed, does not load, or finds no libc. */
export function loadNativeCalls(): NativeCalls | undefined {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const libc = koffi.load(null);
    const ioctl = libc.func('int ioctl(int, unsigned long, void *)');
    const clockGettime = libc.func('int clock_gettime(int, void *)');
    const setsockopt = libc.func('int setsockopt(int, int, int, void *, unsigned int)');
    const attachFilter: NativeCalls['attachFilter'] = (fd, program) => {
      const steps = filterOctets(program);
      const header = filterHeader(program.length, BigInt(koffi.address(steps)));
      return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, header, header.length) === 0;
    };
    return {
      lastReceived: (fd, timespec) => ioctl(fd, SIOCGSTAMPNS, timespec) === 0,
      realtime: (timespec) => clockGettime(CLOCK_REALTIME, timespec) === 0,
      attachFilter,
      packet: packetCalls(libc, { setsockopt, attachFilter, errno: () => koffi.errno() }),
    };
  } catch (error) {
    // Not installed, no binary for this platform, or a libc without one of the calls: all mean "do without".
    if (error instanceof Error) return undefined;
    throw error;
  }
}

interface SocketCalls {
  readonly setsockopt: (fd: number, level: number, option: number, value: Uint8Array, octets: number) => number;
  readonly attachFilter: NativeCalls['attachFilter'];
  readonly errno: () => number;
}

function packetCalls(libc: LibraryHandle, { setsockopt, attachFilter, errno }: SocketCalls): PacketCalls {
  const socket = libc.func('int socket(int, int, int)');
  const bind = libc.func('int bind(int, void *, unsigned int)');
  const sendto = libc.func('long sendto(int, void *, unsigned long, int, void *, unsigned int)');
  const recvfrom = libc.func('long recvfrom(int, void *, unsigned long, int, void *, void *)');
  const getsockopt = libc.func('int getsockopt(int, int, int, void *, void *)');
  const close = libc.func('int close(int)');
  const octetsOf = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  return {
    open: (index, program) => {
      // Protocol 0 receives nothing: no packet of another interface, and none unfiltered, can slip in before the bind.
      const fd: number = socket(AF_PACKET, COOKED, 0);
      if (fd < 0) return -errno();
      attachFilter(fd, program);
      // A kernel before 4.20 lacks it; our own broadcasts are then told by their op.
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, octetsOf(1), 4);
      if (bind(fd, linkAddress(index), LINK_ADDRESS_OCTETS) === 0) return fd;
      const refused = errno();
      close(fd);
      return -refused;
    },
    broadcast: (fd, index, packet) =>
      sendto(fd, packet, packet.length, 0, linkAddress(index), LINK_ADDRESS_OCTETS) < 0 ? errno() : 0,
    receive: (fd, packet, sender) =>
      Number(recvfrom(fd, packet, packet.length, 0, sender, octetsOf(LINK_ADDRESS_OCTETS))),
    memory: (fd, words) => getsockopt(fd, SOL_SOCKET, SO_MEMINFO, words, octetsOf(words.length)) === 0,
    close: (fd) => close(fd),
  };
}

/** struct sockaddr_ll of everybody on a link: FF:FF:FF:FF:FF:FF, IPv4. */
function linkAddress(index: number): Buffer {
  const address = Buffer.alloc(LINK_ADDRESS_OCTETS);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_IP, 2);
  address.writeInt32LE(index, 4);
  address.writeUInt8(6, 11);
  address.fill(0xff, 12, 18);
  return address;
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
