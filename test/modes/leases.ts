/**
 * Leases of other clients, so that a returning server has something to fetch: while it does, it keeps its partner from
 * serving, and with the handful of leases that probes have, that second gap is over before anybody sees it. Laid down as a file
 * before the server starts: thousands of `lease4-add` commands take longer than the story.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Lab } from '../lab/lab.ts';

/** Kea's settings under which so many leases take a second or two to fetch: one HTTP request for every few of them. */
export const SLOW_SYNC = { 'sync-page-limit': 2 } as const;
export const OTHERS = 2_400;

const HEADER = 'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context';
/** Seconds since 1970 far from now: nothing expires in a test. */
const EXPIRE = 4_000_000_000;

/** An address and a MAC for the n-th other client, in the probe subnet's pool and out of the probes' way. */
const other = (n: number): { readonly address: string; readonly mac: string } => {
  const [high, low] = [200 + (n >> 8), n & 255];
  return { address: `10.77.${high}.${low}`, mac: `02:bb:00:00:${hex(n >> 8)}:${hex(n & 255)}` };
};

/** Gives the standby leases of other clients; its server must not run. */
export function layOtherLeases(lab: Lab): void {
  const lines = Array.from({ length: OTHERS }, (_, n) => {
    const { address, mac } = other(n);
    return `${address},${mac},01:${mac},4000000,${EXPIRE},1,0,0,,0,`;
  });
  writeFileSync(join(dirname(lab.standby.configPath), 'leases4.csv'), `${[HEADER, ...lines].join('\n')}\n`);
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}
