import { createVerdicts } from '../../collector/core/verdicts.ts';
import { logOf, quietWorld, START } from './world.ts';
import { seeded } from './random.ts';
const r = seeded(13);
const n = Number(process.argv[2]);
const off = Array.from({ length: n }, () => Math.round((r() - 0.5) * 2e6));
const w = {
  ...quietWorld(r),
  seconds: 200,
  sites: n,
  lost: () => r() < 0.02,
  delay: () => 10000 - Math.log(1 - r()) * 10000,
  offset: (s: number) => off[s] as number,
  alive: (_: string, t: number) => t < 121.5,
};
const v = createVerdicts();
const t0 = process.hrtime.bigint();
let bs = 0;
for (const e of logOf(w)) {
  bs++;
  for (const c of v.apply(e)) {
    const f: any = c.finding;
    const b = (x: any) => x && `[${((x.earliest - START) / 1e6).toFixed(3)} ${((x.latest - START) / 1e6).toFixed(3)}]`;
    if (f.site === null || n < 6)
      console.log(
        c.kind,
        f.kind,
        f.server ?? f.group,
        f.site,
        f.from,
        f.to,
        f.reason,
        f.start ? b(f.start) : b(f),
        'det',
        ((f.detectedAt - START) / 1e6).toFixed(2),
        f.late,
        JSON.stringify(f.sites),
      );
  }
}
console.log(bs, 'entries', Number(process.hrtime.bigint() - t0) / 1e6 / bs, 'ms each');
