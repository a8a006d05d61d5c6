/**
 * The socket of a client that has no address: it broadcasts on one interface, and hears what is broadcast there to port 68. It
 * has the raw socket's shape, so that exchanges over it are the same as a relay's.
 *
 * With koffi it is a packet socket, which leaves 0.0.0.0 as the source and shows the answerer's link address. libuv cannot wait
 * for one, so a raw socket beside it, which receives the same broadcasts, does the waiting. Waiting in a thread was refused: it
 * would take one of the four that Node has for files. Without koffi the raw socket does all of it. The kernel then puts the
 * interface's address for 0.0.0.0, whatever we write, after the checksum was made: so none is made (RFC 768 allows that).
 */
import { getSystemErrorMap } from 'node:util';
import { linkState } from './link-state.ts';
import type { NativeCalls, PacketCalls } from './native-calls.ts';
import { DRAIN_PACKETS_MAX, destinationPort, openRawSocket, type RawSocket, RawSocketError } from './raw-socket.ts';

/** A client's socket; `isStale` once its interface went, or the name is another's: it can then only be opened anew. */
export interface ClientSocket extends RawSocket {
  isStale(): boolean;
}

/** What to open it with. */
export interface ClientSocketOptions {
  readonly interface: string;
  /** UDP port to receive: 68. */
  readonly port: number;
  readonly native: NativeCalls | undefined;
  readonly onReadable: () => void;
}

const UDP_CHECKSUM_AT = 26;
/** An answer above this is not one that a relay or a server on the link can send whole. */
const PACKET_OCTETS = 9_216;

/** Opens it. Throws RawSocketError: no CAP_NET_RAW, or no such interface, or one that is switched off. */
export function openClientSocket({ interface: name, port, native, onReadable }: ClientSocketOptions): ClientSocket {
  const link = linkState(name);
  if (link.kind === 'not-ready') throw new RawSocketError('OPEN_FAILED', link.reason, undefined);
  const { index } = link;
  const raw = openRawSocket({ protocol: 'udp', port, native, onReadable, device: name });
  const packet = native === undefined ? undefined : openPacket(native.packet, index, port);
  const isStale = (): boolean => {
    const now = linkState(name);
    return now.kind === 'ready' && now.index !== index;
  };
  const send = packet === undefined ? unsummed(raw) : (octets: Uint8Array) => packet.broadcast(octets);
  return {
    ...(packet === undefined ? raw : packet.reading(raw)),
    isStale,
    send: (octets, destination) => {
      const now = linkState(name);
      if (now.kind === 'not-ready') return now.reason;
      return now.index === index ? send(octets, destination) : `interface ${name} is another one than it was`;
    },
  };
}

/** A UDP checksum of zero means that none was made. */
function unsummed(raw: RawSocket): RawSocket['send'] {
  return (octets, destination) => {
    octets.fill(0, UDP_CHECKSUM_AT, UDP_CHECKSUM_AT + 2);
    return raw.send(octets, destination);
  };
}

/** Undefined where the kernel allows none: the raw socket then does. */
function openPacket(calls: PacketCalls, index: number, port: number): PacketSocket | undefined {
  const fd = calls.open(index, destinationPort(port));
  return fd < 0 ? undefined : new PacketSocket(calls, fd, index);
}

class PacketSocket {
  readonly #calls: PacketCalls;
  readonly #fd: number;
  readonly #index: number;
  readonly #octets = new Uint8Array(PACKET_OCTETS);
  readonly #sender = new Uint8Array(20);

  constructor(calls: PacketCalls, fd: number, index: number) {
    this.#calls = calls;
    this.#fd = fd;
    this.#index = index;
  }

  /** Returns what the kernel said, undefined when it took the packet. */
  broadcast(octets: Uint8Array): string | undefined {
    const errno = this.#calls.broadcast(this.#fd, this.#index, octets);
    return errno === 0 ? undefined : (getSystemErrorMap().get(-errno)?.[1] ?? `error ${errno}`);
  }

  /** A raw socket that waits, with this one's packets in place of its own. */
  reading(raw: RawSocket): Omit<RawSocket, 'send'> {
    const words = new Uint8Array(9 * 4);
    const view = new DataView(words.buffer);
    return {
      fd: this.#fd,
      drain: (read) => {
        // Its copies are read away first: what comes in between wakes us again.
        const isRawEmpty = raw.drain(() => undefined);
        return this.#drain(read) && isRawEmpty;
      },
      drops: () => (this.#calls.memory(this.#fd, words) ? view.getUint32(8 * 4, true) : 0),
      close: () => {
        raw.close();
        this.#calls.close(this.#fd);
      },
    };
  }

  #drain(read: (packet: Uint8Array, mac?: string) => void): boolean {
    for (let packets = 0; packets < DRAIN_PACKETS_MAX; packets += 1) {
      const octets = this.#calls.receive(this.#fd, this.#octets, this.#sender);
      if (octets < 0) return true;
      read(this.#octets.subarray(0, octets), this.#senderText());
    }
    return false;
  }

  #senderText(): string {
    return Array.from(this.#sender.subarray(12, 18), (octet) => octet.toString(16).padStart(2, '0')).join(':');
  }
}
