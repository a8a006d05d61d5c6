/** Free addresses by prefix, from the two answers of Kea that know them. */
import t from 'tap';
import { freeAddresses, subnetPrefixes } from '../../../../collector/core/kea/free-addresses.ts';

const config = [
  {
    result: 0,
    arguments: {
      Dhcp4: {
        subnet4: [{ id: 7, subnet: '10.7.0.0/24' }],
        'shared-networks': [{ name: 'site-0', subnet4: [{ id: 1, subnet: '10.77.0.0/16' }, { subnet: 'no id' }] }],
      },
    },
  },
];

const statistics = (columns: readonly string[], rows: readonly (readonly number[])[]) => [
  { result: 0, arguments: { 'result-set': { columns, rows } } },
];
const COLUMNS = [
  'subnet-id',
  'total-addresses',
  'cumulative-assigned-addresses',
  'assigned-addresses',
  'declined-addresses',
];

t.test('total less assigned and declined, by what the number stands for', async (t) => {
  const prefixes = subnetPrefixes(config);
  const rows = [
    [1, 100, 900, 90, 3],
    [7, 10, 4, 12, 0],
    [8, 10, 0, 0, 0],
  ];
  t.same(freeAddresses(statistics(COLUMNS, rows), prefixes), { '10.77.0.0/16': 7, '10.7.0.0/24': 0 });
});

t.test('an answer that is none is nothing, not zero', async (t) => {
  const prefixes = subnetPrefixes(config);
  for (const answer of [null, [], 'x', [{ result: 2, text: 'not supported' }], statistics(['a'], [[1]])])
    t.equal(freeAddresses(answer, prefixes), null);
  t.same([...subnetPrefixes([{ result: 1 }])], []);
});
