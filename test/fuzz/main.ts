/**
 * The long form: `npm run fuzz -- [DECODER …] [--inputs N] [--seed N] [--guided N]`. A line that renews itself while it goes on, then one
 * a decoder: inputs, rate, findings. A finding is written as a file whose name is what it is named after, to become a vector.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { showProgressLine } from '../../shared/io/progress-line.ts';
import { type FuzzRun, fuzz } from './fuzz.ts';
import type { Target } from './target.ts';
import { TARGETS } from './targets.ts';

const { values, positionals } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    guided: { type: 'string', default: '20000' },
    into: { type: 'string', default: '.tap/fuzz' },
  },
  allowPositionals: true,
});

const unknown = positionals.filter((name) => !TARGETS.some((target) => target.name === name));
if (unknown.length > 0) {
  console.error(`there is no decoder ${unknown.join(', ')}; there is: ${TARGETS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

async function run(target: Target): Promise<FuzzRun> {
  const inputs = Number(values.inputs);
  let line = target.name;
  const end = showProgressLine((seconds) => `${line}, ${seconds} s`, 500);
  const started = performance.now();
  const progress = (done: number, findings: number, corpus: number): void => {
    line = `${target.name}: ${done} of ${inputs} inputs, ${corpus} kept, ${findings} findings`;
  };
  const made = await fuzz(target, { inputs, seed: Number(values.seed), guided: Number(values.guided), progress });
  end();
  const seconds = (performance.now() - started) / 1_000;
  const guided =
    made.covered === null ? 'unguided' : `${made.covered} characters of source ran, ${made.corpus} inputs kept`;
  const rate = Math.round(made.inputs / seconds);
  console.log(
    `${target.name}: ${made.inputs} inputs, seed ${values.seed}, ${seconds.toFixed(1)} s, ${rate}/s, ${guided}, ` +
      `work ${(100 * made.workShare).toFixed(1)} % of what is allowed, ${made.findings.length} findings`,
  );
  return made;
}

function tell({ target, findings }: FuzzRun): void {
  findings.forEach(({ what, octets }, index) => {
    mkdirSync(values.into, { recursive: true });
    const file = `${values.into}/${target}-${values.seed}-${index + 1}.bin`;
    writeFileSync(file, octets);
    console.log(`  ${file} (${octets.length} octets): ${what}`);
  });
}

let found = 0;
for (const target of TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const made = await run(target);
  tell(made);
  found += made.findings.length;
}
process.exitCode = found === 0 ? 0 : 1;
