/**
 * Which interface a probe leaves by, told by its hardware address: the one mark that neither a copied disk nor a giaddr that has
 * moved to another host takes along. Rejected: the interface's name; every host has an eth0.
 */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** Undefined when no interface of this host has the address (relay role) or the name (client role). */
export function hardwareAddressOf(place: {
  readonly giaddr: string;
  readonly interface: string | null;
}): string | undefined {
  if (place.interface !== null) return named(place.interface);
  for (const addresses of Object.values(networkInterfaces()))
    for (const { address, mac } of addresses ?? []) if (address === place.giaddr) return mac;
  return undefined;
}

/** An interface without an address is none to networkInterfaces. */
function named(name: string): string | undefined {
  if (!/^[^/\s]{1,15}$/.test(name)) return undefined;
  try {
    return readFileSync(`/sys/class/net/${name}/address`, 'latin1').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
