/** Octets as people read them. */
import t from 'tap';
import { hexDump, opaqueText } from '../../../../collector/core/ad-hoc/octet-text.ts';

t.test('a dump has offset, octets in two halves, and ASCII; the last line as far as it goes', async (t) => {
  const octets = Uint8Array.from({ length: 18 }, (_, at) => at + 0x41);
  t.same(hexDump(octets), [
    '0000  41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50  |ABCDEFGHIJKLMNOP|',
    '0010  51 52                                             |QR|',
  ]);
  t.same(hexDump(new Uint8Array()), []);
  t.match(hexDump(Uint8Array.of(0x1b, 0x5b, 0xff))[0], /\|\.\[\.\|$/, 'nothing moves the cursor');
});

t.test('text is shown beside hex where all of it is text', async (t) => {
  t.equal(opaqueText(Uint8Array.of(0x68, 0x69)), '68 69 ("hi")');
  t.equal(opaqueText(Uint8Array.of(0x68, 0x00)), '68 00');
  t.equal(opaqueText(new Uint8Array()), '(empty)');
});
