/**
 * Reads pcap files as tcpdump writes them: microsecond or nanosecond stamps, either byte order, Ethernet frames, IPv4,
 * UDP and ICMP. It is the lab's own reading and shares nothing with the product: a truth that is read with the code
 * under test would agree with its mistakes.
 */
import { readFileSync, statSync } from 'node:fs';
import { LabError } from './command.ts';
import { CAPTURE_LIMIT_OCTETS } from './limits.ts';

/** One IPv4 packet of a capture. `atUs` is wall time in microseconds since 1970, with fractions to the nanosecond's
 * quarter of a microsecond that a number can hold. Ports are 0 for ICMP. */
export type CapturedPacket = {
  readonly atUs: number;
  readonly protocol: 'udp' | 'icmp';
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** UDP payload, or the whole ICMP message. */
  readonly payload: Buffer;
};

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER_OCTETS = 24;
const RECORD_HEADER_OCTETS = 16;
const LINK_TYPE_ETHERNET = 1;
const ETHERNET_HEADER_OCTETS = 14;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_ICMP = 1;
const PROTOCOL_UDP = 17;
const UDP_HEADER_OCTETS = 8;

/** All UDP and ICMP packets of a capture file, in its order. A file that is no such capture is a LabError. */
export function readCapture(path: string): CapturedPacket[] {
  if (statSync(path).size > CAPTURE_LIMIT_OCTETS)
    throw new LabError('LIMIT', `${path} is over ${CAPTURE_LIMIT_OCTETS}`);
  return parseCapture(readFileSync(path), path);
}

/** The same, from memory; a last record that is cut short is left out, as tcpdump may still be writing it. */
export function parseCapture(file: Buffer, name: string): CapturedPacket[] {
  const read32 = numberReader(file, name);
  const divisor = fileMagic(file) === MAGIC_NANOSECONDS ? 1000 : 1;
  if (read32(20) !== LINK_TYPE_ETHERNET) throw new LabError('BAD_CAPTURE', `${name}: link type ${read32(20)}`);
  const packets: CapturedPacket[] = [];
  let at = FILE_HEADER_OCTETS;
  while (at + RECORD_HEADER_OCTETS <= file.length) {
    const length = read32(at + 8);
    const start = at + RECORD_HEADER_OCTETS;
    if (start + length > file.length) break;
    const packet = parseFrame(file.subarray(start, start + length), read32(at) * 1e6 + read32(at + 4) / divisor);
    if (packet !== undefined) packets.push(packet);
    at = start + length;
  }
  return packets;
}

/** The magic in whichever byte order makes it one, or 0. */
function fileMagic(file: Buffer): number {
  if (file.length < FILE_HEADER_OCTETS) return 0;
  const known = [MAGIC_MICROSECONDS, MAGIC_NANOSECONDS];
  return [file.readUInt32LE(0), file.readUInt32BE(0)].find((magic) => known.includes(magic)) ?? 0;
}

function numberReader(file: Buffer, name: string): (at: number) => number {
  const magic = fileMagic(file);
  if (magic === 0) throw new LabError('BAD_CAPTURE', `${name} does not begin as a pcap file`);
  return file.readUInt32LE(0) === magic ? (at) => file.readUInt32LE(at) : (at) => file.readUInt32BE(at);
}

function parseFrame(frame: Buffer, atUs: number): CapturedPacket | undefined {
  if (frame.length < ETHERNET_HEADER_OCTETS + 20 || frame.readUInt16BE(12) !== ETHERTYPE_IPV4) return undefined;
  const packet = frame.subarray(ETHERNET_HEADER_OCTETS);
  const headerOctets = (packet.readUInt8(0) & 15) * 4;
  // The frame may be padded to Ethernet's minimum: the IP header knows where the packet ends.
  const body = packet.subarray(headerOctets, packet.readUInt16BE(2));
  const addresses = { source: dotted(packet, 12), destination: dotted(packet, 16) };
  const protocol = packet.readUInt8(9);
  if (protocol === PROTOCOL_ICMP) {
    return { atUs, protocol: 'icmp', ...addresses, sourcePort: 0, destinationPort: 0, payload: body };
  }
  if (protocol !== PROTOCOL_UDP || body.length < UDP_HEADER_OCTETS) return undefined;
  return {
    atUs,
    protocol: 'udp',
    ...addresses,
    sourcePort: body.readUInt16BE(0),
    destinationPort: body.readUInt16BE(2),
    payload: body.subarray(UDP_HEADER_OCTETS),
  };
}

function dotted(octets: Buffer, at: number): string {
  return octets.subarray(at, at + 4).join('.');
}
