/** Which packets are ours: by our port, or by a port of an exchange's own where exchanges have such, from servers alone. */
import t from 'tap';
import { datagram } from '../../../agent/core/net/datagram.ts';
import { readReply } from '../../../agent/core/probe-reading.ts';
import { discover } from '../../../shared/core/dhcp4/build.ts';
import { encode } from '../../../shared/core/dhcp4/encode.ts';
import { GIADDR, SERVER } from '../probe-fixture.ts';

const query = discover({ xid: 7, chaddr: new Uint8Array(6), clientId: Uint8Array.of(1, 2), giaddr: GIADDR });

function packet(op: 1 | 2, sourcePort: number, destinationPort: number): Uint8Array {
  const addresses = { source: SERVER, destination: GIADDR, ttl: 64, identification: 0 };
  return datagram({ ...addresses, sourcePort, destinationPort, payload: encode({ ...query, op }) });
}

t.test('an answer is read on our port, and a request never', async (t) => {
  const ports = { localPort: 67, serverPort: 67, hasSourcePorts: false };
  // A DISCOVER with op 2 is malformed, which is enough to show that it was looked at.
  t.ok(readReply(packet(2, 67, 67), ports));
  t.notOk(readReply(packet(1, 67, 67), ports), 'our own broadcast, or a client');
  t.notOk(readReply(packet(2, 67, 68), ports));
  t.notOk(readReply(packet(2, 67, 50_000), ports), 'nobody sends from such a port here');
});

t.test('with ports of their own, from a server', async (t) => {
  const ports = { localPort: 67, serverPort: 67, hasSourcePorts: true };
  t.ok(readReply(packet(2, 67, 50_000), ports));
  t.notOk(readReply(packet(2, 53, 50_000), ports), 'from a name server');
  t.notOk(readReply(packet(2, 67, 40_000), ports), 'below the range');
});
