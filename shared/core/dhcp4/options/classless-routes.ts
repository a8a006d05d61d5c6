// Option 121, static routes with a prefix length, each destination cut to its significant octets. RFC 3442.
//
// The destination keeps any bit that the server set beyond the prefix length: the agent installs no route, and showing
// what the server said is the point. Masking them away was refused: the option would not be written back as it came.

import type { Ipv4 } from '../../net/ipv4.ts';
import { ipv4 } from '../../net/ipv4.ts';
import { octetsOfU32, u8, u32 } from '../../net/octets.ts';
import type { OptionFault } from '../option-fault.ts';

/** One static route. */
export interface ClasslessRoute {
  readonly destination: Ipv4;
  /** Prefix length, 0..32; octets of `destination` beyond it, rounded up to whole ones, are zero. */
  readonly length: number;
  readonly router: Ipv4;
}

/** The routes that replace option 3 for clients that know this one. */
export interface RoutesOption {
  readonly kind: 'routes';
  readonly code: 121;
  /** At least one. */
  readonly routes: readonly ClasslessRoute[];
}

/** Reads one route or more, ending exactly with the option. */
export function readRoutes(octets: Uint8Array): RoutesOption | OptionFault {
  const routes: ClasslessRoute[] = [];
  let at = 0;
  while (at < octets.length) {
    const length = u8(octets, at);
    if (length > 32) return 'value';
    const significant = Math.ceil(length / 8);
    const router = at + 1 + significant;
    if (router + 4 > octets.length) return 'length';
    const destination = new Uint8Array(4);
    destination.set(octets.slice(at + 1, router));
    routes.push({ destination: ipv4(u32(destination, 0)), length, router: ipv4(u32(octets, router)) });
    at = router + 4;
  }
  return routes.length === 0 ? 'length' : { kind: 'routes', code: 121, routes };
}

/** The octets of all routes. */
export function writeRoutes(option: RoutesOption): Uint8Array {
  return Uint8Array.from(
    option.routes.flatMap((route) => {
      const destination = octetsOfU32(route.destination).slice(0, Math.ceil(route.length / 8));
      return [route.length, ...destination, ...octetsOfU32(route.router)];
    }),
  );
}
