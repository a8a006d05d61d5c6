import t from 'tap';
import { unreachable } from '../../../shared/core/assert.ts';

t.test('unreachable throws and shows the value', async (t) => {
  t.throws(() => unreachable('x' as never), /unreachable: "x"/);
});
