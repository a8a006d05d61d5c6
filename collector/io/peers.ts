/**
 * The connections that are open, with whom TLS found at their other ends: what a call's handler asks for its caller, and whose sockets
 * are destroyed when somebody is thrown out. A call leads to its peer by the certificate of its connection, which gRPC hands out for
 * connections that are `authorized`; that word is ours to set, since we have judged (core/access/peer.ts).
 * Rejected: the address and port of a call; two connections to two addresses of the collector may share both.
 */

import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { UnixMicros } from '../../shared/core/units.ts';
import { memberKey } from '../core/access/identity.ts';
import type { CertifiedPeer } from '../core/access/peer.ts';
import { CONNECTIONS_PER_AGENT, CONNECTIONS_PER_PERSON, LAST_WORD_MS } from '../core/access/trust-limits.ts';

/** As much of a call as is needed to know its caller. */
export interface Called {
  getAuthContext(): { readonly sslPeerCertificate?: { readonly raw: Buffer } };
  getPeer(): string;
}

interface Connection {
  readonly socket: TLSSocket;
  /** Of its certificate. */
  readonly hash: string;
  readonly peer: CertifiedPeer;
  until: UnixMicros;
}

export interface Peers {
  /** When a member has more connections than it needs, its oldest makes room: it is the one that is half dead. */
  enter(socket: TLSSocket, der: Buffer, peer: CertifiedPeer): void;
  /** Who calls; null: nobody that is known. */
  of(call: Called): CertifiedPeer | null;
  /** Its connections may last until then: it has a newer certificate. */
  extend(member: string, until: UnixMicros): void;
  /** Ends connections whose certificates are over. @returns how many */
  cutOverdue(now: UnixMicros): number;
  /** A member's connections lead to nobody at once, and are destroyed when a last word has had time to leave. @returns how many */
  cut(member: string): number;
  readonly size: number;
  /** Connections that had to make room, since the start. */
  readonly shed: number;
}

export function createPeers(): Peers {
  const byMember = new Map<string, Set<Connection>>();
  const known = new Map<string, { readonly peer: CertifiedPeer; connections: number }>();
  let size = 0;
  let shed = 0;
  const leave = (member: string, connection: Connection): void => {
    if (!byMember.get(member)?.delete(connection)) return;
    size -= 1;
    if (byMember.get(member)?.size === 0) byMember.delete(member);
    const own = known.get(connection.hash);
    if (own !== undefined && --own.connections === 0) known.delete(connection.hash);
  };
  return {
    enter: (socket, der, peer) => {
      const member = memberKey(peer.identity);
      const own = byMember.get(member) ?? new Set();
      const most = peer.identity.kind === 'agent' ? CONNECTIONS_PER_AGENT : CONNECTIONS_PER_PERSON;
      const [oldest] = own;
      if (own.size >= most && oldest !== undefined) {
        shed += 1;
        leave(member, oldest);
        oldest.socket.destroy();
      }
      const hash = hashOf(der);
      const connection: Connection = { socket, hash, peer, until: peer.until };
      byMember.set(member, own.add(connection));
      known.set(hash, { peer, connections: (known.get(hash)?.connections ?? 0) + 1 });
      size += 1;
      socket.authorized = true;
      socket.once('close', () => leave(member, connection));
    },
    of: (call) => {
      const der = call.getAuthContext().sslPeerCertificate?.raw;
      return der === undefined ? null : (known.get(hashOf(der))?.peer ?? null);
    },
    extend: (member, until) => {
      for (const connection of byMember.get(member) ?? []) connection.until = until;
    },
    cutOverdue: (now) => {
      const over = [...byMember.values()].flatMap((own) => [...own].filter(({ until }) => until <= now));
      for (const { socket } of over) socket.destroy();
      return over.length;
    },
    cut: (member) => {
      const own = [...(byMember.get(member) ?? [])];
      for (const connection of own) leave(member, connection);
      setTimeout(() => {
        for (const { socket } of own) socket.destroy();
      }, LAST_WORD_MS).unref();
      return own.length;
    },
    get size() {
      return size;
    },
    get shed() {
      return shed;
    },
  };
}

const hashOf = (der: Buffer): string => new X509Certificate(der).fingerprint256;

/** The address of a peer as gRPC names it, without its port. */
export const hostOf = (peer: string): string => peer.replace(/:\d+$/, '');
