/**
 * What an agent says on its line, taken apart: a capture of the TCP connection, its HTTP/2 frames, and the product's messages
 * in them. The kernel's counters know packets only; which octets carry results and which keep the line alive is in here.
 *
 * A reading for an idle lab line (no loss, no padding, a frame begins where the capture begins), not an HTTP/2 parser.
 */
import { readFileSync } from 'node:fs';
import { decodeAgentMessage } from '../../shared/wire/agent-message.ts';

/** Octets of one direction of a connection. */
export interface GrpcOctets {
  /** Batch messages as gRPC carries them, frames and prefix not counted. */
  readonly batches: number;
  readonly batchCount: number;
  /** All TCP payload: batches, clock probes, heartbeats, pings, framing. */
  readonly payload: number;
  /** Whole IP packets, acknowledgements of what came back among them. */
  readonly ip: number;
  readonly packets: number;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET_HEADER = 14;
const FRAME_HEADER = 9;
const FRAME_DATA = 0;
/** One octet "compressed", four of length. */
const GRPC_PREFIX = 5;

/** Reads a capture of one direction, as tcpdump writes it on a little-endian machine. */
export function readGrpcOctets(path: string): GrpcOctets {
  const segments = new Map<number, Buffer>();
  let ip = 0;
  let packets = 0;
  for (const packet of ipPackets(readFileSync(path))) {
    const tcp = packet.subarray((packet.readUInt8(0) & 15) * 4);
    const payload = tcp.subarray((tcp.readUInt8(12) >> 4) * 4);
    ip += packet.length;
    packets += 1;
    // A segment that is sent again has the sequence number that it had.
    if (payload.length > 0) segments.set(tcp.readUInt32BE(4), payload);
  }
  const stream = Buffer.concat([...segments.values()]);
  return { ...batchOctets(stream), payload: stream.length, ip, packets };
}

function* ipPackets(file: Buffer): Generator<Buffer> {
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const start = at + RECORD_HEADER;
    const end = start + file.readUInt32LE(at + 8);
    const packet = file.subarray(start + ETHERNET_HEADER, end);
    // Ethernet pads short frames; the IP header knows where the packet ends.
    if (end <= file.length) yield packet.subarray(0, packet.readUInt16BE(2));
    at = end;
  }
}

function batchOctets(stream: Buffer): { batches: number; batchCount: number } {
  const sum = { batches: 0, batchCount: 0 };
  for (let at = 0; at + FRAME_HEADER <= stream.length; ) {
    const length = stream.readUIntBE(at, 3);
    const body = stream.subarray(at + FRAME_HEADER, at + FRAME_HEADER + length);
    if (stream[at + 3] === FRAME_DATA && length > GRPC_PREFIX) {
      const message = body.subarray(GRPC_PREFIX);
      if (decodeAgentMessage(message).kind === 'batch') {
        sum.batches += message.length;
        sum.batchCount += 1;
      }
    }
    at += FRAME_HEADER + length;
  }
  return sum;
}
