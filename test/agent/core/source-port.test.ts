/** Source ports: each in its turn, from anywhere, and a checksum that is what a whole new packet would have. */
import fc from 'fast-check';
import t from 'tap';
import { datagram } from '../../../agent/core/net/datagram.ts';
import {
  createPortTurn,
  isSourcePort,
  nextPort,
  SOURCE_PORT_MIN,
  setSourcePort,
} from '../../../agent/core/source-port.ts';
import { ipv4 } from '../../../shared/core/net/ipv4.ts';

t.test('a port comes round after all the others', async (t) => {
  const turn = createPortTurn(0xffff_fff0);
  const ports = Array.from({ length: 65_536 - SOURCE_PORT_MIN }, () => nextPort(turn));
  t.equal(new Set(ports).size, ports.length);
  t.ok(ports.every(isSourcePort) && ports.every((port) => port <= 65_535));
  t.equal(nextPort(turn), ports[0]);
  t.not(createPortTurn(7).next, createPortTurn(8).next, 'where it begins is drawn');
});

t.test('property: the packet is as if it had been made with that port', async () => {
  const fields = {
    source: ipv4(0x0a4d000a),
    destination: ipv4(0x0a4d0102),
    destinationPort: 67,
    ttl: 64,
    identification: 0,
  };
  const port = fc.integer({ min: 1, max: 65_535 });
  fc.assert(
    fc.property(port, port, fc.uint8Array({ maxLength: 40 }), (before, after, payload) => {
      const packet = datagram({ ...fields, sourcePort: before, payload });
      setSourcePort(packet, after);
      return Buffer.compare(packet, datagram({ ...fields, sourcePort: after, payload })) === 0;
    }),
    { numRuns: 2000 },
  );
});
