/**
 * The short form of `npm run fuzz`, with a fixed seed; what was ever found; and the driver itself, which must find what is planted,
 * keep what is new, and give the same inputs for the same seed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { formatIpv4, parseIpv4 } from '../../shared/core/net/ipv4.ts';
import { octetsOf } from '../oracle/dhcp4.ts';
import { fuzz, verdict } from './fuzz.ts';
import { octets, type Target } from './target.ts';
import { TARGETS } from './targets.ts';

/** Inputs that look for new code first; slow, see fuzz.ts. */
const GUIDED = 256;

for (const target of TARGETS) {
  t.test(`${target.name}: ${target.short} inputs`, async (t) => {
    const run = await fuzz(target, { inputs: target.short, seed: 6, guided: GUIDED });
    t.same(
      run.findings.map(({ what, octets }) => `${what}: ${Buffer.from(octets).toString('hex')}`),
      [],
    );
    t.equal(run.inputs, target.short);
    t.comment(`${run.covered} characters of source ran, ${run.corpus - target.seeds.length} inputs kept`);
  });
}

const FINDINGS = new URL('./findings/', import.meta.url);

t.test('what was found once is not found again', async (t) => {
  for (const file of readdirSync(FINDINGS)) {
    const target = TARGETS.find(({ name }) => file.startsWith(`${name}.`));
    t.ok(target, `${file} names its decoder`);
    const text = readFileSync(new URL(file, FINDINGS));
    const input = file.endsWith('.hex') ? octetsOf(text.toString()) : Uint8Array.from(text);
    if (target !== undefined) t.equal(await verdict(target, input), null, file);
  }
});

/** Trips over one octet out of 256, at one place. */
const PLANTED: Target = {
  name: 'planted',
  seeds: [octets(1, 2, 3, 4)],
  tokens: [],
  short: 0,
  octetsMax: 8,
  work: { base: 1_000, perOctet: 0 },
  judge: (input) => {
    if (input[2] === 0xaa) throw new RangeError(`tripped over ${input.length} octets`);
    return input[0] === 0xbb ? 'a promise was broken' : null;
  },
};

t.test('the driver finds what is planted, once each, and again with the same seed', async (t) => {
  const run = () => fuzz(PLANTED, { inputs: 20_000, seed: 3, guided: 0 });
  const { findings } = await run();
  t.match(findings.map(({ what }) => what).sort(), [/^RangeError: tripped over \d octets.*fuzz.test.ts/, /^a promise/]);
  t.same((await run()).findings, findings);
});

t.test('the driver keeps what runs new code, and says when the work is out of bounds', async (t) => {
  // An address is read further with each octet that is one: new code by and by.
  const steps: Target = {
    ...PLANTED,
    seeds: [octets(0x31, 0x2e, 0x31)],
    tokens: [octets(0x2e, 0x31)],
    judge: (input) => {
      const address = parseIpv4(new TextDecoder().decode(input));
      if (address !== undefined) formatIpv4(address);
      return null;
    },
  };
  const cheap = await fuzz(steps, { inputs: 4_096, seed: 1, guided: 4_096 });
  t.ok(cheap.corpus > 1, `${cheap.corpus} inputs kept`);
  t.same(cheap.findings, []);
  const dear = await fuzz({ ...steps, work: { base: 0.01, perOctet: 0 } }, { inputs: 512, seed: 1, guided: 512 });
  t.match(dear.findings, [{ what: /^work of \d+ where [\d.]+ is allowed/ }]);
});
