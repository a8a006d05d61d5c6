/** Packets kept of an exchange: copies, in bounds, and only what is a datagram. */
import t from 'tap';
import { datagram } from '../../../agent/core/net/datagram.ts';
import { createTrace, keepPacket } from '../../../agent/core/packet-trace.ts';
import { MAX_FRAME_BYTES, MAX_FRAMES_PER_EXCHANGE } from '../../../shared/core/limits.ts';
import { at, GIADDR, SERVER } from '../probe-fixture.ts';

const packetOf = (octets: number): Uint8Array =>
  datagram({
    ...{ source: SERVER, sourcePort: 67, destination: GIADDR, destinationPort: 67, ttl: 64, identification: 0 },
    payload: new Uint8Array(octets).fill(7),
  });
const how = { direction: 'received', isUnexpected: false, atNs: at(1), isStamped: true } as const;

t.test('a copy, though the socket reads the next packet into the same buffer', async (t) => {
  const trace = createTrace();
  const buffer = Buffer.from(packetOf(3));
  keepPacket(trace, buffer, how);
  buffer.fill(0);
  t.same(
    trace.frames.map(({ message }) => [...message]),
    [[7, 7, 7]],
  );
  t.match(trace.frames[0], { ...how, source: SERVER, sourcePort: 67, destination: GIADDR, destinationPort: 67 });
});

t.test('what is too long or too much is counted; what is no datagram is nothing', async (t) => {
  const trace = createTrace();
  keepPacket(trace, packetOf(MAX_FRAME_BYTES + 1), how);
  keepPacket(trace, new Uint8Array(9), how);
  t.same(trace, { frames: [], shed: 1 });
  for (let more = 0; more < MAX_FRAMES_PER_EXCHANGE + 2; more += 1) keepPacket(trace, packetOf(MAX_FRAME_BYTES), how);
  t.equal(trace.frames.length, MAX_FRAMES_PER_EXCHANGE);
  t.equal(trace.shed, 3);
});
