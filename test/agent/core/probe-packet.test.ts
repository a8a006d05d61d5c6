/** Patched templates are octet for octet what the codec would have written. */
import fc from 'fast-check';
import t from 'tap';
import { discover, releaseFromAck, requestFromOffer } from '../../../agent/core/dhcp4/build.ts';
import { encode } from '../../../agent/core/dhcp4/encode.ts';
import type { Message } from '../../../agent/core/dhcp4/message.ts';
import { clientIdOf, identityAt, macBase } from '../../../agent/core/identity.ts';
import { datagram } from '../../../agent/core/net/datagram.ts';
import { ipv4 } from '../../../agent/core/net/ipv4.ts';
import { discoverPacket, packetTemplates, releasePacket, requestPacket } from '../../../agent/core/probe-packet.ts';
import { GIADDR, SERVER } from '../probe-fixture.ts';

const linkSelection = ipv4(0x0a500000);
const templates = packetTemplates({ giaddr: GIADDR, server: SERVER, localPort: 67, serverPort: 67, linkSelection });
const ports = { source: GIADDR, sourcePort: 67, destination: SERVER, destinationPort: 67, ttl: 64, identification: 0 };
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

t.test('property: template and codec agree, whatever was sent before', async () => {
  const address = fc.integer({ min: 1, max: 0xffffffff });
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.nat(5_000_000), address, address, (xid, slot, given, server) => {
      const identity = identityAt(macBase('agent', 'primary'), slot);
      const lease = { address: ipv4(given), server: ipv4(server) };
      const probe = { chaddr: identity.chaddr, clientId: clientIdOf(identity.chaddr), giaddr: GIADDR, linkSelection };
      const first = discover({ ...probe, xid });
      const answer: Message = {
        ...first,
        yiaddr: lease.address,
        options: [{ kind: 'address', code: 54, address: lease.server }],
      };
      const expected = [
        { kind: 'message' as const, message: first },
        requestFromOffer(answer, probe),
        releaseFromAck(answer, probe),
      ];
      const patched = [
        hex(discoverPacket(templates, xid, identity)),
        hex(requestPacket(templates, xid, identity, lease)),
        hex(releasePacket(templates, xid, identity, lease)),
      ];
      return expected.every(
        (built, index) =>
          built.kind === 'message' && hex(datagram({ ...ports, payload: encode(built.message) })) === patched[index],
      );
    }),
    { numRuns: 200 },
  );
});
