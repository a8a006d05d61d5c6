/** The fingerprint: blind to who asks, and to nothing that is given. */
import fc from 'fast-check';
import t from 'tap';
import { answerFingerprint } from '../../../../shared/core/dhcp4/answer-fingerprint.ts';
import { hostileOctets } from '../../../oracle/arbitrary.ts';
import { type NaiveMessage, naiveEncode } from '../../../oracle/dhcp4.ts';

const ANSWER: NaiveMessage = {
  ...{ op: 2, htype: 1, hops: 1, xid: 7, secs: 0, flags: 0, chaddr: '020000000001', sname: '', file: '' },
  ...{ ciaddr: '0.0.0.0', yiaddr: '10.80.1.50', siaddr: '0.0.0.0', giaddr: '10.77.0.10' },
  options: [
    [53, '02'],
    [54, '0a4d0102'],
    [1, 'ffffff00'],
    [51, '00000e10'],
    [3, '0a500101'],
    [61, '01020000000001'],
    [82, '0104'.padEnd(12, '0')],
  ],
};
const print = (change: Partial<NaiveMessage>): number => answerFingerprint(naiveEncode({ ...ANSWER, ...change }));
const options = (code: number, hex: string): Partial<NaiveMessage> => ({
  options: [...ANSWER.options.filter(([each]) => each !== code), [code, hex]],
});
const sorted = (...change: Parameters<typeof options>): Partial<NaiveMessage> => {
  const place = ({ options: list }: Partial<NaiveMessage>) => list?.toSorted(([a], [b]) => a - b) ?? [];
  return { options: place(options(...change)) };
};

const GIVEN: readonly (readonly [number, string])[] = [
  [54, '0a4d0103'],
  [51, '00000e11'],
  [3, '0a500102'],
  [6, '0ac80035'],
  [15, '61'],
];

t.test('another client, another exchange: the same', async (t) => {
  const same = print({});
  t.equal(print({ xid: 8, chaddr: '020000000002', giaddr: '10.77.0.11', yiaddr: '10.80.1.51' }), same);
  for (const [code, hex] of [
    [53, '05'],
    [61, '01020000000002'],
    [82, '0105'.padEnd(14, '1')],
    [118, '0a500100'],
  ] as const)
    t.equal(print(sorted(code, hex)), print(sorted(code, '0'.repeat(hex.length))), `option ${code}`);
});

t.test('whatever is given otherwise: another', async (t) => {
  const all = [
    print({}),
    print({ siaddr: '10.0.0.9' }),
    print({ yiaddr: '10.80.2.50' }),
    ...GIVEN.map(([code, hex]) => print(options(code, hex))),
  ];
  t.equal(new Set(all).size, all.length);
  const wide = (yiaddr: string) => print({ ...sorted(1, 'ffff0000'), yiaddr });
  t.equal(wide('10.80.2.50'), wide('10.80.9.9'), 'the subnet is what the mask says');
  t.not(wide('10.81.2.50'), wide('10.80.2.50'));
});

t.test('options that overflow into file and sname count too', async (t) => {
  const overloaded = (octet: number): number => {
    const message = new Uint8Array(300);
    message.set([52, 1, 1, 255], 240);
    message[110] = octet;
    return answerFingerprint(message);
  };
  t.not(overloaded(1), overloaded(2));
});

t.test('any octets give a number', async () => {
  fc.assert(fc.property(hostileOctets, (octets) => Number.isInteger(answerFingerprint(octets))));
});
