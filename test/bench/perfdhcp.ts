/**
 * perfdhcp as the peer: how it is run in the lab, and its printed report read. It is Debian's own (package kea-admin). Its
 * exit code says little (3 whenever anything was in flight at the end), so its report is what counts.
 *
 * It runs in its single-thread mode: on one core its two busy threads starve each other, and it loses from 700/s on, where
 * one thread goes beyond 8,000/s. A peer is given its best.
 */
import type { Lab } from '../lab/lab.ts';
import { runPinned, TOOL_CORE } from './cores.ts';
import type { RateTrial, TrialOptions } from './rate-trial.ts';

/** One stage of a report. */
interface PerfdhcpStage {
  readonly sent: number;
  readonly received: number;
  /** Milliseconds; NaN when nothing came back. */
  readonly meanMs: number;
}

interface PerfdhcpReport {
  /** Whole exchanges over the whole run, its wait for the last answers included. */
  readonly ratePerSecond: number;
  readonly offer: PerfdhcpStage;
  readonly ack: PerfdhcpStage;
}

/** What perfdhcp waits for its last answers; without it, it leaves with exchanges in flight. */
const WAIT_SECONDS = 1;

export async function runPerfdhcp(lab: Lab, args: readonly string[]): Promise<PerfdhcpReport> {
  const { site, primary } = lab;
  const words = [
    'perfdhcp',
    '-4',
    '-g',
    'single',
    '-l',
    site.interface,
    '-W',
    String(WAIT_SECONDS * 1e6),
    ...args,
    primary.address,
  ];
  const { stdout, stderr } = await runPinned(lab, site, TOOL_CORE, words).ended;
  if (!/^Rate: /m.test(stdout)) throw new Error(`perfdhcp printed no report: ${stderr || stdout}`);
  return readReport(stdout);
}

/** One trial at a rate: whether everything that left came back, and how fast it really went. */
export async function perfdhcpTrial(lab: Lab, options: TrialOptions): Promise<RateTrial> {
  const { ratePerSecond, seconds, clients } = options;
  const count = Math.ceil(ratePerSecond * seconds);
  // One -d a stage: a single one leaves the second stage at a second.
  const limits = ['-d', '1', '-d', '1'];
  const args = ['-r', String(ratePerSecond), '-n', String(count), '-R', String(clients), ...limits];
  const report = await runPerfdhcp(lab, args);
  const elapsedSeconds = report.ack.received / report.ratePerSecond - WAIT_SECONDS;
  const { sent } = report.offer;
  return { sent, acked: report.ack.received, ratePerSecond: report.ack.received / elapsedSeconds };
}

function readReport(text: string): PerfdhcpReport {
  const [, offer = '', ack = ''] = text.split('***Statistics for: ');
  return { ratePerSecond: figure(text, /^Rate: ([\d.]+)/m), offer: readStage(offer), ack: readStage(ack) };
}

function readStage(text: string): PerfdhcpStage {
  return {
    sent: figure(text, /sent packets: (\d+)/),
    received: figure(text, /received packets: (\d+)/),
    meanMs: figure(text, /avg delay: ([\d.]+)/),
  };
}

function figure(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}
