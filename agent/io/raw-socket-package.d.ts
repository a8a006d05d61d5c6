/**
 * The part of the `raw-socket` package that we use; it ships no types, and there are none to install. `wrap` is the native
 * object under its queue: the direct call sends at once, where the package's own `send` waits for a writable tick.
 */
declare module 'raw-socket' {
  import type { EventEmitter } from 'node:events';

  /** The native socket. Both calls throw an Error whose message is strerror's, and nothing else. */
  export interface SocketWrap extends EventEmitter {
    send(packet: Uint8Array, offset: number, length: number, address: string, sent: (octets: number) => void): void;
    recv(buffer: Uint8Array, received: (buffer: Uint8Array, octets: number, source: string) => void): void;
  }

  export interface Socket extends EventEmitter {
    readonly wrap: SocketWrap;
    setOption(level: number, option: number, value: Uint8Array, length: number): void;
    getOption(level: number, option: number, value: Uint8Array, length: number): number;
    close(): void;
  }

  export function createSocket(options: { readonly protocol: number }): Socket;
}
