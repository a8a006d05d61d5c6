/**
 * A message taken apart: the same options that the naive oracle finds, every octet of the option areas in one place, and no exception
 * whatever the octets are.
 */
import fc from 'fast-check';
import t from 'tap';
import { contentColumn, messageLines } from '../../../../collector/core/ad-hoc/message-text.ts';
import { type MessageView, messageView } from '../../../../collector/core/ad-hoc/message-view.ts';
import { hostileOctets } from '../../../oracle/arbitrary.ts';
import { naiveDecode, octetsOf } from '../../../oracle/dhcp4.ts';
import { dhcpVectors } from '../../../vectors/vectors.ts';

const OPTIONS_AT = 240;

/** A header with op, hlen and cookie right, then these octets. */
function withOptions(hex: string, { file = '' } = {}): Uint8Array {
  const options = octetsOf(hex);
  const octets = new Uint8Array(OPTIONS_AT + options.length);
  octets.set([2, 1, 6, 0]);
  octets.set(octetsOf(file), 108);
  octets.set(octetsOf('63825363'), 236);
  octets.set(options, OPTIONS_AT);
  return octets;
}

const sum = (parts: readonly { readonly octets: number }[]): number => parts.reduce((all, one) => all + one.octets, 0);
const fieldOf = (view: MessageView, name: string): string | undefined =>
  view.header.find((field) => field.name === name)?.text;

/** Octets of the fields that the message uses for options. */
function optionOctets(view: MessageView): number {
  const holds = (name: string): boolean => fieldOf(view, name) === '(holds options)';
  return Math.max(0, view.octets - OPTIONS_AT) + (holds('file') ? 128 : 0) + (holds('sname') ? 64 : 0);
}

const lines = (view: MessageView): string => messageLines(view, contentColumn([view]), null).join('\n');

t.test('real messages: what the oracle finds, all of it, and with a name', async (t) => {
  for (const { name, packet } of dhcpVectors()) {
    const view = messageView(packet);
    const oracle = naiveDecode(packet);
    if (typeof oracle === 'string') throw new Error(`${name}: ${oracle}`);
    t.same(
      view.options.map(({ code, hex }) => [code, hex]),
      oracle.options,
      name,
    );
    t.equal(sum(view.options) + sum(view.rest), optionOctets(view), 'every octet is in one place');
    t.equal(view.problem, null);
    t.same(
      view.options.filter(({ fault }) => fault !== null),
      [],
    );
    for (const { name: option } of view.options) t.not(option, 'Unassigned');
  }
});

t.test('whatever the octets are: no exception, every octet in one place', async () => {
  const vectors = dhcpVectors().map(({ packet }) => packet);
  const mutated = fc
    .tuple(fc.constantFrom(...vectors), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }), fc.nat())
    .map(([packet, changes, length]) => {
      const octets = packet.slice();
      for (const [at, octet] of changes) octets[at % octets.length] = octet;
      return octets.subarray(0, length % 3 === 0 ? length % octets.length : octets.length);
    });
  fc.assert(
    fc.property(fc.oneof(mutated, hostileOctets), (octets) => {
      const view = messageView(octets);
      const text = lines(view);
      return (
        sum(view.options) + sum(view.rest) === optionOctets(view) &&
        view.header.length === 15 &&
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text)
      );
    }),
    { numRuns: 2000 },
  );
});

t.test('what is wrong is named, with its place and its octets', async (t) => {
  const view = messageView(withOptions('350102 0103ffffff 3304 00000e10 5208 0504'.replaceAll(' ', '')));
  t.equal(view.message_type, null);
  t.equal(view.problem, 'an option runs past the end of its field (at octet 254)');
  t.match(view.options[1], { code: 1, fault: 'its length does not fit what it is (at octet 243)', hex: 'ffffff' });
  t.match(view.options[2], { code: 51, value_s: 3600, fault: null });
  t.same(view.rest, [{ what: 'cut short', offset: 254, octets: 4, hex: '52080504' }]);
  const text = lines(view);
  t.match(text, /1 Subnet Mask +malformed: its length does not fit what it is \(at octet 243\): ff ff ff/);
  t.match(text, /cut short +at octet 254, 4 octets: 52 08 05 04/);
});

t.test('options in file, long ones in parts, sub-options, and what follows the end', async (t) => {
  const view = messageView(
    withOptions('350105 340101 f102aabb 5206 0504 0a010200 ff 0007'.replaceAll(' ', ''), { file: 'f101cc00ff01' }),
  );
  t.equal(fieldOf(view, 'file'), '(holds options)');
  t.match(view.options[2], { code: 241, name: 'Site-specific', offsets: [246, 108], octets: 7, hex: 'aabbcc' });
  t.match(view.options[3]?.sub_options, [{ code: 5, name: 'Link Selection', text: '10.1.2.0', value: '10.1.2.0' }]);
  t.same(view.rest, [
    { what: 'end', offset: 258, octets: 1, hex: '' },
    { what: 'after the end', offset: 259, octets: 2, hex: '0007' },
    { what: 'padding', offset: null, octets: 1, hex: '' },
    { what: 'end', offset: 112, octets: 1, hex: '' },
    { what: 'after the end', offset: 113, octets: 123, hex: `01${'00'.repeat(122)}` },
  ]);
  t.match(lines(view), /241 Site-specific +aa bb cc \(in 2 parts, at octets 246, 108\)/);
});

t.test('a narrow page: contents go on below their own column', async (t) => {
  const view = messageView(withOptions('350101370701 1c02030f060cff'.replaceAll(' ', '')));
  const narrow = messageLines(view, contentColumn([view]), 60);
  t.equal(Math.max(...narrow.map((line) => line.length)) <= 60, true);
  const from = narrow.findIndex((line) => line.includes('Parameter List'));
  t.match(narrow.slice(from, from + 2), [/55 Parameter List {2}1 Subnet Mask, /, /^ {24}\S/]);
});
