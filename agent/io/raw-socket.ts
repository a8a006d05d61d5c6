/**
 * Raw IPv4 sockets through the `raw-socket` package, used below its queue: packets are sent by a direct system call and
 * stamped there, and read until the kernel has no more, so that nothing waits behind anything.
 *
 * The package's own send and message events were refused: they take one packet a turn of the loop, and under a flood
 * every send starves. The package keeps only a weak reference to its socket, so this file keeps a strong one.
 */

import { createSocket, type Socket } from 'raw-socket';
import { errorText } from '../../shared/core/error-text.ts';
import { type FilterStep, type NativeCalls, openedDescriptor } from './native-calls.ts';

const NO_CAPABILITY = `raw sockets are not permitted here: CAP_NET_RAW is missing. One of these gives it:
  sudo setcap cap_net_raw,cap_net_bind_service+ep ${process.execPath}
  systemd: AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE
  or run as root`;

/** What the kernel refused, and what to do about it. */
export class RawSocketError extends Error {
  readonly code: 'NO_CAPABILITY' | 'OPEN_FAILED';

  constructor(code: RawSocketError['code'], message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'RawSocketError';
    this.code = code;
  }
}

/** Reads one packet in place; the octets are overwritten by the next packet. `mac`: who sent it, where the socket shows it. */
export type PacketReader = (packet: Uint8Array, mac?: string) => void;

/** An open raw socket. */
export interface RawSocket {
  /** Its file descriptor, where /proc tells; needed for kernel stamps only. */
  readonly fd: number | undefined;
  /** Sends a whole IPv4 packet now. Returns what the kernel said, undefined when it took the packet. */
  send(packet: Uint8Array, destination: string): string | undefined;
  /** Reads what the kernel holds. False when more than the bound was waiting and some may be left. */
  drain(read: PacketReader): boolean;
  /** Packets that the kernel dropped because the receive buffer was full, since the socket was opened. */
  drops(): number;
  close(): void;
}

/** What to open. */
export interface RawSocketOptions {
  readonly protocol: 'udp' | 'icmp';
  /** UDP destination port to receive; others are filtered out where koffi allows it. */
  readonly port: number;
  /** Ports to receive as well: all from this one up, from servers' port 67 alone. */
  readonly portsFrom?: number | undefined;
  readonly native: NativeCalls | undefined;
  /** Sends and receives on this interface alone; absent: on any. */
  readonly device?: string;
  /** Called when something is waiting to be read. */
  readonly onReadable: () => void;
}

const SOL_SOCKET = 1;
const IPPROTO_IP = 0;
const IP_HDRINCL = 3;
const SO_BROADCAST = 6;
const SO_BINDTODEVICE = 25;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const PROTOCOL_NUMBER = { udp: 17, icmp: 1 } as const;
/** Holds a second of 20,000 answers; with the default of 208 kB, one in a hundred was lost at that rate. */
const RECEIVE_BUFFER_OCTETS = 8 << 20;
/** Packets read before other work gets a turn: about 50 ms of a core. */
export const DRAIN_PACKETS_MAX = 4_096;
/** The largest IPv4 packet: an answer that is cut would count as malformed. */
const PACKET_OCTETS_MAX = 65_535;
/** Sockets that are open, so that none is collected: see the header. */
const open = new Set<Socket>();

/** Opens a raw socket. Throws RawSocketError without CAP_NET_RAW. */
export function openRawSocket(options: RawSocketOptions): RawSocket {
  const { opened: socket, fd } = openedDescriptor(() => create(options.protocol));
  open.add(socket);
  socket.wrap.removeAllListeners('recvReady');
  socket.wrap.on('recvReady', options.onReadable);
  // A pending socket error (ENETDOWN when an interface goes) is read with the next packet and means nothing by itself.
  socket.on('error', () => undefined);
  setOptions(socket, options.protocol);
  if (options.device !== undefined) bindToDevice(socket, options.device);
  if (fd !== undefined && options.protocol === 'udp')
    options.native?.attachFilter(fd, destinationPort(options.port, options.portsFrom));
  const memory = new SocketMemory(socket);
  const inbox = new Inbox(socket, memory);
  return {
    fd,
    send: (packet, destination) => {
      try {
        socket.wrap.send(packet, 0, packet.length, destination, ignore);
        return undefined;
      } catch (error) {
        return errorText(error);
      }
    },
    drain: (read) => inbox.drain(read),
    drops: () => memory.drops(),
    close: () => {
      open.delete(socket);
      socket.close();
    },
  };
}

function create(protocol: RawSocketOptions['protocol']): Socket {
  try {
    return createSocket({ protocol: PROTOCOL_NUMBER[protocol] });
  } catch (error) {
    const said = errorText(error);
    if (/not permitted|denied/i.test(said)) throw new RawSocketError('NO_CAPABILITY', NO_CAPABILITY, error);
    throw new RawSocketError('OPEN_FAILED', `raw socket: ${said}`, error);
  }
}

function setOptions(socket: Socket, protocol: RawSocketOptions['protocol']): void {
  const set = (level: number, option: number, value: number): number | undefined =>
    tryOption(() => {
      const octets = Buffer.alloc(4);
      octets.writeInt32LE(value);
      socket.setOption(level, option, octets, 4);
      return 4;
    });
  // SO_RCVBUFFORCE needs CAP_NET_ADMIN, which we do not ask for; SO_RCVBUF gives as much as the system allows anyone.
  if (set(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_OCTETS) === undefined)
    set(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_OCTETS);
  if (protocol === 'icmp') {
    // A set bit blocks a type: all but destination unreachable (3) and time exceeded (11).
    set(SOL_RAW, ICMP_FILTER, ~((1 << 3) | (1 << 11)));
    return;
  }
  set(IPPROTO_IP, IP_HDRINCL, 1);
  set(SOL_SOCKET, SO_BROADCAST, 1);
}

/** Throws RawSocketError where there is no such interface. */
function bindToDevice(socket: Socket, device: string): void {
  const name = Buffer.from(`${device}\0`, 'latin1');
  try {
    socket.setOption(SOL_SOCKET, SO_BINDTODEVICE, name, name.length);
  } catch (error) {
    open.delete(socket);
    socket.close();
    throw new RawSocketError('OPEN_FAILED', `interface ${device}: ${errorText(error)}`, error);
  }
}

/** One option call: its result, or undefined when the kernel refuses, as it may on an older one. */
function tryOption(call: () => number): number | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** What the kernel holds for a socket, read into one buffer that each packet overwrites. */
class Inbox {
  readonly #socket: Socket;
  readonly #memory: SocketMemory;
  readonly #buffer = Buffer.alloc(PACKET_OCTETS_MAX);
  /** The same octets as what they are to readers: the `slice` of a Buffer is no copy. */
  readonly #packet = new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset, PACKET_OCTETS_MAX);
  readonly #received = (_: Uint8Array, octets: number): void => {
    this.#octets = octets;
  };
  #octets = 0;

  constructor(socket: Socket, memory: SocketMemory) {
    this.#socket = socket;
    this.#memory = memory;
  }

  drain(read: PacketReader): boolean {
    for (let packets = 0; packets < DRAIN_PACKETS_MAX; packets += 1) {
      // Asking costs a tenth of finding out: an empty queue comes as a thrown Error.
      if (this.#memory.isEmpty()) return true;
      const got = this.#receive();
      if (got === 'empty') return true;
      if (got === 'packet') read(this.#packet.subarray(0, this.#octets));
    }
    return false;
  }

  /** One system call. Errors other than an empty queue (an interface that went) were pending, and are gone once read. */
  #receive(): 'packet' | 'empty' | 'error' {
    try {
      this.#socket.wrap.recv(this.#buffer, this.#received);
      return 'packet';
    } catch (error) {
      return error instanceof Error && /temporarily unavailable/i.test(error.message) ? 'empty' : 'error';
    }
  }
}

/** The kernel's account of a socket's memory: nine words, SO_MEMINFO (Linux 4.12). */
class SocketMemory {
  readonly #socket: Socket;
  readonly #words = Buffer.alloc(9 * 4);

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** True when no packet waits to be read; false also where the kernel does not tell. */
  isEmpty(): boolean {
    return this.#ask() && this.#words.readUInt32LE(0) === 0;
  }

  /** Packets dropped for want of room, those that the filter refused not among them. */
  drops(): number {
    return this.#ask() ? this.#words.readUInt32LE(8 * 4) : 0;
  }

  #ask(): boolean {
    const { length } = this.#words;
    return tryOption(() => this.#socket.getOption(SOL_SOCKET, SO_MEMINFO, this.#words, length)) === length;
  }
}

/** Classic BPF: accept when the UDP destination port behind the IP header is this one, or from `from` up and the source 67. */
export function destinationPort(port: number, from = 0x10000): readonly FilterStep[] {
  return [
    [0xb1, 0, 0, 0], // x = 4 * (packet[0] & 15), the length of the IP header
    [0x48, 0, 0, 2], // a = 16 bits at x + 2, the destination port
    [0x15, 3, 0, port], // if a is the port, skip three
    [0x35, 0, 3, from], // if a is below `from`, skip three
    [0x48, 0, 0, 0], // a = 16 bits at x, the source port
    [0x15, 0, 1, 67], // if a is not 67, skip one
    [0x06, 0, 0, 0x40000], // accept
    [0x06, 0, 0, 0], // drop
  ];
}

function ignore(): void {
  // The direct call has returned by the time it would tell us anything.
}
