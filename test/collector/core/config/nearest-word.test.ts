import t from 'tap';
import { nearestWord } from '../../../../collector/core/config/nearest-word.ts';

t.test('slips are forgiven, other words are not', async (t) => {
  const known = ['drop_time', 'rate', 'release', 'clients', 'kind'];
  t.equal(nearestWord('drop_tiem', known), 'drop_time');
  t.equal(nearestWord('dropTime', known), 'drop_time');
  t.equal(nearestWord('drop-time', known), 'drop_time');
  t.equal(nearestWord('rel', known), 'release');
  t.equal(nearestWord('sensitivity', known), null);
  t.equal(nearestWord('x'.repeat(1e6), known), null, 'and no time is spent on nonsense');
});
