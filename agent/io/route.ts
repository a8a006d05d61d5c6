/**
 * Which of our addresses a server is reached from: the relay address (giaddr) when none is configured. A UDP socket is
 * connected to the server and asked for its own address; the kernel looks the route up, and no packet leaves.
 *
 * Reading /proc/net/route was refused: it knows nothing of policy routing, and picks no source address.
 */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** The local address by route, or why there is none. */
export type RouteResult =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'unreachable'; readonly said: string };

/** Looks the route to `server` up. Never rejects. */
export function localAddressTo(server: string): Promise<RouteResult> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (result: RouteResult): void => {
      socket.close();
      resolve(result);
    };
    const fail = (error: NodeJS.ErrnoException): void => end({ kind: 'unreachable', said: refusalOf(error) });
    socket.once('error', fail);
    // Node hands this callback the error too, though its types know of none.
    socket.connect(67, server, (error?: NodeJS.ErrnoException) => {
      if (error) return fail(error);
      const { address } = socket.address();
      end(address === '0.0.0.0' ? { kind: 'unreachable', said: 'no source address' } : { kind: 'address', address });
    });
  });
}

/** The kernel allows no UDP socket to be connected to a network's broadcast address. */
function refusalOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EACCES') return "that is a network's broadcast address, or a local rule prohibits it";
  return code === 'ENETUNREACH' ? 'the network is unreachable' : message;
}

/** The IPv4 address of a server given by address or name; undefined when the name has none. */
export async function addressOf(server: string): Promise<string | undefined> {
  if (isIPv4(server)) return server;
  try {
    return (await lookup(server, { family: 4 })).address;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** An address of this host, given as such or by the name of its interface; undefined when it is neither. */
export function interfaceAddress(nameOrAddress: string): string | undefined {
  for (const [name, addresses] of Object.entries(networkInterfaces()))
    for (const { family, address } of addresses ?? [])
      if (family === 'IPv4' && (name === nameOrAddress || address === nameOrAddress)) return address;
  return undefined;
}
