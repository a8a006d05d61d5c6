/**
 * Mean latency against the wire: each tool runs at 10 exchanges a second while tcpdump stamps the same packets in the site's
 * own namespace; the tool's mean minus tcpdump's is the tool's error. The agent runs twice, with the kernel's receive stamps
 * and without koffi. Rejected: comparing with a capture at the gateway, which would add the veth's delay to the error.
 */
import { join } from 'node:path';
import type { LabChild } from '../lab/child.ts';
import { pause } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import { readCapture } from '../lab/pcap.ts';
import { wireExchanges, wirePackets } from '../lab/wire.ts';
import { runProbe, type Stamping } from './agent-probe.ts';
import { type Figure, mean, median, type Tell } from './figure.ts';
import { runPerfdhcp } from './perfdhcp.ts';

/** Means of the two stages, µs. */
interface StageMeans {
  readonly offer: number;
  readonly ack: number;
  /** How many exchanges they are of. */
  readonly exchanges: number;
}

type Tool = (lab: Lab) => Promise<Omit<StageMeans, 'exchanges'>>;

const ROUNDS = 3;
const EXCHANGES = 70;
const ARGS = ['-r', '10', '-n', String(EXCHANGES), '-R', '100', '-d', '3'];
const CAPTURE_LIMIT_MS = 10_000;
const DRAIN_MS = 200;

const TOOLS = {
  perfdhcp: async (lab) => {
    const { offer, ack } = await runPerfdhcp(lab, ARGS);
    return { offer: offer.meanMs * 1000, ack: ack.meanMs * 1000 };
  },
  kernel: (lab) => probeMeans(lab, 'kernel'),
  user: (lab) => probeMeans(lab, 'user'),
} as const satisfies Record<string, Tool>;

type ToolName = keyof typeof TOOLS;
const NAMES = Object.keys(TOOLS) as readonly ToolName[];

export async function latencyFigures(lab: Lab, tell: Tell): Promise<readonly Figure[]> {
  const errors: Record<ToolName, Omit<StageMeans, 'exchanges'>[]> = { perfdhcp: [], kernel: [], user: [] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const name of NAMES) {
      const { tool, wire } = await againstWire(lab, TOOLS[name]);
      const error = { offer: tool.offer - wire.offer, ack: tool.ack - wire.ack };
      errors[name].push(error);
      const said = `offer ${signed(error.offer)}, ack ${signed(error.ack)} of ${wire.exchanges} exchanges`;
      tell(`latency, round ${round}: ${name.padEnd(8)} error of the mean: ${said}`);
    }
  }
  return (['offer', 'ack'] as const).flatMap((stage) => {
    const of = (name: ToolName): number => median(errors[name].map((error) => error[stage]));
    return (['kernel', 'user'] as const).map((name) => latencyFigure(stage, name, of(name), of('perfdhcp')));
  });
}

function latencyFigure(stage: string, stamping: Stamping, ours: number, theirs: number): Figure {
  const ratio = Math.abs(ours) / Math.abs(theirs);
  return {
    name: `mean ${stage} latency - tcpdump's, ${stamping} stamps`,
    dorawatch: signed(ours),
    peer: signed(theirs),
    ratio,
    aim: 'ratio <= 1.0',
    isMet: ratio <= 1,
  };
}

const signed = (microseconds: number): string => `${microseconds < 0 ? '' : '+'}${microseconds.toFixed(0)} us`;

async function probeMeans(lab: Lab, stamping: Stamping): Promise<Omit<StageMeans, 'exchanges'>> {
  const { stamped, latency_us: latency } = await runProbe(lab, ARGS, stamping);
  if (stamped !== stamping) console.log(`        the probe says "${stamped}" where ${stamping} stamps were wanted`);
  return { offer: latency.offer.mean ?? Number.NaN, ack: latency.ack.mean ?? Number.NaN };
}

async function againstWire(lab: Lab, tool: Tool): Promise<{ tool: Omit<StageMeans, 'exchanges'>; wire: StageMeans }> {
  const path = join(lab.folder, 'latency.pcap');
  const capture = await startTcpdump(lab, path);
  const means = await tool(lab);
  await pause(DRAIN_MS);
  await capture.stop('SIGINT');
  return { tool: means, wire: wireMeans(path) };
}

async function startTcpdump(lab: Lab, path: string): Promise<LabChild> {
  const output = ['-U', '-w', path, '-Z', 'root', '--immediate-mode', '--time-stamp-precision=nano'];
  const args = ['-i', lab.site.interface, ...output, '-n', '-s', '0', 'udp port 67'];
  const child = lab.run(lab.site, 'tcpdump', args);
  await child.waitForOutput(/listening on/, CAPTURE_LIMIT_MS);
  return child;
}

function wireMeans(path: string): StageMeans {
  const offers: number[] = [];
  const acks: number[] = [];
  for (const { discoverUs, offerUs, requestUs, ackUs } of wireExchanges(wirePackets(readCapture(path)))) {
    if (offerUs !== undefined) offers.push(offerUs - discoverUs);
    if (requestUs !== undefined && ackUs !== undefined) acks.push(ackUs - requestUs);
  }
  return { offer: mean(offers), ack: mean(acks), exchanges: acks.length };
}
