/**
 * The enrolled collector's gRPC port before there is any gRPC: TLS 1.3 alone, a client certificate asked for, and bounds on what may be
 * under way, whole and by address, so that thousands of half-open handshakes cost the others nothing. Who came through is judged
 * elsewhere; here is only what TLS knows. Rejected: gRPC's own TLS credentials; every service would be behind the same handshake,
 * and a stranger's octets would reach the code that answers agents.
 */

import { constants } from 'node:crypto';
import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import {
  createSecureContext,
  createServer as createTlsServer,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import {
  HANDSHAKE_MAX_MS,
  HANDSHAKES_MAX,
  HANDSHAKES_PER_ADDRESS,
  HANDSHAKES_RESERVED,
} from '../core/access/trust-limits.ts';
import { ListenError } from './listen-error.ts';

/** What the collector shows, PEM. */
export interface ServerIdentity {
  readonly chain: string;
  readonly key: string;
}

export interface TlsListenerOptions {
  /** HOST:PORT; port 0 lets the kernel choose. */
  readonly listen: string;
  readonly identity: ServerIdentity;
  /** A handshake is over, and HTTP/2 was agreed on. @param certificate DER of the client's; null: it showed none */
  onSecure(socket: TLSSocket, certificate: Buffer | null): void;
  /** Whether somebody with a valid certificate was at this address lately. */
  isKnown(address: string): boolean;
}

/** Since the start. */
export interface HandshakeCounts {
  readonly open: number;
  readonly completed: number;
  /** Not begun, for want of room. */
  readonly refused: number;
  /** Begun and not finished: no TLS 1.3, no HTTP/2, given up, or too slow. */
  readonly failed: number;
}

export interface TlsListener {
  readonly address: string;
  readonly counts: HandshakeCounts;
  /** Shows another certificate to whoever comes from now on. @throws what OpenSSL says of it */
  show(identity: ServerIdentity): void;
  /** Takes no more connections, and ends those that are in their handshake. */
  close(): Promise<void>;
}

/** @throws ListenError */
export async function startTlsListener(options: TlsListenerOptions): Promise<TlsListener> {
  const handshakes = new Handshakes(options);
  const port = createServer({ noDelay: true }, (socket) => handshakes.begin(socket));
  const bound = await bind(port, options.listen);
  return {
    address: options.listen.replace(/:\d+$/, `:${bound}`),
    get counts() {
      return handshakes.counts;
    },
    show: (identity) => handshakes.show(identity),
    close: async () => {
      const closed = new Promise<void>((resolve) => port.close(() => resolve()));
      handshakes.end();
      // Connections that were handed on are their rooms' to end.
      port.unref();
      await Promise.race([closed, new Promise<void>((resolve) => setImmediate(resolve))]);
    },
  };
}

function bind(server: TcpServer, listen: string): Promise<number> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(listen) ?? [];
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new ListenError(listen, '--grpc', error));
    if (host === '') return fail(new Error('could not get a bound address: no host is named'));
    server.once('error', fail);
    server.listen({ host, port: Number(port) }, () => {
      server.removeListener('error', fail);
      // One connection's failure is that one's.
      server.on('error', () => undefined);
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : Number(port));
    });
  });
}

class Handshakes {
  readonly #options: TlsListenerOptions;
  readonly #tls: TlsServer;
  readonly #sockets = new Map<string, Socket>();
  readonly #byAddress = new Map<string, number>();
  readonly #counts = { completed: 0, refused: 0, failed: 0 };

  constructor(options: TlsListenerOptions) {
    this.#options = options;
    this.#tls = createTlsServer({
      ...contextOf(options.identity),
      requestCert: true,
      // The certificate is judged by us, and who has none may still join.
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      handshakeTimeout: HANDSHAKE_MAX_MS,
    });
    this.#tls.on('secureConnection', (socket) => this.#secured(socket));
    this.#tls.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  get counts(): HandshakeCounts {
    return { ...this.#counts, open: this.#sockets.size };
  }

  show(identity: ServerIdentity): void {
    // Looked at before it takes the old one's place.
    createSecureContext(contextOf(identity));
    this.#tls.setSecureContext(contextOf(identity));
  }

  begin(socket: Socket): void {
    // Without a listener a broken connection's 'error' would end the collector.
    socket.on('error', () => socket.destroy());
    const address = socket.remoteAddress ?? '';
    if (!this.#hasRoom(address)) {
      this.#counts.refused += 1;
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    this.#sockets.set(name, socket);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    socket.once('close', () => {
      if (this.#over(name, address)) this.#counts.failed += 1;
    });
    this.#tls.emit('connection', socket);
  }

  end(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  #hasRoom(address: string): boolean {
    const room = this.#options.isKnown(address) ? HANDSHAKES_MAX : HANDSHAKES_MAX - HANDSHAKES_RESERVED;
    return this.#sockets.size < room && (this.#byAddress.get(address) ?? 0) < HANDSHAKES_PER_ADDRESS;
  }

  #secured(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    if (!this.#over(nameOf(socket), socket.remoteAddress ?? '')) {
      socket.destroy();
      return;
    }
    if (socket.alpnProtocol !== 'h2') {
      this.#counts.failed += 1;
      socket.destroy();
      return;
    }
    this.#counts.completed += 1;
    const { raw } = socket.getPeerCertificate();
    this.#options.onSecure(socket, raw ?? null);
  }

  /** @returns whether its handshake was under way */
  #over(name: string, address: string): boolean {
    if (!this.#sockets.delete(name)) return false;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
    return true;
  }
}

/** Both ends of a connection: no two that are open have the same. */
const nameOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;

const contextOf = ({ chain, key }: ServerIdentity) => ({
  cert: chain,
  key,
  minVersion: 'TLSv1.3' as const,
  // Whoever comes back shows its certificate again; a ticket would carry an old verdict past a revocation.
  secureOptions: constants.SSL_OP_NO_TICKET,
});
