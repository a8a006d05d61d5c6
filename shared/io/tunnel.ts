/**
 * A way through an HTTP proxy: CONNECT on a fresh connection to it, after which the connection is one to the target. Rejected: gRPC's own
 * way (grpc.http_connect_target), which has no limit of time, says nothing of why a proxy refused, and takes http_proxy from the
 * environment unasked.
 */
import type { Socket } from 'node:net';
import { type HostPort, hostPortText } from '../core/host-port.ts';
import { proxyRefusalText } from '../core/line-fault.ts';

/** An answer's header is some hundred octets; what says more is no proxy. */
const HEADER_BYTES_MAX = 16 * 1024;

/** Why there is no way through the proxy, for people. */
export class TunnelError extends Error {
  readonly code = 'PROXY_REFUSED';
}

/**
 * Resolves when the tunnel stands; nothing that came after the proxy's answer is lost.
 * @param socket connected to the proxy
 * @param login "user:password"
 * @throws TunnelError, or the socket's error
 */
export function openTunnel(socket: Socket, target: HostPort, login: string | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0);
    const settle = (error?: Error): void => {
      socket.off('data', onData).off('error', settle).off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onClose = (): void => settle(new TunnelError('the proxy closed the connection without an answer'));
    const onData = (octets: Buffer): void => {
      heard = Buffer.concat([heard, octets]);
      const answer = readAnswer(heard, target);
      if (answer === null) return;
      socket.pause();
      if (!(answer instanceof Error) && answer.rest.length > 0) socket.unshift(answer.rest);
      settle(answer instanceof Error ? answer : undefined);
    };
    socket.on('data', onData).on('error', settle).on('close', onClose);
    socket.write(requestText(target, login), 'latin1');
  });
}

function requestText(target: HostPort, login: string | null): string {
  const place = hostPortText(target);
  const authorization =
    login === null ? '' : `Proxy-Authorization: Basic ${Buffer.from(login, 'utf8').toString('base64')}\r\n`;
  return `CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n${authorization}\r\n`;
}

/** @returns null: it has not ended yet */
function readAnswer(heard: Buffer, target: HostPort): { readonly rest: Buffer } | TunnelError | null {
  const end = heard.indexOf('\r\n\r\n');
  if (end < 0) return heard.length > HEADER_BYTES_MAX ? noProxy() : null;
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(heard.toString('latin1', 0, end)) ?? [];
  if (status === undefined) return noProxy();
  if (!status.startsWith('2')) return new TunnelError(proxyRefusalText(Number(status), target));
  return { rest: heard.subarray(end + 4) };
}

const noProxy = (): TunnelError =>
  new TunnelError('what listens at the address of --proxy does not answer as a proxy does');
