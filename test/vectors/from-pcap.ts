// Cuts vectors out of the captures that capture.sh makes: `node --import=./.config/typescript.mjs test/vectors/from-pcap.ts DIRECTORY`.
//
// One file for each capture: a header line that names the source, then for each packet a line that says what it is and
// its octets in hex from the IP header on. A packet that says nothing new (same type, direction and option codes in the
// same capture) is left out. Binary pcap in the repository was refused: nobody can review it.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hexOf, naiveDecode } from '../oracle/dhcp4.ts';

const names = ['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'];
const programs: Record<string, string> = {
  kea: 'kea-dhcp4-server 2.2.0',
  dnsmasq: 'dnsmasq 2.90',
  dhcpd: 'isc-dhcp-server 4.4.3-P1',
  perfdhcp: 'perfdhcp 2.2.0',
  udhcpc: 'udhcpc (busybox) 1.35.0',
  dhcpcd: 'dhcpcd 9.4.1',
  dhclient: 'isc-dhcp-client 4.4.3-P1',
  icmp: 'ICMP errors of a Linux router and host about DISCOVERs of perfdhcp 2.2.0',
};

function packetsOf(pcap: Uint8Array): Uint8Array[] {
  const view = new DataView(pcap.buffer, pcap.byteOffset, pcap.byteLength);
  const packets: Uint8Array[] = [];
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = view.getUint32(at + 8, true);
    // 14 octets of Ethernet come first.
    packets.push(pcap.slice(at + 16 + 14, at + 16 + length));
    at += 16 + length;
  }
  return packets;
}

function describe(packet: Uint8Array): string {
  if (packet[9] === 1) return `ICMP type ${packet[20]} code ${packet[21]}`;
  const message = naiveDecode(packet.slice(28));
  if (typeof message === 'string') return `not DHCP: ${message}`;
  const type = message.options.find(([code]) => code === 53)?.[1] ?? '00';
  const name = names[Number.parseInt(type, 16)] ?? type;
  return `${name} options ${message.options.map(([code]) => code).join(' ')}`;
}

const directory = process.argv[2] ?? '.';
for (const file of readdirSync(directory).filter((name) => name.endsWith('.pcap'))) {
  const name = basename(file, '.pcap');
  const [server = '', client = ''] = name.split('-');
  const origin = [programs[server], programs[client]].filter((text) => text !== undefined).join(' and ');
  const seen = new Set<string>();
  const lines = [`# source: ${origin}, Debian 12, captured with tcpdump on a veth pair by capture.sh (${name})`];
  for (const packet of packetsOf(readFileSync(join(directory, file)))) {
    const what = describe(packet);
    if (seen.has(what)) continue;
    seen.add(what);
    lines.push(`## ${what}`, ...(hexOf(packet).match(/.{1,96}/g) ?? []));
  }
  if (lines.length > 1) writeFileSync(join(import.meta.dirname, `${name}.hex`), `${lines.join('\n')}\n`);
}
