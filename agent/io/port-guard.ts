/**
 * A UDP socket bound to the relay address and port, which does nothing but be there: while it is, the kernel does not answer
 * servers' replies with "port unreachable". The raw socket receives its copy all the same.
 *
 * When another program (a relay, a server) holds the port, that program does the guarding, and all is well. A firewall rule
 * was refused: it changes the host.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { descriptorOfInode, type NativeCalls } from './native-calls.ts';

/** How it went: `taken` needs no action, the others say what the system said. */
export type PortGuardState =
  | { readonly kind: 'bound' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'denied'; readonly said: string }
  | { readonly kind: 'failed'; readonly said: string };

/** A guard, whatever became of it. */
export interface PortGuard {
  readonly state: PortGuardState;
  close(): void;
}

/** Binds `address:port`. Never rejects: a prober without a guard works, and its host sends some ICMP. */
export function openPortGuard(address: string, port: number, native: NativeCalls | undefined): Promise<PortGuard> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4' });
    const close = (): void => {
      socket.close();
    };
    socket.once('error', (error: NodeJS.ErrnoException) => {
      close();
      resolve({ state: failure(error), close: () => undefined });
    });
    socket.bind({ address, port, exclusive: true }, () => {
      // From here on an error has nobody to tell and nothing to change.
      socket.on('error', () => undefined);
      // A filter that accepts nothing: the port stays guarded, and no answer is read a second time.
      const fd = native === undefined ? undefined : boundDescriptor(address, port);
      if (fd !== undefined) native?.attachFilter(fd, [[0x06, 0, 0, 0]]);
      resolve({ state: { kind: 'bound' }, close });
    });
    // The guard alone is no reason to go on running.
    socket.unref();
  });
}

function failure(error: NodeJS.ErrnoException): PortGuardState {
  if (error.code === 'EADDRINUSE') return { kind: 'taken' };
  const said = error.message;
  return error.code === 'EACCES' || error.code === 'EPERM' ? { kind: 'denied', said } : { kind: 'failed', said };
}

/** Our socket's descriptor by what it is bound to: a filter on the wrong socket would silence something that matters. */
function boundDescriptor(address: string, port: number): number | undefined {
  const octets = Buffer.from(address.split('.').map(Number)).reverse().toString('hex');
  const local = `${octets}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
  const rows = readFileSync('/proc/self/net/udp', 'utf8').split('\n');
  const inode = rows.map((row) => row.trim().split(/\s+/)).find((row) => row[1] === local)?.[9];
  return inode === undefined ? undefined : descriptorOfInode(inode);
}
