import t from 'tap';
import { textWithoutPassword } from '../../../../collector/core/config/secret.ts';

t.test('the password leaves the text, and nothing else does', async (t) => {
  for (const written of ['s3cret', '"s3 \\" cret"', "'s3, cret'", 's3cret # why']) {
    const text = `influx:\n  username: u\n  password: ${written}\n  password_file: /etc/p\n`;
    t.notMatch(textWithoutPassword(text), 'cret', written);
    t.match(textWithoutPassword(text), 'password_file: /etc/p');
  }
  t.equal(
    textWithoutPassword('influx: { username: u, password: s3cret, exchanges: true }'),
    'influx: { username: u, password: "(not kept)", exchanges: true }',
  );
});
