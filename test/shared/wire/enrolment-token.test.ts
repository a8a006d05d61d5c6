/** The text of tokens: what is printed is read again, and nothing else is. */
import fc from 'fast-check';
import t from 'tap';
import { readToken, tokenText } from '../../../shared/wire/enrolment-token.ts';

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

t.test('a token is read as it was printed, blanks around it or not', async (t) => {
  fc.assert(
    fc.property(octets(32), octets(16), (fingerprint, secret) => {
      const text = tokenText({ fingerprint, secret });
      t.match(text, /^dw1-[A-Za-z0-9_-]{64}$/);
      t.same(readToken(` ${text}\n`), { fingerprint, secret });
    }),
  );
});

t.test('what lacks a character, or has another, is no token', async (t) => {
  const text = tokenText({ fingerprint: new Uint8Array(32).fill(7), secret: new Uint8Array(16).fill(9) });
  for (const mistyped of [text.slice(0, -1), `${text}A`, text.replace('-', '_'), text.replace('B', '*'), '', 'dw1-'])
    t.equal(readToken(mistyped), undefined, mistyped);
});
