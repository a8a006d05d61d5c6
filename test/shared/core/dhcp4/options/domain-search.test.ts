import fc from 'fast-check';
import t from 'tap';
import { domainNameOctetsMax, domainPointersMax, domainsMax } from '../../../../../shared/core/dhcp4/limits.ts';
import { domainSearch, readDomainSearch } from '../../../../../shared/core/dhcp4/options/domain-search.ts';
import { octetsOf } from '../../../../oracle/dhcp4.ts';

const names = (hex: string) => {
  const option = readDomainSearch(octetsOf(hex));
  return typeof option === 'string' ? option : option.names;
};

t.test('the example of RFC 3397, compressed', async (t) => {
  const hex = '03656e67 056170706c65 03636f6d 00 096d61726b6574696e67 c004';
  t.same(names(hex), ['eng.apple.com', 'marketing.apple.com']);
});

t.test('names that are written are read back', async () => {
  const name = fc
    .array(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { minLength: 1, maxLength: 6 })
    .map((labels) => labels.join('.'));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (list) => {
      const option = readDomainSearch(domainSearch(list).octets);
      return typeof option !== 'string' && option.names.join() === list.join();
    }),
  );
});

t.test('pointers lead backwards only', async (t) => {
  t.equal(names('c000'), 'value', 'to itself');
  t.equal(names('0161c000'), 'value', 'to the start of its own name: a loop');
  t.equal(names('c00200 016100'), 'value', 'forwards');
  t.equal(names('016100 0162c0'), 'value', 'half a pointer');
  t.same(names('016100 0162c000 0163c003'), ['a', 'b.a', 'c.b.a']);
});

t.test('each bound holds: just inside is read, just outside is malformed', async (t) => {
  const label = (length: number) => length.toString(16).padStart(2, '0') + '61'.repeat(length);
  t.equal(domainNameOctetsMax, 255);
  t.not(names(`${label(63).repeat(3)}${label(61)}00`), 'value');
  t.equal(names(`${label(63).repeat(3)}${label(62)}00`), 'value');
  t.equal(names(`${label(64)}00`), 'value');
  const chain = (pointers: number) => {
    // A first name, then names that are each only a pointer to the one before.
    const hops = Array.from(
      { length: pointers },
      (_, i) => `c0${(i === 0 ? 0 : 1 + 2 * i).toString(16).padStart(2, '0')}`,
    );
    return names(`016100${hops.join('')}`);
  };
  t.equal(chain(domainPointersMax).length, domainPointersMax + 1);
  t.equal(chain(domainPointersMax + 1), 'value');
  t.equal(names('016100'.repeat(domainsMax)).length, domainsMax);
  t.equal(names('016100'.repeat(domainsMax + 1)), 'length');
});

t.test('what would print ambiguously, or is cut short, is malformed', async (t) => {
  t.equal(names('03612e6200'), 'value', 'a dot inside a label');
  t.equal(names('01 20 00'), 'value');
  t.equal(names('00'), 'value', 'the root alone');
  t.equal(names(''), 'length');
  t.equal(names('0161'), 'length', 'no end');
  t.equal(names('0561'), 'length');
});

t.test('a name that cannot be written is refused', async (t) => {
  for (const name of ['', 'a..b', 'a.', 'x'.repeat(64), 'a b', '\u0100'])
    t.throws(() => domainSearch([name]), RangeError, name);
});
