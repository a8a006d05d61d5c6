/**
 * A gRPC client's connection to a collector: plain text, or TLS 1.3 that believes certain roots only and may show a certificate; straight or
 * through a proxy. TCP is gRPC's, all after it is made here, by a connector of ours in gRPC's place: so that one limit of time holds for
 * proxy and handshake together, an address is no server name (RFC 6066), and every failure comes out in words that say what to do.
 * Rejected: credentials.createSsl(); it speaks TLS 1.2 too, gives an address as server name, and tells OpenSSL's words.
 */
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, createSecureContext, type PeerCertificate, type SecureContext } from 'node:tls';
import { CallCredentials, ChannelCredentials, type ChannelOptions, Client } from '@grpc/grpc-js';
import { type HostPort, hostPortText } from '../core/host-port.ts';
import { LINE_MS } from '../core/limits.ts';
import { lineFaultText, wrongNameText } from '../core/line-fault.ts';
import type { HttpProxy } from '../core/proxy.ts';
import { openTunnel, TunnelError } from './tunnel.ts';

/** Whom to believe, and as whom to come. PEM. */
export interface Trust {
  readonly roots: readonly string[];
  /** Absent: as nobody. */
  readonly own?: { readonly key: string; readonly chain: readonly string[] } | undefined;
}

export interface LineOptions {
  readonly collector: HostPort;
  readonly proxy: HttpProxy | null;
  /** Null: plain text. */
  readonly trust: Trust | null;
}

/** A connection that did not come about; the message says why and what to do. */
export class LineError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'LineError';
    this.code = code;
  }
}

/** A client that connects when its first call is made. @throws Error of node:crypto when key or certificates are none */
export function createLine(options: LineOptions, channel: ChannelOptions): Client {
  return new Client(hostPortText(options.proxy ?? options.collector), new LineCredentials(options), {
    ...channel,
    'grpc.default_authority': hostPortText(options.collector),
    // Proxies are ours.
    'grpc.enable_http_proxy': 0,
  });
}

class LineCredentials extends ChannelCredentials {
  readonly #options: LineOptions;
  readonly #context: SecureContext | null;

  constructor(options: LineOptions) {
    super();
    this.#options = options;
    this.#context = options.trust === null ? null : contextOf(options.trust);
  }

  override _isSecure(): boolean {
    return this.#context !== null;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector() {
    const callCredentials = CallCredentials.createEmpty();
    return {
      connect: async (socket: Socket) => ({ socket: await this.#secured(socket), secure: this._isSecure() }),
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => callCredentials,
      destroy: () => undefined,
    };
  }

  async #secured(socket: Socket): Promise<Socket> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(lineErrorOf('ETIMEDOUT')), LINE_MS);
    });
    try {
      return await Promise.race([this.#made(socket), limit]);
    } catch (error) {
      socket.destroy();
      throw lineError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #made(socket: Socket): Promise<Socket> {
    const { collector, proxy } = this.#options;
    if (proxy !== null) await openTunnel(socket, collector, proxy.login);
    return this.#context === null ? socket : handshake(socket, collector, this.#context);
  }
}

const contextOf = ({ roots, own }: Trust): SecureContext =>
  createSecureContext({
    ca: [...roots],
    minVersion: 'TLSv1.3',
    ...(own === undefined ? {} : { key: own.key, cert: own.chain.join('') }),
  });

/** @throws LineError for a certificate of another name, otherwise Node's error */
function handshake(socket: Socket, collector: HostPort, secureContext: SecureContext): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secured = connect({
      ...{ socket, secureContext, minVersion: 'TLSv1.3' as const, ALPNProtocols: ['h2'] },
      ...{
        host: collector.host,
        ...serverName(collector),
        checkServerIdentity: (...shown) => wrongName(collector, ...shown),
      },
    });
    const failed = (error: Error): void => reject(error);
    const cut = (): void => reject(lineErrorOf('ECONNRESET'));
    secured.once('error', failed).once('close', cut);
    secured.once('secureConnect', () => {
      secured.off('error', failed).off('close', cut);
      resolve(secured);
    });
  });
}

/** An address is no server name, and is not sent; the certificate is compared with it all the same. */
export const serverName = ({ host }: HostPort): { readonly servername?: string } =>
  isIP(host) === 0 ? { servername: host } : {};

function wrongName(collector: HostPort, _: string, shown: PeerCertificate): Error | undefined {
  if (checkServerIdentity(collector.host, shown) === undefined) return undefined;
  return new LineError('ERR_TLS_CERT_ALTNAME_INVALID', wrongNameText(collector, shown.subjectaltname ?? ''));
}

/** Any failure of a connection as one of ours, in words. */
export function lineError(error: unknown): LineError {
  if (error instanceof LineError) return error;
  if (error instanceof TunnelError) return new LineError(error.code, error.message, error);
  const named = error instanceof Error ? error : new Error(String(error));
  const code = 'code' in named ? String(named.code) : '';
  return new LineError(code, lineFaultText({ code, message: named.message }), named);
}

export const lineErrorOf = (code: string): LineError => new LineError(code, lineFaultText({ code, message: code }));
