import t from 'tap';
import { readRelayAgent, writeRelayAgent } from '../../../../../shared/core/dhcp4/options/relay-agent.ts';
import { octetsOf } from '../../../../oracle/dhcp4.ts';

t.test('every sub-option that a relay writes', async (t) => {
  const option = readRelayAgent(octetsOf('01036574 68 0206020000000001 05040a000000 0b040a000001 0c0141 1300 9701ff'));
  t.match(option, {
    subOptions: [
      { kind: 'identifier', code: 1, identifier: octetsOf('657468') },
      { kind: 'identifier', code: 2, identifier: octetsOf('020000000001') },
      { kind: 'address', code: 5, address: 0x0a000000 },
      { kind: 'address', code: 11, address: 0x0a000001 },
      { kind: 'identifier', code: 12, identifier: octetsOf('41') },
      { kind: 'relay-port', code: 19 },
      { kind: 'opaque', code: 151, octets: octetsOf('ff') },
    ],
  });
});

t.test('a sub-option of wrong length is kept as octets and spoils no other', async (t) => {
  t.match(readRelayAgent(octetsOf('05030a0000 130101 0100 0b040a000001')), {
    subOptions: [
      { kind: 'opaque', code: 5, octets: octetsOf('0a0000') },
      { kind: 'opaque', code: 19, octets: octetsOf('01') },
      { kind: 'opaque', code: 1, octets: new Uint8Array(0) },
      { kind: 'address', code: 11 },
    ],
  });
});

t.test('an identifier too long for its length octet is refused, not cut', async (t) => {
  const identifier = new Uint8Array(256);
  t.throws(
    () => writeRelayAgent({ kind: 'relay-agent', code: 82, subOptions: [{ kind: 'identifier', code: 1, identifier }] }),
    RangeError,
  );
});
