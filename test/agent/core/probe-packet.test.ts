/** Patched templates are octet for octet what the codec would have written. */
import fc from 'fast-check';
import t from 'tap';
import { clientIdOf, identityAt, macBase } from '../../../agent/core/identity.ts';
import { datagram } from '../../../agent/core/net/datagram.ts';
import {
  discoverPacket,
  type PacketFields,
  type PacketTemplates,
  packetTemplates,
  releasePacket,
  requestPacket,
  templatesFor,
} from '../../../agent/core/probe-packet.ts';
import { tagsOf } from '../../../agent/core/probe-tags.ts';
import { discover, type Probe, releaseFromAck, requestFromOffer } from '../../../shared/core/dhcp4/build.ts';
import { encode } from '../../../shared/core/dhcp4/encode.ts';
import type { Message } from '../../../shared/core/dhcp4/message.ts';
import { type Ipv4, ipv4 } from '../../../shared/core/net/ipv4.ts';
import { GIADDR, SERVER } from '../probe-fixture.ts';

const TO_SERVER: PacketFields = { giaddr: GIADDR, server: SERVER, localPort: 67, serverPort: 67 };
const ports = { source: GIADDR, sourcePort: 67, destination: SERVER, destinationPort: 67, ttl: 64, identification: 0 };
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const address = fc.integer({ min: 1, max: 0xffffffff }).map(ipv4);

/** Fails unless templates and codec agree for any exchange; `wanted` is what the codec is asked for. */
function agree(templates: PacketTemplates, wanted: Partial<Probe>): void {
  const arbitrary = [fc.nat(0xffffffff), fc.nat(5_000_000), fc.nat(65_535), address, address] as const;
  fc.assert(
    fc.property(...arbitrary, (xid, slot, secs, given, server) => {
      const identity = identityAt(macBase('agent', 'primary'), slot);
      const lease = { address: given, server };
      const probe = { chaddr: identity.chaddr, clientId: clientIdOf(identity.chaddr), giaddr: GIADDR, ...wanted };
      const first = discover({ ...probe, xid, secs });
      const answer: Message = {
        ...first,
        yiaddr: lease.address,
        options: [{ kind: 'address', code: 54, address: lease.server }],
      };
      const expected = [
        { kind: 'message' as const, message: first },
        requestFromOffer(answer, { ...probe, secs }),
        releaseFromAck(answer, probe),
      ];
      const sender = { xid, identity, secs };
      const patched = [
        hex(discoverPacket(templates, sender)),
        hex(requestPacket(templates, sender, lease)),
        hex(releasePacket(templates, sender, lease)),
      ];
      return expected.every(
        (built, index) =>
          built.kind === 'message' && hex(datagram({ ...ports, payload: encode(built.message) })) === patched[index],
      );
    }),
    { numRuns: 100 },
  );
}

const tags = tagsOf({
  macPrefix: null,
  vendorClass: 'dorawatch',
  userClass: 'probe',
  circuitId: 'lan 3',
  remoteId: 'corsham',
});
const subnet: Ipv4 = ipv4(0x0a500100);

t.test('property: template and codec agree, whatever was sent before', async () => {
  for (const wanted of [
    {},
    { linkSelection: subnet },
    { subnetSelection: subnet, tags },
    { linkSelection: subnet, tags },
  ])
    agree(packetTemplates({ ...TO_SERVER, ...wanted }), wanted);
});

t.test('templates shared between subnets ask for the one that is meant, turn by turn', async () => {
  const other = ipv4(0x0a500200);
  for (const selection of ['linkSelection', 'subnetSelection'] as const) {
    const shared = packetTemplates({ ...TO_SERVER, [selection]: ipv4(0), tags });
    for (const each of [subnet, other, subnet]) agree(templatesFor(shared, each), { [selection]: each, tags });
  }
});

t.test('a tag that is no octet a character is repaired, never thrown over', async (t) => {
  const { vendorClass, circuitId, remoteId } = tagsOf({
    macPrefix: null,
    vendorClass: 'caf\u00e9 \u65e5',
    userClass: null,
    circuitId: '',
    remoteId: 'x'.repeat(999),
  });
  t.equal(hex(vendorClass ?? new Uint8Array(0)), '636166e9203f');
  t.equal(circuitId, undefined);
  t.equal(remoteId?.length, 255);
});
