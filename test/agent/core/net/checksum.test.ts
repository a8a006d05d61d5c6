import fc from 'fast-check';
import t from 'tap';
import { addWords, checksumOf } from '../../../../agent/core/net/checksum.ts';

t.test('appending the checksum makes the sum come out as zero (RFC 1071)', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      const even = octets.length % 2 === 0 ? octets : Uint8Array.from([...octets, 0]);
      const checksum = checksumOf(addWords(0, octets, 0, octets.length));
      return checksumOf(addWords(checksum, even, 0, even.length)) === 0;
    }),
  );
});

t.test('the largest packet of all ones does not overflow', async (t) => {
  const octets = new Uint8Array(65_535).fill(255);
  t.equal(checksumOf(addWords(0, octets, 0, octets.length)), 0x00ff);
});
