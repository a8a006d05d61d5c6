/**
 * `dorawatch-agent probe SERVER`: one shot, no collector. Flags in, report or JSON out, an exit code that scripts can
 * read: 0 all answered, 1 error, 2 wrong arguments, 3 ran, but some exchanges failed.
 */
import { hostname } from 'node:os';
import { createClock } from '../shared/io/clock.ts';
import { randomUint32 } from '../shared/io/random.ts';
import { type ProbeFigures, probeDocument, probeReport } from './core/probe-report.ts';
import { unsentOf } from './core/probe-tally.ts';
import { openPortGuard, type PortGuard } from './io/port-guard.ts';
import { RawSocketError } from './io/raw-socket.ts';
import { addressOf, interfaceAddress, localAddressTo } from './io/route.ts';
import { diagnosticLines, exchangeDocument, planLines, timeText } from './one-shot/diagnostics.ts';
import type { ProbeFlags } from './one-shot/flags.ts';
import { type ProbePlan, planProbe } from './one-shot/plan.ts';
import { showInterim, showProgress } from './one-shot/progress.ts';
import { ProbeRun, type ProbeRunResult } from './one-shot/run.ts';
import { readServer } from './one-shot/values.ts';

/** Runs the command. @returns its exit code; never rejects for what an operator or a network can cause */
export async function probe(server: string, flags: ProbeFlags, refusals: readonly string[]): Promise<number> {
  const result = planProbe(server, flags, hostname());
  const mistakes = [...refusals, ...(result.kind === 'mistakes' ? result.mistakes : [])];
  if (result.kind === 'mistakes' || mistakes.length > 0) {
    for (const mistake of mistakes) say(mistake);
    say('`dorawatch-agent probe --help` lists the flags');
    return 2;
  }
  for (const note of result.notes) say(note);
  const place = await findPlace(result.plan);
  if (place.kind === 'failed') {
    say(place.said);
    return 1;
  }
  return await runAt(result.plan, place);
}

type Place =
  | { readonly kind: 'place'; readonly address: string; readonly giaddr: string }
  | { readonly kind: 'failed'; readonly said: string };

/** Who is asked, and from where. */
async function findPlace(plan: ProbePlan): Promise<Place> {
  const address = await addressOf(plan.server);
  if (address === undefined)
    return { kind: 'failed', said: `${plan.server}: no such server: give its IPv4 address or name` };
  const mistakes: string[] = [];
  readServer(address, (text) => void mistakes.push(text));
  if (mistakes.length > 0) return { kind: 'failed', said: `${plan.server} is ${address}: ${mistakes.join()}` };
  if (plan.local !== undefined) {
    const giaddr = interfaceAddress(plan.local);
    if (giaddr !== undefined) return { kind: 'place', address, giaddr };
    return { kind: 'failed', said: `-l ${plan.local}: neither an IPv4 address of this host nor one of its interfaces` };
  }
  const route = await localAddressTo(address);
  if (route.kind === 'address') return { kind: 'place', address, giaddr: route.address };
  return { kind: 'failed', said: `no route to ${address} (${route.said}): add one, or name our address with -l` };
}

async function runAt(plan: ProbePlan, { address, giaddr }: Extract<Place, { kind: 'place' }>): Promise<number> {
  let run: ProbeRun;
  try {
    run = new ProbeRun({ plan, address, giaddr, clock: createClock(), random: randomUint32 });
  } catch (error) {
    if (!(error instanceof RawSocketError)) throw error;
    say(error.message);
    return 1;
  }
  const guard = await openPortGuard(giaddr, plan.localPort, run.engine.native);
  sayGuard(guard, giaddr, plan.localPort);
  const result = await runWatched(run, plan);
  guard.close();
  for (const line of [...run.notes.lines(), ...hints(result, plan, giaddr)]) say(line);
  const figures = figuresOf(plan, result);
  process.stdout.write(plan.json ? documentOf(plan, figures, result) : textOf(plan, figures, result));
  return exitCode(result);
}

async function runWatched(run: ProbeRun, plan: ProbePlan): Promise<ProbeRunResult> {
  if (!plan.json)
    process.stdout.write(`Running: dorawatch-agent probe ${process.argv.slice(3).join(' ')}\nScenario: basic.\n`);
  if (plan.diagnostics.includes('a')) for (const line of planLines(plan)) (plan.json ? say : print)(line);
  const interrupt = (): void => run.interrupt();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const stops = [showInterim(run.tally, plan), showProgress(run, plan)];
  const result = await run.run();
  for (const stop of stops) stop();
  process.removeListener('SIGINT', interrupt);
  process.removeListener('SIGTERM', interrupt);
  return result;
}

function figuresOf(plan: ProbePlan, { startedAt, durationMs, stamped, tally }: ProbeRunResult): ProbeFigures {
  const { server, kind, ratePerSecond, dropTimeMs } = plan;
  const moment = { startedAt: timeText(startedAt), durationMs, stamped };
  return { server, kind, ...moment, ratePerSecond: ratePerSecond ?? null, dropTimeMs, tally };
}

function documentOf(plan: ProbePlan, figures: ProbeFigures, result: ProbeRunResult): string {
  const document = probeDocument(figures);
  const exchanges = result.records.map((record) => exchangeDocument(record, result));
  return `${JSON.stringify(plan.eachExchange ? { ...document, exchanges } : document, null, 2)}\n`;
}

function textOf(plan: ProbePlan, figures: ProbeFigures, result: ProbeRunResult): string {
  return [probeReport(figures), ...diagnosticLines(plan, result).map((line) => `${line}\n`)].join('');
}

/** When nobody answered at all: what that usually means. */
function hints({ tally }: ProbeRunResult, { server }: ProbePlan, giaddr: string): readonly string[] {
  if (tally.sent === 0 || tally.offers > 0 || tally.naked > 0) return [];
  if (tally.refused > 0) return [`port closed: ${server} lives, but no DHCP server listens there`];
  if (tally.unreachable > 0) return [`${server} cannot be reached: a router or this host said so by ICMP`];
  return [
    `no answer: is ${giaddr} in a subnet that ${server} knows? (a standby, too, is silent while its partner serves)`,
  ];
}

function exitCode({ tally, reason }: ProbeRunResult): number {
  if (tally.sent === 0 && tally.unsent.send_error > 0) return 1;
  return tally.acked === tally.sent && unsentOf(tally) === 0 && reason !== 'drops' ? 0 : 3;
}

function sayGuard({ state }: PortGuard, address: string, port: number): void {
  if (state.kind === 'taken')
    say(
      `port ${port} of ${address} is held by another program here; that is fine: answers reach this probe as well, and that program's answers count as orphans`,
    );
  if (state.kind === 'denied' || state.kind === 'failed')
    say(
      `port ${port} of ${address} cannot be held (${state.said}): this host will answer the server with ICMP port unreachable. CAP_NET_BIND_SERVICE allows it`,
    );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Standard output is the report's; everything else is said here. */
function say(line: string): void {
  process.stderr.write(`dorawatch-agent: ${line}\n`);
}
