/**
 * Which of the product's code ran, and how often: V8's own counts, through the inspector that Node has inside. Which code tells
 * whether an input is new; how often is the work that it cost, the same on every machine, which no clock is.
 *
 * Taking the counts costs a millisecond or so: the driver takes them for a few hundred inputs at once, and halves those in which
 * something is new. Rejected: ranges as names of blocks; V8 merges neighbours of equal count, so the same block has many.
 */
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';

/** What ran since it was last asked. */
export interface Coverage {
  /** Characters of source that never ran before it was last told to remember. */
  readonly fresh: number;
  /** Blocks run, counted each time. */
  readonly work: number;
}

export interface CoverageMeter {
  /** Characters of source that ran, of those remembered. */
  readonly size: () => number;
  /** @param remember what ran now is not fresh later */
  readonly take: (remember: boolean) => Promise<Coverage>;
  readonly close: () => Promise<void>;
}

const PRODUCT = /\/(agent|collector|shared)\/[^?]*\.(ts|cjs)$|\/node_modules\/(protobufjs|yaml|@peculiar|asn1js)\//;

export async function coverageMeter(): Promise<CoverageMeter> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const ran = new Map<string, Uint8Array>();
  const take = async (remember: boolean): Promise<Coverage> => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const scripts = result.filter(({ url }) => PRODUCT.test(url));
    const fresh = scripts.reduce((sum, script) => sum + freshIn(ran, script, remember), 0);
    return { fresh, work: scripts.reduce((sum, script) => sum + workIn(script), 0) };
  };
  return {
    size: () => [...ran.values()].reduce((sum, flags) => sum + flags.reduce((all, flag) => all + flag, 0), 0),
    take,
    close: async () => {
      await session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}

const workIn = ({ functions }: Profiler.ScriptCoverage): number =>
  functions.reduce((sum, { ranges }) => ranges.reduce((all, { count }) => all + count, sum), 0);

function freshIn(ran: Map<string, Uint8Array>, script: Profiler.ScriptCoverage, remember: boolean): number {
  const now = ranIn(script);
  const before = ran.get(script.url) ?? new Uint8Array(now.length);
  let fresh = 0;
  for (let at = 0; at < now.length; at += 1) if (now[at] === 1 && before[at] !== 1) fresh += 1;
  if (!remember) return fresh;
  const all = new Uint8Array(Math.max(now.length, before.length));
  all.set(before);
  for (let at = 0; at < now.length; at += 1) if (now[at] === 1) all[at] = 1;
  ran.set(script.url, all);
  return fresh;
}

/** A flag a character: outer ranges first, so that what did not run inside of what did is left out. */
function ranIn({ functions }: Profiler.ScriptCoverage): Uint8Array {
  const ranges = functions.flatMap((one) => one.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const flags = new Uint8Array(ranges.reduce((most, { endOffset }) => Math.max(most, endOffset), 0));
  // The module itself ran when it was loaded; what is in no function is not asked about.
  for (const { startOffset, endOffset, count } of ranges) flags.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  return flags;
}
