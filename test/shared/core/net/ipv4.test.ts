import fc from 'fast-check';
import t from 'tap';
import {
  formatIpv4,
  formatPrefix,
  ipv4,
  parseIpv4,
  parsePrefix,
  prefixContains,
} from '../../../../shared/core/net/ipv4.ts';

t.test('dotted text and numbers are each other back', async (t) => {
  fc.assert(fc.property(fc.ipV4(), (text) => formatIpv4(parseIpv4(text) ?? ipv4(1)) === text));
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => parseIpv4(formatIpv4(ipv4(n))) === n));
  t.equal(parseIpv4('255.255.255.255'), 0xffffffff, 'no sign');
});

t.test('anything but four plain decimals is no address', async (t) => {
  for (const text of [
    '',
    '10',
    '10.0.0',
    '10.0.0.1.2',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.01',
    ' 10.0.0.1',
    '10.0.0.1\n',
    '1e1.0.0.1',
    '-1.0.0.1',
    '10..0.1',
    '::1',
  ])
    t.equal(parseIpv4(text), undefined, JSON.stringify(text));
});

t.test('a prefix holds exactly its addresses', async (t) => {
  const prefix = parsePrefix('10.77.0.0/23');
  if (prefix === undefined) throw new Error('no prefix');
  const holds = (text: string) => prefixContains(prefix, parseIpv4(text) ?? ipv4(0));
  t.same(['10.76.255.255', '10.77.0.0', '10.77.1.255', '10.77.2.0'].map(holds), [false, true, true, false]);
  t.equal(formatPrefix(prefix), '10.77.0.0/23');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => {
      const all = parsePrefix('0.0.0.0/0');
      const one = parsePrefix(formatIpv4(ipv4(n)));
      return (
        all !== undefined &&
        one?.length === 32 &&
        prefixContains(all, ipv4(n)) &&
        prefixContains(one, ipv4(n)) &&
        !prefixContains(one, ipv4(n + 1))
      );
    }),
  );
});

t.test('a prefix with host bits, or a length out of range, is none', async (t) => {
  for (const text of [
    '10.0.0.1/24',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'x/8',
    '128.0.0.0/0',
  ])
    t.equal(parsePrefix(text), undefined, text);
});
