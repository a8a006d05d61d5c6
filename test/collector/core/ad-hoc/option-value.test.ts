/** What options say, in words and for programs, by example of each kind. */
import t from 'tap';
import { messageView } from '../../../../collector/core/ad-hoc/message-view.ts';
import { octetsOf } from '../../../oracle/dhcp4.ts';

/** One option, read in a message of its own. */
function option(hex: string) {
  const octets = new Uint8Array(243 + hex.length / 2 + 1);
  octets.set([2, 1, 6, 0]);
  octets.set(octetsOf('63825363350105'), 236);
  octets.set(octetsOf(`${hex}ff`), 243);
  const [, read] = messageView(octets).options;
  return read;
}

const CASES: readonly (readonly [hex: string, name: string, text: string, value: object])[] = [
  ['0104ffffff00', 'Subnet Mask', '255.255.255.0 (/24)', { value: '255.255.255.0' }],
  ['0104ff00ff00', 'Subnet Mask', '255.0.255.0 (no mask: its ones are not in a row)', { value: '255.0.255.0' }],
  ['0204fffffff0', 'Time Offset', '-16', { value: -16 }],
  ['03080a0000010a000002', 'Router', '10.0.0.1, 10.0.0.2', { value: ['10.0.0.1', '10.0.0.2'] }],
  ['0f03610a22', 'Domain Name', String.raw`"a\x0a\""`, { value: 'a\n"' }],
  ['1a0205dc', 'MTU Interface', '1500', { value: 1500 }],
  ['2a040a000003', 'NTP Servers', '10.0.0.3', { value: ['10.0.0.3'] }],
  ['2a030a0000', 'NTP Servers', '0a 00 00', { value: '0a0000' }],
  ['3304ffffffff', 'Address Time', '4294967295 s (for ever)', { value_s: 4294967295 }],
  ['390205dc', 'DHCP Max Msg Size', '1500 octets', { value_octets: 1500 }],
  ['3d0701020304050607', 'Client Id', 'Ethernet 02:03:04:05:06:07', { value: '01020304050607' }],
  ['3d07ff000000010003', 'Client Id', 'IAID 00000001, DUID 00:03', { value: 'ff000000010003' }],
  ['4d0403666f6f', 'User-Class', '"foo"', { value: ['"foo"'] }],
  ['5000', 'Rapid Commit', '(no content)', { value: null }],
  [
    '7908180a00010a000001',
    'Classless Static Route',
    '10.0.1.0/24 via 10.0.0.1',
    { value: [{ destination: '10.0.1.0/24', router: '10.0.0.1' }] },
  ],
  ['7705036f7267 00'.replace(' ', ''), 'Domain Search', 'org', { value: ['org'] }],
  ['e0026869', 'Site-specific', '68 69 ("hi")', { value: '6869' }],
  ['c80101', 'Unassigned', '01', { value: '01' }],
];

t.test('each kind of content', async (t) => {
  for (const [hex, name, text, value] of CASES)
    t.match(option(hex), { name, text, ...value, fault: null }, `${name} ${hex}`);
});
