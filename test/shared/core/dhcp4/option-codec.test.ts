import fc from 'fast-check';
import t from 'tap';
import { OptionCode } from '../../../../shared/core/dhcp4/codes.ts';
import { isJoined, optionOctets, readOption } from '../../../../shared/core/dhcp4/option-codec.ts';
import { hexOf, octetsOf } from '../../../oracle/dhcp4.ts';

const read = (code: number, hex: string) => readOption(code, octetsOf(hex));

t.test('no option loses an octet, whatever its content', async () => {
  const code = fc.oneof(fc.constantFrom(...Object.values(OptionCode)), fc.integer({ min: 1, max: 254 }));
  // Few distinct values make sub-lengths, widths and pointers that fit.
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.constantFrom(0, 1, 2, 4, 24, 65, 0xc0), { maxLength: 24 }).map((list) => Uint8Array.from(list)),
  );
  fc.assert(
    fc.property(code, octets, (c, content) => {
      const option = readOption(c, content);
      return option.code === c && hexOf(optionOctets(option)) === hexOf(content);
    }),
    { numRuns: 3000 },
  );
});

t.test('every known code has a typed form, every other code is opaque', async (t) => {
  const sound: Record<number, string> = {
    1: 'ffffff00',
    3: '0a000001',
    6: '0a0000350a000036',
    12: '61',
    15: '61',
    28: '0affffff',
    50: '0a000009',
    51: '00000e10',
    52: '03',
    53: '05',
    54: '0a000001',
    55: '0103',
    57: '0240',
    58: '00000708',
    59: '00000c4e',
    60: '61',
    61: '01020000000001',
    77: '0161',
    81: '050000',
    82: '050400000001',
    114: '68',
    116: '01',
    118: '0a000000',
    119: '016100',
    121: '000a000001',
  };
  for (let code = 1; code < 255; code++) {
    const hex = sound[code];
    t.equal(Object.values<number>(OptionCode).includes(code), hex !== undefined, `${code} is named`);
    const { kind } = read(code, hex ?? '00');
    if ((hex === undefined) !== (kind === 'opaque') || kind === 'malformed') t.fail(`${code} is ${kind}`);
  }
});

t.test('wrong content of a known option has a named fault', async (t) => {
  const wrong: readonly [number, string, 'length' | 'value'][] = [
    [1, 'ffffff', 'length'],
    [50, '', 'length'],
    [54, '0a00000100', 'length'],
    [118, '0a', 'length'],
    [3, '', 'length'],
    [3, '0a00000100', 'length'],
    [6, '0a0000', 'length'],
    [12, '', 'length'],
    [51, '000e10', 'length'],
    [59, '0000000e10', 'length'],
    [52, '0101', 'length'],
    [52, '00', 'value'],
    [52, '04', 'value'],
    [53, '', 'length'],
    [53, '00', 'value'],
    [53, '13', 'value'],
    [55, '', 'length'],
    [57, '023f', 'value'],
    [57, '40', 'length'],
    [61, '01', 'length'],
    [77, '', 'length'],
    [77, '00', 'length'],
    [77, '046162', 'length'],
    [81, '0000', 'length'],
    [82, '', 'length'],
    [82, '01', 'length'],
    [82, '010241', 'length'],
    [116, '02', 'value'],
    [121, '', 'length'],
    [121, '210a0000000a000001', 'value'],
    [121, '180a63010a6300', 'length'],
  ];
  for (const [code, hex, fault] of wrong)
    t.match(read(code, hex), { kind: 'malformed', code, fault }, `${code} ${hex}`);
});

t.test('values', async (t) => {
  t.match(read(51, 'ffffffff'), { seconds: 0xffffffff });
  t.match(read(57, '05dc'), { octets: 1500 });
  t.match(read(81, '0500ff04686f737400'), { flags: 5, rcode1: 0, rcode2: 255, name: octetsOf('04686f737400') });
  t.match(read(77, '0161026263'), { classes: [octetsOf('61'), octetsOf('6263')] });
  t.match(read(12, '61e900'), { text: 'a\u00e9\0' }, 'any octet is a character, the last NUL too');
  t.match(read(121, '180a6301 0a630001 00 0a630002 20 0a000005 0a630003 09 0a80 0a630004'), {
    routes: [
      { destination: 0x0a630100, length: 24, router: 0x0a630001 },
      { destination: 0, length: 0, router: 0x0a630002 },
      { destination: 0x0a000005, length: 32, router: 0x0a630003 },
      { destination: 0x0a800000, length: 9, router: 0x0a630004 },
    ],
  });
});

t.test('only options of variable length are joined', async (t) => {
  for (const code of [1, 28, 50, 51, 52, 53, 54, 57, 58, 59, 116, 118]) t.notOk(isJoined(code), `${code}`);
  for (const code of [3, 6, 12, 43, 55, 61, 77, 81, 82, 119, 121, 224]) t.ok(isJoined(code), `${code}`);
});
