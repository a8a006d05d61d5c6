// Reads the captured vectors for tests: every *.hex file beside this one, each with one or more packets.
//
// A vector is an IPv4 packet as a raw socket delivers it. The format is that of from-pcap.ts: a line starting with `##`
// names a packet, hex lines follow.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { octetsOf } from '../oracle/dhcp4.ts';

export interface Vector {
  /** File name and what the packet is. */
  readonly name: string;
  readonly packet: Uint8Array;
}

/** All vectors whose file name starts with `prefix`, in a fixed order. */
export function vectors(prefix = ''): Vector[] {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.hex') && name.startsWith(prefix));
  return files.sort().flatMap((file) => {
    const [, ...packets] = readFileSync(join(import.meta.dirname, file), 'utf8').split('\n## ');
    return packets.map((text) => {
      const [what = '', ...hex] = text.split('\n');
      return { name: `${file}: ${what}`, packet: octetsOf(hex.join('')) };
    });
  });
}

/** The UDP payloads of all DHCP vectors. */
export function dhcpVectors(): Vector[] {
  return vectors()
    .filter(({ packet }) => packet[9] === 17)
    .map(({ name, packet }) => ({ name, packet: packet.slice(28) }));
}
