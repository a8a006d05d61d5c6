/**
 * Which certificates a collector shows, before anybody knows whom to believe: one TLS 1.3 handshake, after which the connection is thrown
 * away. Whoever enrols looks in it for the CA whose fingerprint its token carries, and believes that one alone from then on. Nothing secret
 * is said on it: what is shown proves nothing until the next handshake holds it against the pinned CA.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { LINE_MS, MAX_CHAIN } from '../core/limits.ts';
import { type LineOptions, lineError, lineErrorOf, serverName } from './line.ts';
import { openTunnel } from './tunnel.ts';

/** @returns the server's own certificate first @throws LineError */
export async function shownChain(line: Pick<LineOptions, 'collector' | 'proxy'>): Promise<readonly X509Certificate[]> {
  const socket = connectTcp(line.proxy ?? line.collector);
  const limit = setTimeout(() => socket.destroy(lineErrorOf('ETIMEDOUT')), LINE_MS);
  try {
    const secured = await shake(socket, line);
    return chainOf(secured.getPeerCertificate(true));
  } catch (error) {
    throw lineError(error);
  } finally {
    clearTimeout(limit);
    socket.destroy();
  }
}

async function shake(
  socket: Socket,
  { collector, proxy }: Pick<LineOptions, 'collector' | 'proxy'>,
): Promise<TLSSocket> {
  if (proxy !== null) {
    await begun(socket, 'connect');
    await openTunnel(socket, collector, proxy.login);
  }
  const secured = connectTls({
    ...{ socket, host: collector.host, ...serverName(collector) },
    ...{ minVersion: 'TLSv1.3', ALPNProtocols: ['h2'], rejectUnauthorized: false },
  });
  await begun(secured, 'secureConnect');
  return secured;
}

function begun(socket: Socket, what: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(what, resolve).once('error', reject);
    socket.once('close', () => reject(lineErrorOf('ECONNRESET')));
  });
}

/** A root names itself as its issuer. */
function chainOf(shown: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next = shown; next?.raw !== undefined && chain.length < MAX_CHAIN + 1; next = next.issuerCertificate) {
    chain.push(new X509Certificate(next.raw));
    if (next.issuerCertificate === next) break;
  }
  return chain;
}

/** The certificate of this fingerprint (SHA-256 of its DER), if it is in the chain. */
export const pinnedIn = (chain: readonly X509Certificate[], fingerprint: Uint8Array): X509Certificate | undefined =>
  chain.find(({ raw }) => createHash('sha256').update(raw).digest().equals(Buffer.from(fingerprint)));
