/**
 * What an agent, or a thief of its token, sends to be signed: DER, read by a package that was not written for strangers. It gives a
 * key on P-256 that signed the request, or a sentence.
 */
import { readSigningRequest } from '../../../collector/io/certificate-authority.ts';
import { newKey } from '../../collector/enrolled.ts';
import { octets, type Target, unless } from '../target.ts';

const { request } = await newKey();

export const signingRequest: Target = {
  name: 'signing-request',
  short: 400,
  seeds: [request],
  tokens: [
    octets(0x30, 0x80),
    octets(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
    octets(0x02, 0x00),
    octets(0x03, 0x01, 0x08),
    octets(0x06, 0x01, 0x80),
    octets(0x24, 0x80, 0x24, 0x80, 0x24, 0x80),
    octets(0x00, 0x00),
    octets(0xa0, 0x00),
  ],
  octetsMax: 4_096,
  work: { base: 2_000, perOctet: 20 },
  judge: async (input) => {
    const read = await readSigningRequest(input);
    if (typeof read === 'string') return unless(read !== '' && read.length < 1_000, `a sentence of ${read.length}`);
    return unless(/^[0-9a-f]{64}$/.test(read.keyHash), 'a key without its hash');
  },
};
