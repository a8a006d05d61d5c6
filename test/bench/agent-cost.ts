/**
 * What the agent costs its host and its line: `dorawatch-agent run` at 10/s on two servers, a real Kea pair, with a live
 * collector. Both servers are made to answer (the standby is given the primary's scope), since an answered exchange costs
 * more than a silent one. Octets are those on the link to the collector, where nothing else passes.
 */
import { join } from 'node:path';
import { Programs } from '../failover/programs.ts';
import { type LabChild, pause } from '../lab/child.ts';
import { command } from '../lab/command.ts';
import type { Lab } from '../lab/lab.ts';
import { type Figure, mean, type Tell } from './figure.ts';
import { type GrpcOctets, readGrpcOctets } from './grpc-octets.ts';
import { cpuNs, residentMegabytes } from './process-usage.ts';

const RATE_PER_SERVER = 10;
const SERVERS = 2;
const WARM_UP_MS = 8_000;
const SAMPLES = 32;
const SAMPLE_MS = 1_000;
const START_LIMIT_MS = 30_000;
const CPU_AIM = 3;
const MEMORY_AIM = 90;
const OCTETS_AIM = 12;
const ETHERNET_OCTETS = 14;

export async function agentCostFigures(lab: Lab, tell: Tell): Promise<readonly Figure[]> {
  await lab.standby.command('ha-scopes', { scopes: ['primary', 'standby'], 'server-name': 'standby' });
  const programs = new Programs(lab, { ratePerSecond: RATE_PER_SERVER });
  await programs.startCollector().waitForOutput(/collector ready/, START_LIMIT_MS);
  const agent = programs.startAgent();
  await agent.waitForOutput(/connected/, START_LIMIT_MS);
  tell('agent: probing; warming up');
  await pause(WARM_UP_MS);
  const path = join(lab.folder, 'grpc.pcap');
  const capture = await startCapture(lab, path);
  const began = { at: Date.now(), cpu: cpuNs(agent.pid), sent: sentToCollector(lab) };
  const megabytes: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await pause(SAMPLE_MS);
    megabytes.push(residentMegabytes(agent.pid));
  }
  const counted = sentToCollector(lab) - began.sent;
  const cpu = cpuNs(agent.pid) - began.cpu;
  const ms = Date.now() - began.at;
  await capture.stop('SIGINT');
  await agent.stop();
  const results = await countResults(programs, began.at, began.at + ms);
  tell(`agent: ${results.all} results in ${(ms / 1000).toFixed(1)} s, ${results.acked} of them acked`);
  const wire = readGrpcOctets(path);
  tell(`agent: ${wire.batchCount} batches; IP octets: ${wire.ip} captured, ${counted} by the interface's counters`);
  return [
    aimed('agent CPU, % of a core', cpu / 1e4 / ms, CPU_AIM, '%'),
    aimed('agent memory (RSS, mean; MB)', mean(megabytes), MEMORY_AIM, ' MB'),
    ...wireFigures(wire, results.all),
  ];
}

/** The product decides what a batch says; the rest is the price of a message a second on one TCP connection. */
function wireFigures({ batches, payload, ip }: GrpcOctets, results: number): readonly Figure[] {
  const plain = (name: string, octets: number): Figure => {
    return { ...aimed(name, octets / results, OCTETS_AIM, ''), aim: '', isMet: undefined };
  };
  return [
    aimed('octets a result, batch messages (gRPC payload)', batches / results, OCTETS_AIM, ''),
    plain('octets a result, all TCP payload', payload),
    plain('octets a result, whole IP packets', ip),
  ];
}

function aimed(name: string, value: number, aim: number, unit: string): Figure {
  const isMet = value < aim;
  return { name, dorawatch: `${value.toFixed(2)}${unit}`, peer: '', ratio: value / aim, aim: `< ${aim}${unit}`, isMet };
}

/** Captures what the gateway puts on the collector's link from now on. */
async function startCapture(lab: Lab, path: string): Promise<LabChild> {
  const { gateway, collector } = lab.network;
  const output = ['-U', '-w', path, '-Z', 'root', '--immediate-mode'];
  const filter = ['-n', '-s', '0', `tcp and dst host ${collector.address}`];
  const child = lab.run(gateway, 'tcpdump', ['-i', collector.gatewayInterface, ...output, ...filter]);
  await child.waitForOutput(/listening on/, START_LIMIT_MS);
  return child;
}

/** What the kernel counted on the same link, to hold the capture against: octets of whole IP packets. */
function sentToCollector({ network }: Lab): number {
  const link = ['-n', network.gateway, '-s', '-j', 'link', 'show', network.collector.gatewayInterface];
  const [row] = JSON.parse(command('ip', link)) as [{ stats64: { tx: { bytes: number; packets: number } } }];
  const { bytes, packets } = row.stats64.tx;
  return bytes - packets * ETHERNET_OCTETS;
}

/** Exchanges of the span as the collector has them; from the schedule when it cannot be asked. */
async function countResults(programs: Programs, fromMs: number, toMs: number): Promise<{ all: number; acked: number }> {
  const printed = await programs.ops('export', '--since', new Date(fromMs).toISOString(), '--json');
  const rows = printed.code === 0 ? printed.stdout.split('\n').filter(Boolean) : [];
  const inSpan = rows
    .map((row) => JSON.parse(row) as { readonly sent_at: string; readonly outcome: string })
    .filter(({ sent_at }) => Date.parse(sent_at) <= toMs);
  if (inSpan.length === 0) return { all: ((toMs - fromMs) / 1000) * RATE_PER_SERVER * SERVERS, acked: Number.NaN };
  return { all: inSpan.length, acked: inSpan.filter(({ outcome }) => outcome === 'acked').length };
}
